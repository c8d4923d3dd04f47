"""A form that came when its session had ended is sent again by one press, and the guard of forms is as strict (S18)."""

import datetime as dt
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from clinic.clients.models import Client
from clinic.coordination.models import Observation
from clinic.core.middleware import SentAgain
from clinic.staff.models import User
from tests.factories.clients import CareTeamMemberFactory
from tests.staff.test_sign_in import PASSWORD, SIGN_IN, with_password

MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@dataclass
class Ended:
    """A browser whose session ended with a form on its way, and the page that it was answered with."""

    browser: Browser
    user: User
    path: str
    fields: dict[str, str]

    def send_again(self, **other: Any) -> int:
        asked = {"path": self.path, "data": self.fields, "headers": {"Sec-Fetch-Site": "same-origin"}, **other}
        return int(self.browser.post(**asked).status_code)


def fields_of(page: str) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in hidden}


@pytest.fixture
def ended(db: None, ada: Client) -> Iterator[Ended]:
    user = with_password(second_factor=False, is_demo=True, acting_role="therapist", roles=["therapist"])
    CareTeamMemberFactory(client=ada, user=user, is_lead=False)
    browser = Browser(enforce_csrf_checks=True)
    path = reverse("coordination:observe", args=[ada.pk])
    with time_machine.travel(MORNING, tick=False) as clock:
        sign_in(browser, user)
        token = re.search('name="csrfmiddlewaretoken" value="([^"]*)"', browser.get(path).text)
        assert token
        clock.move_to(MORNING + dt.timedelta(minutes=16))
        typed = {"csrfmiddlewaretoken": token[1], "text": "Laughs <again>.\r\nSleeps."}
        answer = browser.post(path, typed, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 401
        yield Ended(browser, user, path, fields_of(answer.text))


def sign_in(browser: Browser, user: User) -> None:
    browser.get(SIGN_IN)
    sent = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrf"].value}
    assert browser.post(SIGN_IN, sent).status_code == 302


def test_signed_in_again_one_press_sends_it(ended: Ended) -> None:
    sign_in(ended.browser, ended.user)
    assert ended.send_again() == 302
    assert Observation.objects.get().text == ended.fields["text"] == "Laughs <again>.\r\nSleeps."


def test_pressed_before_signing_in_it_still_needs_one_press_after(ended: Ended) -> None:
    asked = {"data": ended.fields, "headers": {"Sec-Fetch-Site": "same-origin"}}
    again = ended.browser.post(ended.path, **asked)
    assert again.status_code == 401
    ended.fields = fields_of(again.text)
    sign_in(ended.browser, ended.user)
    assert ended.send_again() == 302


def test_when_the_session_has_ended_once_more_nothing_typed_is_lost(ended: Ended) -> None:
    sign_in(ended.browser, ended.user)
    ended.browser.get("/")
    with time_machine.travel(MORNING + dt.timedelta(minutes=40), tick=False):
        asked = {"data": ended.fields, "headers": {"Sec-Fetch-Site": "same-origin"}}
        again = ended.browser.post(ended.path, **asked)
        assert again.status_code == 401
        assert not Observation.objects.exists()
        ended.fields = fields_of(again.text)
        sign_in(ended.browser, ended.user)
        assert ended.send_again() == 302
    assert Observation.objects.get().text == "Laughs <again>.\r\nSleeps."


OTHER_WAYS: dict[str, dict[str, Any]] = {
    "from another site": {"headers": {"Sec-Fetch-Site": "cross-site"}},
    "from who knows where": {"headers": {}},
    "from another origin": {"headers": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}},
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_the_proof_is_none_from_elsewhere(ended: Ended, way: str) -> None:
    sign_in(ended.browser, ended.user)
    assert ended.send_again(**OTHER_WAYS[way]) == 403
    assert not Observation.objects.exists()


@pytest.mark.parametrize("change", [{"text": "Cries."}, {"let_through": "forged:1:a"}, {"more": "1"}])
def test_the_proof_holds_for_nothing_else(ended: Ended, change: dict[str, str]) -> None:
    sign_in(ended.browser, ended.user)
    ended.fields |= change
    assert ended.send_again() == 403


def test_a_proof_in_letters_that_cannot_be_written_is_none(ended: Ended) -> None:
    sign_in(ended.browser, ended.user)
    half_a_letter = b'--x\r\nContent-Disposition: form-data; name="let_through"\r\n\r\na:b:+2AA-\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x; charset=utf-7"
    asked = ended.browser.generic("POST", ended.path, half_a_letter, kind, headers={"Sec-Fetch-Site": "same-origin"})
    assert asked.status_code == 403


def test_the_proof_holds_at_no_other_address(ended: Ended) -> None:
    sign_in(ended.browser, ended.user)
    assert ended.send_again(path=f"{ended.path}?x=1") == 403


def test_the_proof_holds_for_nobody_else(ended: Ended, ada: Client) -> None:
    other = with_password(second_factor=False, is_demo=True, acting_role="therapist", roles=["therapist"])
    CareTeamMemberFactory(client=ada, user=other, is_lead=False)
    sign_in(ended.browser, other)
    assert ended.send_again() == 403


def test_the_proof_ends_with_the_day(ended: Ended) -> None:
    with time_machine.travel(MORNING + dt.timedelta(hours=13), tick=False):
        sign_in(ended.browser, ended.user)
        assert ended.send_again() == 403


def test_without_a_cookie_of_the_guard_the_proof_is_none(ended: Ended) -> None:
    sign_in(ended.browser, ended.user)
    del ended.browser.cookies["csrf"]
    assert ended.send_again() == 403


def test_a_form_whose_connection_breaks_is_refused() -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("gone")

    request = RequestFactory().post("/", CONTENT_LENGTH="9", CONTENT_TYPE="application/x-www-form-urlencoded")
    request._stream = Broken()  # type: ignore[attr-defined]  # where Django reads a body from
    SentAgain(lambda _: HttpResponse()).process_view(request)
