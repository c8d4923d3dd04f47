"""An order or letter for tests that are due: which, when each counts, why, and the diagnoses that are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.core.rules import RuleBroken
from clinic.monitoring.rules.due import DueItem, State
from clinic.monitoring.rules.results import KINDS, SCALES, VITALS

# The clinic's own habit, no clinical number: what is due this soon goes on the same order.
ORDERED_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class OrderedTest:
    """One line of the order."""

    measured: str
    when: str
    why: str


def ordered_tests(items: Iterable[DueItem], today: date) -> list[OrderedTest]:
    """What a laboratory or another practice is asked for: due now or within 14 days, each test once.

    Vital signs are taken and scales answered here, and weight gained is reviewed: none of them is ordered.
    """
    found: dict[str, list[DueItem]] = {}
    for item in items:
        if is_ordered(item, today):
            found.setdefault(item.protocol.measured, []).append(item)
    return [
        OrderedTest(
            measured,
            _when(together, today),
            "; ".join(dict.fromkeys(f"{one.medication}: {one.protocol.sentence}" for one in together)),
        )
        for measured, together in sorted(found.items())
    ]


def check_order(tests: Sequence[OrderedTest]) -> None:
    """An order asks for something."""
    if not tests:
        raise RuleBroken("No test is due that would be ordered.")


def is_ordered(item: DueItem, today: date) -> bool:
    """Whether a test that is due, now or within 14 days, is made elsewhere."""
    if item.gained or KINDS[item.protocol.kinds[0]].group in {VITALS, SCALES}:
        return False
    return item.is_pressing or (item.state is State.NOT_YET and item.since_on <= today + ORDERED_AHEAD)


def _when(items: Sequence[DueItem], today: date) -> str:
    """The window in which all of them count; "as soon as possible" once its end is past or no day is given."""
    not_before = max((item.from_on for item in items if item.from_on and item.from_on > today), default=None)
    by = min((item.by_on for item in items if item.by_on and item.by_on >= today), default=None)
    if not_before and by and not_before <= by:
        return f"{_day(not_before)} to {_day(by)}"
    if not_before:
        return f"not before {_day(not_before)}"
    return f"by {_day(by)}" if by else "as soon as possible"


def _day(on: date) -> str:
    return f"{on:%b} {on.day}, {on.year}"
