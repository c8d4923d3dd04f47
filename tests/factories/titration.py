"""Orders and dose plans; dose plans go through the service, for what is signed cannot be planted."""

import datetime as dt
from typing import Any

import factory

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, FavouriteRegimen
from tests.factories.formulary import MedicationFactory
from tests.factories.staff import UserFactory

TABLETS = [{"form": "tablet", "release": "IR", "strengths_mg": ["25", "50", "100"], "scored": True}]


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
        by=by,
        now=now,
    )


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
