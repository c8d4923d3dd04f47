"""Who goes back to a list of free times chooses anew: the list is another one by then."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.scheduling.models import Appointment
from clinic.staff.roles import Role
from tests.browser.conftest import DESK, OpenPage
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.browser


def test_back_leaves_no_time_chosen_that_nobody_chose(page_at: OpenPage) -> None:
    clinician = UserFactory()
    for weekday in range(7):
        AvailabilityFactory(clinician=clinician, weekday=weekday)
    starts_at = timezone.now() + dt.timedelta(days=9)
    moved = AppointmentFactory(clinician=clinician, starts_at=starts_at)
    page = page_at(DESK, who=UserFactory(acting_role=Role.COORDINATOR), scripts=False)
    page.goto(f"/schedule/appointments/{moved.pk}/")
    times = page.locator("[name=starts_at]")
    times.nth(4).check()
    chosen = times.nth(4).get_attribute("value") or ""
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Moved.")).to_be_visible()
    assert Appointment.objects.get(pk=moved.pk).starts_at == dt.datetime.fromisoformat(chosen)
    page.go_back()
    assert times.count() > 4
    assert page.locator("[name=starts_at]:checked").count() == 0
