"""The public page: calm, kept, counted, the same for everybody."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser

from clinic.clients.models import Client
from clinic.intake.forms import new_page
from clinic.intake.models import Enquiry
from clinic.intake.services import limits

PAGE = "/intake/enquire/"
SHOWN_AT = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _sent_a_minute_later(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(SHOWN_AT + dt.timedelta(minutes=1), tick=False):
        yield


def told(**changes: Any) -> dict[str, Any]:
    return {
        "given_names": "Grace",
        "family_name": "Hopper",
        "birth_on": "1985-12-09",
        "phone": "801 555 0142",
        "contact_wish": "call",
        "what_is_going_on": "I cannot sleep.",
        "wants_blended_plan": "on",
        "shown": new_page(SHOWN_AT),
        "website": "",
    } | changes


def test_anybody_can_write_and_learns_what_happens_next(browser: Browser) -> None:
    page = browser.get(PAGE).content.decode()
    assert "988" in page
    assert "Only a clinician can judge" in page
    answer = browser.post(PAGE, told(), follow=True)
    assert answer.redirect_chain == [("/intake/enquire/received/", 302)]
    assert "What happens next" in answer.content.decode()
    enquiry = Enquiry.objects.get()
    assert (enquiry.given_names, enquiry.wants_blended_plan) == ("Grace", True)


def test_a_client_gets_the_same_answer_as_a_stranger(browser: Browser, ada: Client) -> None:
    known = browser.post(PAGE, told(given_names=ada.given_names, family_name=ada.family_name), follow=True)
    unknown = browser.post(PAGE, told(), follow=True)
    assert known.content == unknown.content


def test_sent_twice_is_one_enquiry(browser: Browser) -> None:
    page = told()
    browser.post(PAGE, page)
    assert browser.post(PAGE, page).status_code == 302
    assert Enquiry.objects.count() == 1


def test_what_is_wrong_stands_beside_its_field_and_all_is_kept(browser: Browser) -> None:
    answer = browser.post(PAGE, told(phone="", birth_on="tomorrow"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "I cannot sleep." in page
    assert "12/31/1990" in page
    second = browser.post(PAGE, told(phone=""))
    assert "To call or text" in second.content.decode() or "Give a phone number" in second.content.decode()
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"website": "https://spam.example"}, "send it once more"),
        ({"shown": "forged"}, "send it once more"),
        ({"shown": new_page(SHOWN_AT + dt.timedelta(seconds=58))}, "very quick"),
        ({"shown": new_page(SHOWN_AT - dt.timedelta(days=2))}, "open for a long time"),
    ],
)
def test_robots_are_held_up_and_people_told_how_to_go_on(browser: Browser, change: dict[str, Any], said: str) -> None:
    answer = browser.post(PAGE, told(**change))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "I cannot sleep." in answer.content.decode()
    assert not Enquiry.objects.exists()


def test_a_page_open_too_long_can_be_sent_again_as_it_is(browser: Browser) -> None:
    answer = browser.post(PAGE, told(shown=new_page(SHOWN_AT - dt.timedelta(days=2))))
    fresh = answer.context["guard"]["shown"].value()
    with time_machine.travel(SHOWN_AT + dt.timedelta(minutes=2)):
        assert browser.post(PAGE, told(shown=fresh)).status_code == 302


def test_a_browser_that_filled_the_hidden_field_does_not_keep_a_person_out(browser: Browser) -> None:
    answer = browser.post(PAGE, told(website="https://me.example"))
    goes_on_with = answer.context["guard"]["website"].value()
    assert browser.post(PAGE, told(website=goes_on_with)).status_code == 302
    assert Enquiry.objects.count() == 1


def test_the_way_back_and_the_same_words_again_are_one_enquiry(browser: Browser) -> None:
    browser.post(PAGE, told())
    shown_anew = new_page(SHOWN_AT + dt.timedelta(seconds=30))
    assert browser.post(PAGE, told(shown=shown_anew)).status_code == 302
    assert Enquiry.objects.count() == 1
    browser.post(PAGE, told(shown=new_page(SHOWN_AT), what_is_going_on="It is worse now."))
    assert Enquiry.objects.count() == 2


def test_all_that_is_wrong_is_told_at_once(browser: Browser) -> None:
    wrong = {"given_names": "", "phone": "12", "email": "nowhere", "birth_on": "2024-12-09"}
    errors = browser.post(PAGE, told(**wrong)).context["form"].errors
    assert set(errors) == {"given_names", "phone", "email", "guardian_name"}
    assert {name: len(sentences) for name, sentences in errors.items()} == dict.fromkeys(errors, 1)


def test_one_address_and_all_together_are_limited(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(limits.TRIES_BY_ADDRESS):
        assert browser.post(PAGE, told()).status_code == 302
    assert browser.post(PAGE, told()).status_code == 429
    assert browser.get(PAGE).status_code == 200
    assert browser.post(PAGE, told(), REMOTE_ADDR="10.0.0.9").status_code == 302
    monkeypatch.setattr(limits, "TRIES_BY_ALL", 3)
    assert browser.post(PAGE, told(), REMOTE_ADDR="10.0.0.10").status_code == 429


def test_a_dead_cache_loses_no_enquiry(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", refuse)
    assert browser.post(PAGE, told()).status_code == 302
    assert Enquiry.objects.count() == 1


def test_a_long_story_is_not_cut_in_silence(browser: Browser) -> None:
    story = "I cannot sleep. " * 625
    assert "maxlength" not in str(browser.get(PAGE).context["form"]["what_is_going_on"])
    answer = browser.post(PAGE, told(what_is_going_on=story))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "at most 5,000 characters" in page
    assert story.strip() in page
    assert not Enquiry.objects.exists()
