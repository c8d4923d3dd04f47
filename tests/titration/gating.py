"""What the tests of gates share: a plan that rises by the week, and what comes in about it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from clinic.clients.models import Client
from clinic.monitoring.models import Measurement
from clinic.monitoring.services import record_result
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, StepGate
from clinic.titration.rules.gates import GateKind, Wish
from clinic.titration.rules.signing import Override
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
# 6 pm in Denver on the Sunday before the second step.
EVE = dt.datetime(2026, 3, 9, 0, 0, tzinfo=dt.UTC)
LITHIUM = Wish(GateKind.RESULT, "lithium", Decimal("0.6"), Decimal("0.8"))
ANSWER = Wish(GateKind.ANSWER)
SECOND = dt.date(2026, 3, 9)
SOONER = Override("step_too_soon", "benefit", "Tolerates it well.")


def rising(ada: Client, prescriber: User) -> DosePlan:
    """25 mg from Mar 2, 50 mg from Mar 9, 75 mg from Mar 16, 100 mg from Mar 23."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, MONDAY)


def gated(dose_plan: DosePlan, by: User, wish: Wish = LITHIUM, on: dt.date = SECOND, **given: Any) -> StepGate:
    asked: dict[str, Any] = {"base_version": 1, "stay_days": 7, "now": MONDAY, **given}
    return services.set_gate(dose_plan_id=dose_plan.pk, step_first_on=on, wish=wish, by=by, **asked)


def begins(dose_plan: DosePlan) -> list[tuple[str, str]]:
    steps = dose_plan.versions.get(superseded_at=None).steps.all()
    return [(f"{step.first_on:%m-%d}", f"{step.mg_per_day.normalize():f}") for step in steps]


def change(dose_plan: DosePlan, order: dict[str, Any], by: User, *, base_version: int, **given: Any) -> None:
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=base_version,
        order=order,
        reason="Decided at the visit.",
        by=by,
        now=MONDAY + dt.timedelta(days=3),
        **given,
    )


def entered(
    ada: Client, by: User, value: str, at: dt.datetime, kind: str = "lithium", unit: str = "mmol/L"
) -> Measurement:
    return record_result(
        client_id=ada.pk, kind=kind, value=Decimal(value), unit=unit, taken_at=at, by=by, now=at + dt.timedelta(hours=1)
    )
