"""Orders and dose plans; dose plans go through the service, for what is signed cannot be planted."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import (
    DosePlan,
    DoseStep,
    FavouriteRegimen,
    Fill,
    RefillRequest,
    SideEffectNote,
    StepGate,
)
from clinic.titration.rules.gates import GateKind
from clinic.titration.rules.side_effects import Felt
from clinic.titration.rules.strengths import Strength
from tests.factories.formulary import MedicationFactory
from tests.factories.plans import AGREED
from tests.factories.staff import UserFactory

TABLETS = [{"form": "tablet", "release": "IR", "strengths_mg": ["25", "50", "100"], "scored": True}]

MG_25 = Strength("tablet", "IR", Decimal(25))


def rising_order(start_on: dt.date, **titration: Any) -> dict[str, Any]:
    """25 mg rising by 25 mg to 100 mg a day, each week, in the morning."""
    rising = {"from_mg": "25", "to_mg": "100", "step_mg": "25", "interval_days": 7, "times": ["morning"]}
    return {
        "start_on": start_on.isoformat(),
        "horizon_days": 30,
        "products": TABLETS,
        "titration": {**rising, **titration},
    }


def started(
    client: Client, medication: Medication, by: User, now: dt.datetime, order: dict[str, Any] | None = None
) -> DosePlan:
    """A dose plan signed and begun on the day of `now`."""
    return services.start_dose_plan(
        client_id=client.pk,
        medication_id=medication.pk,
        order=order or rising_order(now.date()),
        treats="Depression",
        consent=AGREED,
        by=by,
        now=now,
    )


def filled(dose_plan: DosePlan, by: User, now: dt.datetime, count: str = "30", **more: Any) -> Fill:
    """Tablets of 25 mg that came on the day of `now`, by the client's word."""
    given = {"strength": MG_25, "filled_on": timezone.localdate(now), "how_known": "client", **more}
    return services.record_fill(dose_plan_id=dose_plan.pk, count=Decimal(count), by=by, now=now, **given)


def refill_asked(dose_plan: DosePlan, by: User, now: dt.datetime, **more: Any) -> RefillRequest:
    """The client asks for 30 days of the first step of the plan in force."""
    step = DoseStep.objects.current().filter(version__dose_plan=dose_plan).earliest("number")
    given = {"step_id": step.pk, "days": 30, "asked_by": "client", **more}
    return services.ask_refill(dose_plan_id=dose_plan.pk, by=by, now=now, **given)


def side_effect(dose_plan: DosePlan, by: User, now: dt.datetime, **more: Any) -> SideEffectNote:
    """A headache that bothers quite a bit since the day of `now`, as a prescriber enters it."""
    felt = Felt(more.pop("code", "headache"), more.pop("words", "Headache"), more.pop("severity", 2))
    return services.note_side_effect(dose_plan_id=dose_plan.pk, felt=felt, by=by, now=now, **more)


class FavouriteRegimenFactory(factory.django.DjangoModelFactory[FavouriteRegimen]):
    """25 mg in the morning for a week, then 50 mg."""

    class Meta:
        model = FavouriteRegimen

    prescriber = factory.SubFactory(UserFactory)
    medication = factory.SubFactory(MedicationFactory)
    name = factory.Sequence(lambda number: f"My way {number}")
    regimen = factory.LazyFunction(
        lambda: {
            "products": TABLETS,
            "steps": [{"doses": {"morning": "25"}, "days": 7}, {"doses": {"morning": "50"}}],
        }
    )


class StepGateFactory(factory.django.DjangoModelFactory[StepGate]):
    """The second step of a rising dose plan waits for a lithium level."""

    class Meta:
        model = StepGate

    step_first_on = factory.LazyAttribute(lambda gate: gate.dose_plan.began_on + dt.timedelta(days=7))
    mg_per_day = Decimal(50)
    waits_for = GateKind.RESULT
    measured = "lithium"
    good_from = Decimal("0.6")
    good_to = Decimal("0.8")
    stay_days = 7
    set_by = factory.SubFactory(UserFactory)
    set_at = factory.LazyAttribute(lambda gate: gate.dose_plan.created_at)
