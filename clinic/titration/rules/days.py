"""Reading a plan by its days: what is taken on one, which step runs, which comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.titration.rules.plan import DosePlanResult
from clinic.titration.rules.steps import Dose, Step


@dataclass(frozen=True, slots=True)
class PlanDay:
    """One calendar day: the step that runs (None outside the plan) and the doses taken, if any."""

    on: date
    step: Step | None
    doses: tuple[Dose, ...]

    @property
    def mg(self) -> Decimal:
        """All that is taken on this day, in mg."""
        return sum((dose.mg for dose in self.doses), Decimal())


def step_on(plan: DosePlanResult, day: date) -> Step | None:
    """The step that runs on a day, None before the plan, after it and after a stop."""
    return next((step for step in plan.steps if step.covers(day)), None)


def next_step_after(plan: DosePlanResult, day: date) -> Step | None:
    """The first step that begins after a day, None when no other follows."""
    return next((step for step in plan.steps if step.first_on > day), None)


def day_of(plan: DosePlanResult, day: date) -> PlanDay | None:
    """What is taken on a day; None outside the plan, no doses in a pause or on a day between two doses."""
    step = step_on(plan, day)
    return _plan_day(step, day) if step else None


def daily_table(plan: DosePlanResult, first: date, last: date) -> tuple[PlanDay, ...]:
    """Every day from `first` to `last`, both counted, days outside the plan without step and doses."""
    return tuple(_plan_day(step_on(plan, day), day) for day in _days(first, last))


def _plan_day(step: Step | None, day: date) -> PlanDay:
    return PlanDay(day, step, step.doses if step and step.is_taken_on(day) else ())


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
