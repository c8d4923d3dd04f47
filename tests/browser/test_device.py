"""A device in a client's hands: from the chart to "hand the device back", and back again: nothing is there."""

import pytest
from playwright.sync_api import expect

from clinic.clients.models import Client
from clinic.risk.models import RiskAlert
from clinic.scales.models import ScaleResponse
from clinic.staff.roles import Role
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.running import RunningClinic
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(in_clinic: RunningClinic) -> Client:
    client: Client = ClientFactory(given_names="Ada", family_name=f"Byron{Client.objects.count()}")
    return client


def test_back_shows_nothing_once_the_device_is_handed_back(page_at: OpenPage, ada: Client) -> None:
    therapist = UserFactory(acting_role=Role.THERAPIST)
    CareTeamMemberFactory(client=ada, user=therapist)
    SharingConsentFactory(client=ada, recorded_by=therapist)
    page = page_at(PHONE, who=therapist)
    page.goto(ada.get_absolute_url())
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Answer on this device").click()
    page.get_by_role("button", name="Sign out and hand it over").click()
    expect(page.get_by_role("heading", name="Hello Ada")).to_be_visible()
    page.get_by_text("Not at all", exact=True).first.click()
    page.get_by_text("Several days", exact=True).last.click()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Please hand the device back.")).to_be_visible()
    expect(page.get_by_text("Call or text 988", exact=False).first).to_be_visible()
    assert ScaleResponse.objects.get(client=ada).answers[8] == 1
    assert RiskAlert.objects.filter(client=ada).count() == 1
    for _ in range(4):
        page.go_back()
        for personal in (ada.family_name, "Hello Ada", "Little interest"):
            expect(page.get_by_text(personal)).to_have_count(0)
    page.goto(ada.get_absolute_url())
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
