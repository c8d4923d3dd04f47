"""Filling in a scale with the client."""

import pytest
from django.test import Client as Browser

from clinic.clients.models import Client
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User


@pytest.fixture
def desk(browser: Browser, therapist: User) -> Browser:
    browser.force_login(therapist)
    return browser


def test_choose_answer_and_see_the_score(desk: Browser, ada: Client) -> None:
    page = f"/scales/{ada.pk}/"
    assert "Choose an instrument above" in desk.get(page).content.decode()
    assert "Little interest" in desk.get(page, {"instrument": "phq2"}).content.decode()
    sent = {"phq2-answers[0]": "2", "phq2-answers[1]": "1"}
    kept = desk.post(f"{page}?instrument=phq2", sent, follow=True).content.decode()
    assert "3 points" in kept
    assert ScaleResponse.objects.get().answers == [2, 1]


def test_nothing_answered_is_said_and_kept_nowhere(desk: Browser, ada: Client) -> None:
    answer = desk.post(f"/scales/{ada.pk}/?instrument=phq2", {})
    assert answer.status_code == 422
    assert "Nothing is answered yet" in answer.content.decode()
    assert desk.get(f"/scales/{ada.pk}/", {"instrument": "none"}).status_code == 200
    assert not ScaleResponse.objects.exists()


def test_a_strangers_client_has_no_such_page(browser: Browser, ada: Client, stranger: User) -> None:
    browser.force_login(stranger)
    assert browser.get(f"/scales/{ada.pk}/").status_code == 404


def test_thoughts_of_self_harm_are_said_at_once(desk: Browser, ada: Client) -> None:
    page = f"/scales/{ada.pk}/?instrument=phq9"
    quiet = desk.post(page, {"phq9-answers[0]": "1"}, follow=True).content.decode()
    assert "Ask about them today" not in quiet
    told = desk.post(page, {"phq9-answers[8]": "1"}, follow=True).content.decode()
    assert "Ask about them today" in told
