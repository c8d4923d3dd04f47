import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.factories.clients import ContactPointFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started

JUNE_1 = dt.datetime(2026, 6, 1, 15, 0, tzinfo=dt.UTC)
JUNE_4 = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)


@pytest.fixture
def june_4() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """Sertraline from Monday, June 1: 25, 50, 75, 100 mg, each for a week; Ada reads e-mail."""
    medication = MedicationFactory()
    ProductFactory(medication=medication)
    ContactPointFactory(client=ada, value="ada@mail.example")
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, medication, prescriber, JUNE_1)
