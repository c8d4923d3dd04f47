"""The dose plan itself: one object that every page, print and reminder reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.changes import apply_changes
from clinic.titration.rules.course import lay_out
from clinic.titration.rules.dispensing import Dispensed, dispense
from clinic.titration.rules.findings import Finding, find_all
from clinic.titration.rules.order import Order
from clinic.titration.rules.parsing import parse_order
from clinic.titration.rules.steps import Step, dated_steps


@dataclass(frozen=True, slots=True)
class DosePlanResult:
    """An order laid out in days: steps without gap or overlap, what to dispense, what a prescriber must know.

    `stop_on` is the first day without the medication, None where the plan does not end in a stop.
    """

    order: Order
    steps: tuple[Step, ...]
    stop_on: date | None
    dispense: tuple[Dispensed, ...]
    findings: tuple[Finding, ...]

    @property
    def last_on(self) -> date | None:
        """The last day of the plan, None where it is open-ended or stopped before it began."""
        return self.steps[-1].last_on if self.steps else None

    @property
    def end_on(self) -> date | None:
        """The first day without the medication, stopped or run out of steps; None where the plan is open-ended."""
        return self.stop_on or (self.last_on + timedelta(days=1) if self.last_on else None)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that need a prescriber's override and reason."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.STOP)

    def to_json(self) -> dict[str, Any]:
        """The `plan` of the contract: amounts as decimal texts, days as ISO dates."""
        return {
            "steps": [step.to_json() for step in self.steps],
            "stop_on": self.stop_on.isoformat() if self.stop_on else None,
            "dispense": [one.to_json() for one in self.dispense],
            "findings": [finding.to_json() for finding in self.findings],
        }


def build_plan(order: Mapping[str, Any] | Order) -> DosePlanResult:
    """Lay out an order, given as its JSON or already read; a pure function of it.

    Raises BadOrder with the field's path where the order makes no plan.
    """
    wanted = order if isinstance(order, Order) else parse_order(order)
    course = apply_changes(lay_out(wanted), wanted.changes)
    steps = dated_steps(course, wanted.shelf)
    stop_on = course.end_on if course.stops else None
    return DosePlanResult(
        order=wanted,
        steps=steps,
        stop_on=stop_on,
        dispense=dispense(steps, wanted.shelf, wanted.horizon_days),
        findings=find_all(steps, stop_on, wanted.limits, wanted.shelf),
    )
