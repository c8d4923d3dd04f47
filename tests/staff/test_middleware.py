"""A session ends when nobody is there, and nobody works without a second factor."""

import datetime as dt

import pytest
import time_machine
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from clinic.clients.models import Client
from clinic.coordination.models import Observation
from clinic.staff.models import User
from tests.factories.staff import UserFactory

MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
PAGE = "/accounts/sessions/"


def status_after(browser: Browser, minutes: float, **headers: str) -> int:
    with time_machine.travel(MORNING + dt.timedelta(minutes=minutes), tick=False):
        return browser.get(PAGE, headers=headers).status_code


@pytest.fixture
def at_work(browser: Browser, prescriber: User) -> Browser:
    with time_machine.travel(MORNING, tick=False):
        browser.force_login(prescriber)
        assert browser.get(PAGE).status_code == 200
    return browser


def test_a_session_lives_through_fourteen_idle_minutes(at_work: Browser) -> None:
    assert status_after(at_work, 14) == 200


def test_a_session_ends_after_fifteen_idle_minutes(at_work: Browser) -> None:
    assert status_after(at_work, 15) == 302
    assert status_after(at_work, 15.1) == 302


def test_autosaving_never_keeps_a_session_alive(at_work: Browser) -> None:
    for minute in range(1, 15):
        assert status_after(at_work, minute, **{"X-Autosave": "1"}) == 200
    assert status_after(at_work, 15, **{"X-Autosave": "1"}) == 401


def test_a_session_ends_after_twelve_hours_of_work(at_work: Browser) -> None:
    for minute in range(10, 720, 10):
        assert status_after(at_work, minute) == 200
    assert status_after(at_work, 720) == 302


def test_an_ended_session_sends_htmx_to_the_sign_in_page(at_work: Browser) -> None:
    with time_machine.travel(MORNING + dt.timedelta(minutes=16), tick=False):
        answer = at_work.get(PAGE, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("account_login")


@pytest.mark.parametrize("site", ["same-origin", "cross-site", ""])
def test_what_was_typed_when_the_session_ended_can_be_sent_again(
    at_work: Browser, prescriber: User, ada: Client, site: str
) -> None:
    observe, said = reverse("coordination:observe", args=[ada.pk]), {"text": "Laughs <again>."}
    with time_machine.travel(MORNING + dt.timedelta(minutes=16), tick=False):
        answer = at_work.post(observe, said, headers={"Sec-Fetch-Site": site})
        assert not Observation.objects.exists()
        if site != "same-origin":
            assert (answer.status_code, "Laughs" in answer.text) == (302, False)
            return
        assert answer.status_code == 401
        assert '<input type="hidden" name="text" value="Laughs &lt;again&gt;.">' in answer.text
        assert "Ada" not in answer.text
        at_work.force_login(prescriber)
        assert at_work.post(observe, said).status_code == 302
    assert Observation.objects.get().text == "Laughs <again>."


def test_a_leaver_is_out_at_once(at_work: Browser, prescriber: User) -> None:
    prescriber.is_active = False
    prescriber.save(update_fields=["is_active"])
    assert status_after(at_work, 0.1) == 302


def test_without_a_second_factor_no_page_opens_but_its_set_up(browser: Browser, db: None) -> None:
    browser.force_login(UserFactory(second_factor=False))
    answer = browser.get(reverse("caseload:home"))
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("mfa_index"))


@pytest.mark.parametrize(("allowed", "status"), [(True, 405), (False, 302)])
def test_demo_accounts_are_exempt_in_the_demo_only(browser: Browser, db: None, allowed: bool, status: int) -> None:
    browser.force_login(UserFactory(second_factor=False, is_demo=True))
    with override_settings(DEMO_ACCOUNTS_ALLOWED=allowed):
        answer = browser.get(reverse("staff:switch_role"))
    assert answer.status_code == status
