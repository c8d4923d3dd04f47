"""What to hand out: units summed over days, halves joined, then rounded up to what can be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.titration.rules.numbers import round_up
from clinic.titration.rules.steps import Step
from clinic.titration.rules.units import Shelf, Solid, Solution

SMALLEST_DISPENSED_ML = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Dispensed:
    """So much of one product to hand out: whole pieces, or mL to one decimal."""

    product: Solid | Solution
    count: Decimal

    def to_json(self) -> dict[str, str]:
        """As the contract writes it."""
        return self.product.to_json(self.count)


def dispense(steps: Sequence[Step], shelf: Shelf, horizon_days: int) -> tuple[Dispensed, ...]:
    """All that the bounded steps need, and the first `horizon_days` of an open-ended one."""
    return _summed([(step, _days_taken(_length(step, horizon_days), step.every_days)) for step in steps], shelf)


def dispense_between(steps: Sequence[Step], shelf: Shelf, first_on: date, last_on: date) -> tuple[Dispensed, ...]:
    """All that is needed from `first_on` to `last_on`, both counted."""
    counted = []
    for step in steps:
        before = _days_taken(_days_until(step, first_on - timedelta(days=1)), step.every_days)
        counted.append((step, _days_taken(_days_until(step, last_on), step.every_days) - before))
    return _summed(counted, shelf)


def _length(step: Step, horizon_days: int) -> int:
    return (step.last_on - step.first_on).days + 1 if step.last_on else horizon_days


def _days_until(step: Step, day: date) -> int:
    """Days of the step up to and with that day."""
    until = min(day, step.last_on) if step.last_on else day
    return max(0, (until - step.first_on).days + 1)


def _days_taken(days: int, every_days: int) -> int:
    return -(-days // every_days)


def _summed(counted: Sequence[tuple[Step, int]], shelf: Shelf) -> tuple[Dispensed, ...]:
    sums: dict[Solid | Solution, Decimal] = {}
    for step, days in counted:
        for unit in (unit for dose in step.doses for unit in dose.units):
            sums[unit.product] = sums.get(unit.product, Decimal()) + unit.count * days
    return tuple(
        Dispensed(product, _handed_out(product, sums[product])) for product in shelf.products if sums.get(product)
    )


def _handed_out(product: Solid | Solution, count: Decimal) -> Decimal:
    return round_up(count, SMALLEST_DISPENSED_ML if isinstance(product, Solution) else Decimal(1))
