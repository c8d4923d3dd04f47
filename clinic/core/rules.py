"""What every law of the clinic shares: a refusal that carries its reason, and when the same again is the same."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import ParamSpec

Checked = ParamSpec("Checked")

# Within this time the very same words of the same person are one form sent twice: a double click, the back button.
SENT_TWICE = timedelta(minutes=10)


class RuleBroken(Exception):  # noqa: N818 - the clinic's word, and it reads as a sentence
    """A rule refuses a deed. `reason` is shown to the person; `field` names the form field it belongs to.

    `others` are what else is refused in the same deed, so that nobody mends one thing to be told of the next.
    """

    def __init__(self, reason: str, *, field: str | None = None, others: Sequence["RuleBroken"] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.others = tuple(others)

    @classmethod
    def all_of(cls, refusals: Sequence["RuleBroken"]) -> "RuleBroken":
        """Several refusals of one deed as one."""
        first, *others = refusals
        return cls(first.reason, field=first.field, others=others)

    def each(self) -> Iterator["RuleBroken"]:
        """This refusal and those beside it."""
        yield self
        yield from self.others


def refuse(*refusals: RuleBroken | None) -> None:
    """Refuse a deed with every refusal that there is, each beside its own field; nothing where there is none."""
    if found := [one for one in refusals if one is not None]:
        raise RuleBroken.all_of(found)


def unless(holds: object, reason: str, *, field: str | None = None) -> RuleBroken | None:
    """The refusal of what does not hold, to be told beside others."""
    return None if holds else RuleBroken(reason, field=field)


def refusal_of(check: Callable[Checked, object], *values: Checked.args, **named: Checked.kwargs) -> RuleBroken | None:
    """What a check refuses of these values, to be told beside others; nothing where it lets them pass."""
    try:
        check(*values, **named)
    except RuleBroken as broken:
        return broken
    return None


class StaleRecord(RuleBroken):
    """Somebody saved this record after it was opened here. `theirs` holds what now stands, by form field."""

    def __init__(self, reason: str, *, theirs: dict[str, str], version: int) -> None:
        super().__init__(reason)
        self.theirs = theirs
        self.version = version
