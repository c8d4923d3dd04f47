"""From rows to what is due, and from what is due to lines: whoever reads the rows, the same is told of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.utils.text import capfirst

from clinic.monitoring.rules.due import (
    ONE_DAY,
    PRESSING,
    STATE_WORDS,
    DosePlanDays,
    DueItem,
    Known,
    State,
    StepDays,
    due_items,
)
from clinic.monitoring.rules.ordering import is_ordered
from clinic.monitoring.rules.protocols import Event, ingredient_groups, protocols_for, read_protocols
from clinic.monitoring.rules.results import KINDS, SCALES

# The clinic's own habit, no clinical number: what is due later is not told yet.
TOLD_AHEAD_DAYS = 14
TONES: Mapping[State, tuple[str, str]] = {
    State.OVERDUE: ("stop", "alert-triangle"),
    State.NEVER_DONE: ("warn", "alert-triangle"),
    State.DUE: ("warn", "clock"),
    State.NOT_YET: ("quiet", "calendar"),
    State.DONE: ("ok", "check"),
}


class PlanStep(NamedTuple):
    """One step of a version in force with its dose plan; a plan's rows stand together, in the order of its days."""

    dose_plan_id: UUID
    medication: str
    ingredient: str
    stop_on: date | None
    first_on: date | None
    last_on: date | None
    mg_per_day: Decimal | None
    every_days: int | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """What is due together of one dose plan, in words: how it stands, what is measured, when and why."""

    dose_plan_id: UUID
    about: str
    state: State
    measured: str
    medication: str
    when: str
    why: str
    since_on: date
    due_on: date
    is_gain: bool = False
    is_ordered: bool = False
    kinds: tuple[str, ...] = ()

    @property
    def is_pressing(self) -> bool:
        """Whether somebody must see to it now."""
        return self.state in PRESSING

    @property
    def scales(self) -> list[tuple[str, str]]:
        """What of it is answered on a scale: its code and its name."""
        return [(kind, KINDS[kind].label) for kind in self.kinds if KINDS[kind].group == SCALES]

    @property
    def results(self) -> str:
        """What of it is entered as a result, as the address of the page of results names it; empty for none."""
        return ",".join(kind for kind in self.kinds if KINDS[kind].group != SCALES)

    @property
    def label(self) -> str:
        """How it stands, in one or two words."""
        return STATE_WORDS[self.state]

    @property
    def sign(self) -> tuple[str, str, str]:
        """How it stands as a badge: words, tone, icon."""
        return (self.label, *TONES[self.state])

    @property
    def words(self) -> str:
        """One sentence for whoever must weigh it: "Lithium level is overdue since Jun 9, 2026 (Lithium)"."""
        return f"{self.measured}: {self.label.lower()}, {self.when} ({self.medication}). {self.why}."


@cache
def monitored_ingredients() -> tuple[str, ...]:
    """The ingredients of which any protocol that is used without a decision asks something."""
    return tuple(name for name in ingredient_groups() if protocols_for(name))


@cache
def monitored_kinds() -> tuple[str, ...]:
    """The kinds of results that any protocol asks for, used or not."""
    return tuple(sorted({kind for row in read_protocols() for kind in row.kinds}))


def plans_of(rows: Iterable[PlanStep], missed: Iterable[tuple[UUID, date, date]]) -> list[DosePlanDays]:
    """The dose plans of step rows, with the first and last days that were missed of each."""
    gaps: dict[UUID, list[tuple[date, date]]] = {}
    for dose_plan_id, first, last in missed:
        gaps.setdefault(dose_plan_id, []).append((first, last))
    return [
        _plan(list(steps), tuple(gaps.get(dose_plan_id, ())))
        for dose_plan_id, steps in groupby(rows, key=lambda row: row.dose_plan_id)
    ]


