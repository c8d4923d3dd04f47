"""The demo's outbox page."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from clinic.staff.models import User
from tests.factories.messaging import OutboxMessageFactory

pytestmark = pytest.mark.django_db
OUTBOX = "/messages/outbox/"


def test_it_shows_what_left_newest_first_with_a_link(
    browser: Browser, coordinator: User, django_assert_max_num_queries: Any
) -> None:
    OutboxMessageFactory(to="first@mail.example")
    OutboxMessageFactory(to="second@mail.example", times_received=3, text="<b>x</b> http://127.0.0.1:8000/a/")
    browser.force_login(coordinator)
    browser.get(reverse("messaging:outbox"))
    with django_assert_max_num_queries(8):
        page = browser.get(OUTBOX).content.decode()
    assert page.index("second@mail.example") < page.index("first@mail.example")
    assert 'href="http://127.0.0.1:8000/a/"' in page
    assert "&lt;b&gt;" in page
    assert "received 3 times" in page


def test_empty_it_says_when_something_will_leave(browser: Browser, coordinator: User) -> None:
    browser.force_login(coordinator)
    assert "Nothing has left yet" in browser.get(OUTBOX).content.decode()


def test_with_real_gateways_there_is_no_such_page(browser: Browser, coordinator: User, settings: Settings) -> None:
    settings.MESSAGES_TO_OUTBOX = False
    browser.force_login(coordinator)
    assert browser.get(OUTBOX).status_code == 404


@pytest.mark.parametrize("who", ["prescriber", "therapist", "auditor"])
def test_it_is_closed_to_others(browser: Browser, request: pytest.FixtureRequest, who: str) -> None:
    browser.force_login(request.getfixturevalue(who))
    assert browser.get(OUTBOX).status_code == 403


def test_it_wants_a_sign_in(browser: Browser) -> None:
    assert browser.get(OUTBOX).status_code == 302
