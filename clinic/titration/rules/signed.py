"""A step as it was signed and kept: whether a day of it is taken, and the one set of words of a day.

Chart, visit, check-in, printed calendar and clients' pages tell a day by `day_words` alone.
"""

from datetime import date
from decimal import Decimal
from typing import Protocol

from clinic.titration.rules.words import how_often

NO_DOSE_TODAY = "no dose today"
PAUSED_TODAY = "no dose today: paused"


class SignedStep(Protocol):
    """What is kept of a step; `words` are those of `step_words`."""

    @property
    def first_on(self) -> date: ...
    @property
    def last_on(self) -> date | None: ...
    @property
    def every_days(self) -> int: ...
    @property
    def mg_per_day(self) -> Decimal: ...
    @property
    def words(self) -> str: ...


def is_running_on(step: SignedStep, day: date) -> bool:
    """Whether a step covers a day, taken or not."""
    return step.first_on <= day and (step.last_on is None or day <= step.last_on)


def is_taken_on(step: SignedStep, day: date) -> bool:
    """Whether something is taken on a day: the step's 1st day and every n-th after, never in a pause."""
    return is_running_on(step, day) and step.mg_per_day > 0 and (day - step.first_on).days % step.every_days == 0


def day_words(step: SignedStep | None, day: date) -> str:
    """What is taken on one day of the step that runs then (None: no step does), with the units that make it.

    Such as "50 mg in the morning (2 x 25 mg tablet)"; a pause, a day between two doses and a day outside the plan
    say that there is no dose. How often a step is taken belongs to the step, not to one of its days.
    """
    if step is None or not is_running_on(step, day):
        return NO_DOSE_TODAY
    if not step.mg_per_day:
        return PAUSED_TODAY
    if not is_taken_on(step, day):
        return NO_DOSE_TODAY
    return step.words.removesuffix(f", {how_often(step.every_days)}")