def _plan(rows: Sequence[PlanStep], missed: tuple[tuple[date, date], ...]) -> DosePlanDays:
    one = rows[0]
    steps = tuple(
        StepDays(row.first_on, row.last_on, float(row.mg_per_day or 0) / (row.every_days or 1))
        for row in rows
        if row.first_on is not None
    )
    return DosePlanDays(one.dose_plan_id, capfirst(one.medication), one.ingredient, one.stop_on, steps, missed)


def lines_of(items: Iterable[DueItem], today: date) -> list[DueLine]:
    """Lines of what must be seen to now or within 14 days, the most pressing first; what goes together is one line."""
    soon = today + TOLD_AHEAD_DAYS * ONE_DAY
    told = [item for item in items if item.is_pressing or (item.state is State.NOT_YET and item.since_on <= soon)]
    together: dict[tuple[str, State], list[DueItem]] = {}
    for item in told:
        together.setdefault((item.about, item.state), []).append(item)
    return [_line(group, today) for group in together.values()]


def _line(items: Sequence[DueItem], today: date) -> DueLine:
    one = items[0]
    outside = f". The last, of {_day(one.last_on)}, lies outside" if one.is_outside and one.last_on else ""
    return DueLine(
        dose_plan_id=one.dose_plan_id,
        about=one.about,
        state=one.state,
        measured=_joined(list(dict.fromkeys(item.gained or item.protocol.measured for item in items))),
        medication=one.medication,
        when=_when(one, today) + outside,
        why=". ".join(dict.fromkeys(item.protocol.words for item in items)),
        since_on=one.since_on,
        due_on=one.by_on or one.since_on,
        is_gain=bool(one.gained),
        kinds=tuple(dict.fromkeys(item.protocol.kinds[0] for item in items)),
        is_ordered=any(is_ordered(item, today) for item in items),
    )


def _joined(names: Sequence[str]) -> str:
    """A list in one line: "Calcium, eGFR or creatinine, sodium, TSH"."""
    first, *others = names
    return ", ".join([first, *(name if name[1].isupper() else name[0].lower() + name[1:] for name in others)])


def _when(item: DueItem, today: date) -> str:
    if item.state is State.OVERDUE:
        return f"since {_day(item.since_on)}"
    if item.state is State.NEVER_DONE:
        return f"was due before {_day(item.event_on)}"
    if item.state is State.DUE:
        return f"by {_day(item.by_on)}" if item.by_on else f"since {_day(item.since_on)}"
    days = (item.since_on - today).days
    until = f" to {_day(item.by_on)}" if item.by_on and item.by_on != item.since_on else ""
    return f"{_day(item.since_on)}{until}, in {days} day{'' if days == 1 else 's'}"


def told_at_signing(
    plans: Sequence[DosePlanDays], medication: str, ingredient: str, known: Known, nothing_runs: UUID
) -> list[str]:
    """What is overdue of a medication that is about to be signed, or was never measured before it begins.

    Where no dose plan of it runs yet, one that would begin tomorrow is asked about under the key `nothing_runs`.
    """
    running = [one for one in plans if one.stop_on is None or one.stop_on > known.today]
    if not any(one.ingredient == ingredient for one in running):
        step = StepDays(known.today + ONE_DAY, None, 1.0)
        plans = [*plans, DosePlanDays(nothing_runs, capfirst(medication), ingredient, None, (step,))]
    items = [item for item in due_items(plans, known) if item.is_pressing and _is_of(item, ingredient, plans)]
    missing = [item for item in items if item.protocol.event is Event.BEFORE or item.state is State.OVERDUE]
    return [line.words for line in lines_of(missing, known.today)]


def _is_of(item: DueItem, ingredient: str, plans: Sequence[DosePlanDays]) -> bool:
    return any(one.dose_plan_id == item.dose_plan_id and one.ingredient == ingredient for one in plans)


def _day(day: date | None) -> str:
    return f"{day:%b} {day.day}, {day.year}" if day else ""
