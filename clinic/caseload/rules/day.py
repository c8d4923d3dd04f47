"""How ready each visit of a day is, and which visits a filter of the day's list shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

Sign = tuple[str, str, str]

READY: Sign = ("Ready", "good", "check")
CLOSED: Sign = ("Chart closed to you", "quiet", "lock")
# Each thing that a visit may want beforehand: words, tone and icon, and what its filter is called.
SIGNS: dict[str, Sign] = {
    "worrying": ("Worrying check-in", "stop", "alert-triangle"),
    "due": ("Tests due", "warn", "flask"),
    "consent": ("Consent to telehealth missing", "warn", "checklist"),
    "agreed": ("Medication consent missing", "warn", "checklist"),
    "authorization": ("Prior authorization ends", "warn", "hourglass"),
    "soon": ("Asked for within two weeks", "warn", "clock"),
    "uninsured": ("No insurance known", "warn", "shield-check"),
    "insurance": ("Insurance to be checked", "warn", "shield-check"),
    "untested": ("No laboratory result", "warn", "flask"),
    "observed": ("New observation", "note", "message"),
    "score": ("No score in 14 days", "warn", "chart-line"),
    "sharing": ("Sharing not agreed", "warn", "link"),
    "unsigned": ("Note not signed", "warn", "pencil"),
    "signed": ("Note signed", "good", "check"),
}
# What needs nothing more before the visit does not keep it from being ready.
DONE = frozenset({"signed"})
TO_PREPARE = "prepare"


class Told(NamedTuple):
    """What brought a client here, in the words of whoever told it; `asked_within` where it shall not wait."""

    at: datetime
    by: str
    words: str
    asked_within: bool


class Marked(Protocol):
    """A visit of the day with the names of its signs."""

    @property
    def marks(self) -> Sequence[str]: ...


Visit = TypeVar("Visit", bound=Marked)


class Filter(NamedTuple):
    """A link above the list: what it shows and how many those are."""

    name: str
    words: str
    how_many: int
    is_on: bool


def signs_of(marks: Iterable[str], *, authorization_ends: str = "") -> tuple[Sign, ...]:
    """The signs of a visit in words, tone and icon; one that wants nothing is ready."""
    shown = [SIGNS[mark] for mark in marks]
    ends = SIGNS["authorization"]
    return tuple((f"{one[0]} {authorization_ends}", *one[1:]) if one is ends else one for one in shown) or (READY,)


def newest_told(told: Iterable[Told]) -> Told | None:
    """What was told last counts, as on the page of the evaluation; None where nobody told anything."""
    return max(told, key=lambda one: one.at, default=None)


def wants_something(marks: Sequence[str]) -> bool:
    """Whether something is to be seen to before or after the visit."""
    return bool(set(marks) - DONE)


def shown_visits(visits: Sequence[Visit], show: str) -> list[Visit]:
    """The visits that a filter shows; all of them where there is no such filter."""
    if show == TO_PREPARE:
        return [visit for visit in visits if wants_something(visit.marks)]
    return [visit for visit in visits if show not in SIGNS or show in visit.marks]


def filters(visits: Sequence[Marked], show: str) -> list[Filter]:
    """The filters that show something, beginning with all; none where nothing is to be told apart."""
    counted = [(TO_PREPARE, "To see to", sum(wants_something(visit.marks) for visit in visits))]
    counted += [(name, sign[0], sum(name in visit.marks for visit in visits)) for name, sign in SIGNS.items()]
    found = [Filter(name, words, count, show == name) for name, words, count in counted if count or show == name]
    if not found:
        return []
    return [Filter("", "All", len(visits), not any(one.is_on for one in found)), *found]
