"""The calendar strip of a plan before it is signed: eight weeks, day by day, each with what is taken."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.titration.rules.days import PlanDay, daily_table
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.plan import DosePlanResult

WEEKS, DAYS = 8, 7
LEVELS = 4
NOT_TAKEN = "–"


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day: its amount in mg as it stands there, empty outside the plan; `level` shades it, 0 to 4 of the most.

    `is_new` where a step begins.
    """

    on: date
    amount: str
    level: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class StripWeek:
    """Seven days from `first_on`."""

    first_on: date
    days: tuple[StripDay, ...]


def strip_of(plan: DosePlanResult, first_on: date) -> tuple[StripWeek, ...]:
    """Eight weeks from a day, or fewer where the plan ends sooner; a day without a dose has a dash."""
    table = daily_table(plan, first_on, first_on + timedelta(days=WEEKS * DAYS - 1))
    most = max(day.mg for day in table)
    days = [_day(day, most) for day in table]
    weeks = (days[place : place + DAYS] for place in range(0, len(days), DAYS))
    return tuple(StripWeek(week[0].on, tuple(week)) for week in weeks if any(day.amount for day in week))


def _day(day: PlanDay, most: Decimal) -> StripDay:
    amount = "" if day.step is None else plain(day.mg) if day.mg else NOT_TAKEN
    level = math.ceil(day.mg * LEVELS / most) if most else 0
    return StripDay(day.on, amount, level, day.step is not None and day.step.first_on == day.on)
