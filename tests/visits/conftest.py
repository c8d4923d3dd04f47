"""Ada takes sertraline since Mar 2, 2026: 25 mg, each Monday 25 mg more, up to 100 mg."""

import pytest

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started
from tests.visits.days import START


@pytest.fixture
def sertraline(db: None) -> Medication:
    medication = MedicationFactory()
    ProductFactory(medication=medication)
    return medication


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, sertraline: Medication) -> DosePlan:
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, sertraline, prescriber, START)
