"""The dated steps of a plan: what is taken at which time, of which units, from which day to which."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.titration.rules.course import Course
from clinic.titration.rules.numbers import percent_of, plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.units import Shelf, Unit, units_for


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount at a time of day and the units that make it; no units where nothing makes it."""

    time: Time
    mg: Decimal
    units: tuple[Unit, ...]

    def to_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        units = [unit.to_json() for unit in self.units]
        return {"time": self.time, "mg": plain(self.mg), "units": units}


@dataclass(frozen=True, slots=True)
class Step:
    """The same doses from `first_on` to `last_on` (None: open-ended), on the 1st day and every n-th after.

    `change_percent` is against the step before, to one decimal; None for the first step and after no dose.
    `rung` counts the steps of the order from 0: a step taken again after a step back has the same rung.
    """

    first_on: date
    last_on: date | None
    every_days: int
    mg_per_day: Decimal
    change_percent: Decimal | None
    doses: tuple[Dose, ...]
    rung: int

    def covers(self, day: date) -> bool:
        """Whether the step runs on that day, taken or not."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)

    def is_taken_on(self, day: date) -> bool:
        """Whether something is taken on that day of the step: its 1st day, and every n-th after."""
        return self.covers(day) and bool(self.doses) and (day - self.first_on).days % self.every_days == 0

    def to_json(self) -> dict[str, Any]:
        """As the contract writes it."""
        return {
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat() if self.last_on else None,
            "every_days": self.every_days,
            "mg_per_day": plain(self.mg_per_day),
            "change_percent": None if self.change_percent is None else plain(self.change_percent),
            "doses": [dose.to_json() for dose in self.doses],
        }


def dated_steps(course: Course, shelf: Shelf) -> tuple[Step, ...]:
    """The course as steps with days, units and the change against the step before."""
    steps: list[Step] = []
    for stretch, first_on in course.first_days():
        mg_per_day = sum((mg for _, mg in stretch.doses), Decimal())
        last_on = first_on + timedelta(days=stretch.days - 1) if stretch.days else None
        doses = tuple(Dose(time, mg, units_for(shelf, mg)) for time, mg in stretch.doses)
        change = _change_percent(steps[-1].mg_per_day, mg_per_day) if steps else None
        steps.append(Step(first_on, last_on, stretch.every_days, mg_per_day, change, doses, stretch.rung))
    return tuple(steps)


def _change_percent(before_mg: Decimal, mg: Decimal) -> Decimal | None:
    return percent_of(mg - before_mg, before_mg) if before_mg else None
