"""What a prescriber must know before signing: too much, too large, too soon, too fast, not to be made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.numbers import is_over_percent, percent_of, plain
from clinic.titration.rules.order import Limits
from clinic.titration.rules.steps import Step
from clinic.titration.rules.units import Shelf, nearest_to


class Code(StrEnum):
    """What was found; `off_schedule` against the label's schedule for a client, the others in the order alone."""

    ABOVE_MAX = "above_max"
    STEP_TOO_LARGE = "step_too_large"
    STEP_TOO_SOON = "step_too_soon"
    REDUCTION_FAST = "reduction_fast"
    NOT_MAKEABLE = "not_makeable"
    OFF_SCHEDULE = "off_schedule"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, from the day it begins; `last_on` ends the run of an `above_max` (None: open-ended).

    `value` and `limit` are mg, mg a day, days or percent, as the code says; `below_mg` and `above_mg` are the
    nearest amounts that can be made, for `not_makeable` alone.
    """

    code: Code
    severity: Severity
    first_on: date
    value: Decimal
    limit: Decimal | None
    last_on: date | None = None
    below_mg: Decimal | None = None
    above_mg: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        found = {
            "code": self.code,
            "severity": self.severity,
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat() if self.last_on else None,
            "value": plain(self.value),
            "limit": _plain_if_any(self.limit),
        }
        if self.code is Code.NOT_MAKEABLE:
            found |= {"below_mg": _plain_if_any(self.below_mg), "above_mg": _plain_if_any(self.above_mg)}
        return found


def find_all(steps: Sequence[Step], stop_on: date | None, limits: Limits, shelf: Shelf) -> tuple[Finding, ...]:
    """All findings of a plan, by the day they begin, then by code."""
    found = [
        *_above_max(steps, limits),
        *_too_large(steps, limits),
        *_too_soon(steps, limits),
        *_reductions(steps, stop_on, limits, shelf),
        *_not_makeable(steps, shelf),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.first_on, finding.code)))


def _above_max(steps: Sequence[Step], limits: Limits) -> Iterator[Finding]:
    """One finding for each unbroken run of steps over the maximum; days between doses do not break a run."""
    most = limits.max_mg_per_day
    if most is None:
        return
    run: list[Step] = []
    for step in (*steps, None):
        if step is not None and step.mg_per_day > most:
            run.append(step)
        elif run:
            highest = max(one.mg_per_day for one in run)
            yield Finding(Code.ABOVE_MAX, Severity.STOP, run[0].first_on, highest, most, run[-1].last_on)
            run = []


def _too_large(steps: Sequence[Step], limits: Limits) -> Iterator[Finding]:
    """A rise over the largest step; after a pause the rise is from nothing."""
    for before, step in pairwise(steps):
        rise = step.mg_per_day - before.mg_per_day
        if limits.max_step_mg is not None and rise > limits.max_step_mg:
            yield Finding(Code.STEP_TOO_LARGE, Severity.STOP, step.first_on, rise, limits.max_step_mg)


def _too_soon(steps: Sequence[Step], limits: Limits) -> Iterator[Finding]:
    """A rise sooner after the step before began than the least interval."""
    least = limits.min_step_interval_days
    for before, step in pairwise(steps):
        days = (step.first_on - before.first_on).days
        if least is not None and step.mg_per_day > before.mg_per_day and days < least:
            limit = Decimal(least)
            yield Finding(Code.STEP_TOO_SOON, Severity.STOP, step.first_on, Decimal(days), limit)


def _reductions(steps: Sequence[Step], stop_on: date | None, limits: Limits, shelf: Shelf) -> Iterator[Finding]:
    """Cuts that are too large against the highest daily amount of the days before."""
    days_and_mg = [(step.first_on, step.mg_per_day) for step in steps]
    if stop_on is not None:
        days_and_mg.append((stop_on, Decimal()))
    for place, ((_, before_mg), (on, mg)) in enumerate(pairwise(days_and_mg), start=1):
        if mg < before_mg:
            is_the_last = place == len(days_and_mg) - 1
            is_small = is_the_last and not mg and before_mg == shelf.smallest_mg
            yield from _reduction(_peak(steps[:place], on, limits), mg, on, limits, is_last_small_cut=is_small)


def _peak(earlier: Sequence[Step], on: date, limits: Limits) -> Decimal:
    """The highest daily amount of the window before a day; without a window, of the day before."""
    window = limits.reduction_window_days or 1
    within = (step for step in earlier if step.last_on is not None and (on - step.last_on).days <= window)
    return max(step.mg_per_day for step in within)


def _reduction(
    peak_mg: Decimal, mg: Decimal, on: date, limits: Limits, *, is_last_small_cut: bool
) -> Iterator[Finding]:
    cut_mg = peak_mg - mg
    graded = ((limits.max_reduction_percent, Severity.STOP), (limits.warn_reduction_percent, Severity.WARN))
    for limit, severity in graded:
        if limit is not None and is_over_percent(cut_mg, peak_mg, limit):
            grade = Severity.NOTE if is_last_small_cut else severity
            yield Finding(Code.REDUCTION_FAST, grade, on, percent_of(cut_mg, peak_mg), limit)
            return


def _not_makeable(steps: Sequence[Step], shelf: Shelf) -> Iterator[Finding]:
    """Each amount of a step that no products make, once, with the nearest that can be made."""
    for step in steps:
        for mg in dict.fromkeys(dose.mg for dose in step.doses if not dose.units):
            below, above = nearest_to(shelf, mg)
            code, severity = Code.NOT_MAKEABLE, Severity.STOP
            yield Finding(code, severity, step.first_on, mg, None, below_mg=below, above_mg=above)


def _plain_if_any(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
