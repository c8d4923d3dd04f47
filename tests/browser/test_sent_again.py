"""A session ends over a form: signed in again in another tab, one press sends what was typed."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page, expect

from clinic.coordination.models import Observation
from clinic.staff.middleware import SEEN_AT
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.people import PASSWORD, hire
from tests.browser.running import RunningClinic
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory

pytestmark = pytest.mark.browser


def sign_in(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def end_session(page: Page) -> None:
    """As if nobody had touched a page for an hour."""
    [key] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "session"]
    session = SessionStore(key)
    session[SEEN_AT] = time.time() - 3600
    session.save()


@pytest.mark.parametrize(("scripts", "width"), [(True, DESK), (False, PHONE)], ids=["with scripts", "without"])
def test_one_press_sends_what_was_typed_before_signing_in_again(
    in_clinic: RunningClinic, page_at: OpenPage, scripts: bool, width: int
) -> None:
    therapist = hire(Role.THERAPIST, "Theo Therapist")
    # One code of an authenticator opens one session, and this takes two within half a minute.
    therapist.authenticator_set.all().delete()
    User.objects.filter(pk=therapist.pk).update(is_demo=True)
    client = ClientFactory()
    CareTeamMemberFactory(client=client, user=therapist, role=Role.THERAPIST)
    SharingConsentFactory(client=client)
    page = page_at(width, scripts=scripts)
    page.goto("/")
    sign_in(page, therapist)
    page.goto(f"/coordination/observe/{client.pk}/")
    typed = f"Laughs <again> & sleeps.\nEats, too. {scripts}"
    page.get_by_label("What you noticed").fill(typed)
    end_session(page)
    page.get_by_role("button", name="Write the observation").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    sign_in(opened.value, therapist)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Eats, too.")).to_be_visible()
    assert Observation.objects.get(client=client).text.replace("\r\n", "\n") == typed
