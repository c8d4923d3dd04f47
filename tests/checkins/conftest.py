import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.checkins.models import CheckIn
from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.factories.checkins import CheckInFactory, link_to
from tests.factories.clients import ContactPointFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started

JUNE_1 = dt.datetime(2026, 6, 1, 15, 0, tzinfo=dt.UTC)
JUNE_4 = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """Sertraline from Monday, June 1: 25, 50, 75, 100 mg, each for a week."""
    medication = MedicationFactory()
    ProductFactory(medication=medication)
    ContactPointFactory(client=ada, value="ada@mail.example")
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, medication, prescriber, JUNE_1)


@pytest.fixture
def checkin(dose_plan: DosePlan) -> CheckIn:
    """Ada's check-in on day 4, out since this morning."""
    row: CheckIn = CheckInFactory(dose_plan=dose_plan)
    return row


@pytest.fixture
def token(checkin: CheckIn) -> str:
    return link_to(checkin, expires_at=JUNE_4 + dt.timedelta(hours=72))


@pytest.fixture
def address(token: str) -> str:
    return reverse("checkins:answer", args=[token])


@pytest.fixture
def let_in(browser: Browser, address: str) -> Browser:
    """The phone after the birth-year question."""
    assert browser.post(address, {"year": "1990"}).status_code == 302
    return browser
