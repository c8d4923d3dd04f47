"""Starting, changing and stopping a dose plan."""

import datetime as dt

import pytest

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import ChangeKind, DoseChange, DosePlan
from clinic.titration.rules.running import order_from
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def days_later(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, sertraline: Medication) -> DosePlan:
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, sertraline, prescriber, MONDAY)


def test_smoke(dose_plan: DosePlan, prescriber: User) -> None:
    change = DoseChange.objects.get()
    assert change.words == (
        "Sertraline started: 25 mg in the morning from Mar 2, 2026, rising to 100 mg a day by Mar 23"
    )
    order = order_from(dt.date(2026, 3, 16), dose_plan.versions.get().order, [{"doses": {"morning": "75"}}])
    change = services.change_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, order=order, reason="Works", by=prescriber, now=days_later(8)
    )
    assert change.kind == ChangeKind.INCREASE
