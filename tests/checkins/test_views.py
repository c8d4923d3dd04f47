"""The client's page by link, as a phone without JavaScript sees it, and the team's page of an answer."""

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins import queries
from clinic.checkins.models import CheckIn, CheckInAnswer
from clinic.checkins.rules import Answers
from clinic.checkins.services import answer_checkin
from clinic.messaging.models import SignedLink
from clinic.risk.models import RiskAlert
from clinic.scales.models import SymptomRating, TargetSymptom
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.checkins.conftest import JUNE_4
from tests.checkins.test_answering import WAYS, close_in_some_way
from tests.factories.checkins import link_to
from tests.factories.scales import TargetSymptomFactory
from tests.factories.titration import StepGateFactory

pytestmark = pytest.mark.django_db
GOOD = {"feeling": "4", "doses_missed": "0", **{f"item_{n}": "0" for n in range(1, 10)}}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


def test_it_works_from_link_to_thanks(browser: Browser, address: str) -> None:
    assert "What year were you born?" in browser.get(address).content.decode()
    assert browser.post(address, {"year": "1990"}, follow=True).status_code == 200
    page = browser.get(address).content.decode()
    assert "sertraline" in page
    assert "25 mg in the morning" in page
    assert "better off dead" in page
    done = browser.post(address, GOOD, follow=True)
    assert "Your care team reads your answers" in done.content.decode()
    assert CheckInAnswer.objects.get().feeling == 4


def test_nothing_personal_stands_before_the_birth_year(browser: Browser, address: str) -> None:
    page = browser.get(address).content.decode()
    for personal in ("Ada", "Byron", "sertraline", "25 mg", "PHQ"):
        assert personal not in page


def test_answers_before_the_birth_year_are_not_taken(browser: Browser, address: str) -> None:
    assert browser.post(address, GOOD).status_code == 422
    assert not CheckInAnswer.objects.exists()


def test_a_mail_scanner_changes_nothing(browser: Browser, address: str, token: str, checkin: CheckIn) -> None:
    before = list(SignedLink.objects.values()), list(CheckIn.objects.values()), AuditEvent.objects.count()
    for _ in range(5):
        browser.get(address)
        browser.head(address)
    assert before == (list(SignedLink.objects.values()), list(CheckIn.objects.values()), AuditEvent.objects.count())
    assert queries.open_checkin(token, now=JUNE_4) is not None


@pytest.mark.parametrize("way", [*WAYS, "used"])
def test_links_that_are_not_live_look_alike(browser: Browser, way: str, token: str, checkin: CheckIn) -> None:
    def seen(link: str) -> tuple[int, str]:
        response = browser.get(reverse("checkins:answer", args=[link]))
        return response.status_code, re.sub(r'value="[^"]{40,}"', "", response.content.decode())

    never = seen("y" * 43)
    if way == "used":
        answer_checkin(token=token, answers=Answers(4, 0), now=JUNE_4)
    assert seen(close_in_some_way(way, token, checkin)) == never
    assert never[0] == 404
    assert "(801) 555-0100" in never[1]


def test_a_wrong_year_keeps_what_was_typed_and_counts(browser: Browser, address: str) -> None:
    response = browser.post(address, {"year": "1989"})
    assert response.status_code == 422
    assert "You have 4 tries left" in response.content.decode()
    assert 'value="1989"' in response.content.decode()
    assert browser.post(address, {"year": "later"}).status_code == 422
    assert SignedLink.objects.get().tries_left == 4


def test_after_the_fifth_wrong_year_the_link_is_closed(browser: Browser, address: str) -> None:
    for _ in range(4):
        assert browser.post(address, {"year": "1989"}).status_code == 422
    assert browser.post(address, {"year": "1989"}).status_code == 404
    assert browser.post(address, {"year": "1990"}).status_code == 404


def test_the_birth_year_of_one_link_does_not_open_another(let_in: Browser, checkin: CheckIn, address: str) -> None:
    cookie = let_in.cookies["checkin"]
    assert cookie["path"] == address
    assert cookie["httponly"]
    other = reverse("checkins:answer", args=[link_to(checkin, expires_at=JUNE_4 + dt.timedelta(hours=1))])
    response = Browser().get(other, headers={"Cookie": f"checkin={cookie.value}"})
    assert "What year were you born?" in response.content.decode()


def test_an_hour_later_the_birth_year_is_asked_again(let_in: Browser, address: str) -> None:
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=61), tick=False):
        assert "What year were you born?" in let_in.get(address).content.decode()


def test_the_plan_of_today_is_drawn_and_leads_to_what_the_library_of_medicine_says(
    let_in: Browser, checkin: CheckIn, address: str
) -> None:
    page = let_in.get(address).text
    assert page.count('class="unit unit-tablet"') == 1
    assert "It is your choice" in page
    assert "connect.medlineplus.gov" not in page
    medication = checkin.dose_plan.medication
    medication.rxcui = "36437"
    medication.save()
    checkin.client.language = "es"
    checkin.client.save()
    page = let_in.get(address).text
    assert "mainSearchCriteria.v.c=36437" in page
    assert "languageCode.c=es" in page


HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
LONG = {**GOOD, "effect_dizzy": "2", "words": 'Dizzy at noon, "very" <b>so</b>\nand tired', "wants_call": "on"}


def held(page: str) -> dict[str, str]:
    """What waits in the page to be sent with the year."""
    found = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
    found.pop("csrfmiddlewaretoken", None)
    return found


def test_what_was_typed_outlives_the_hour(let_in: Browser, address: str) -> None:
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=61), tick=False):
        late = let_in.post(address, LONG)
        assert "we kept all that you wrote" in late.text
        assert not any(personal in late.text for personal in ("Ada", "Byron", "sertraline", "25 mg", "PHQ"))
        assert held(late.text) == LONG
        assert not CheckInAnswer.objects.exists()
        wrong = let_in.post(address, {**held(late.text), "year": "1989"})
        assert held(wrong.text) == LONG
        done = let_in.post(address, {**held(wrong.text), "year": "1990"}, follow=True)
    assert "will call you" in done.text
    kept = CheckInAnswer.objects.get()
    assert (kept.words, kept.wants_call) == (LONG["words"], True)


def test_late_answers_that_lack_something_are_asked_for_it(let_in: Browser, address: str) -> None:
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=61), tick=False):
        page = let_in.post(address, {"words": "So tired", "year": "1990"})
        assert "Choose how you are on it." in page.text
        assert "So tired" in page.text
        assert let_in.post(address, {**GOOD, "words": "So tired"}).status_code == 302
    assert CheckInAnswer.objects.get().words == "So tired"


def test_a_field_that_no_question_has_is_not_handed_back(browser: Browser, address: str) -> None:
    page = browser.post(address, {**GOOD, "planted": "planted"}).text
    assert "planted" not in page


def test_errors_stand_beside_the_field_and_keep_what_was_typed(let_in: Browser, address: str) -> None:
    response = let_in.post(address, {"doses_missed": "2", "words": "I felt dizzy", "effect_dizzy": "2"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose how you are on it." in page
    assert "I felt dizzy" in page
    assert '<option value="2" selected>Quite a bit</option>' in page
    assert not CheckInAnswer.objects.exists()


def test_a_step_that_waits_says_to_stay(let_in: Browser, address: str, dose_plan: DosePlan) -> None:
    assert "Stay on this dose until we tell you" not in let_in.get(address).text
    StepGateFactory(dose_plan=dose_plan, set_by=dose_plan.prescriber)
    assert "Stay on this dose until we tell you" in let_in.get(address).text


def test_no_answer_of_the_scale_is_chosen_beforehand(let_in: Browser, address: str) -> None:
    page = let_in.get(address).content.decode()
    assert "better off dead" in page
    assert "checked" not in page


def test_a_scale_left_out_is_no_score(let_in: Browser, address: str) -> None:
    let_in.post(address, {"feeling": "4", "doses_missed": "0"})
    assert CheckInAnswer.objects.get().scale_response is None


def test_side_effects_and_own_words_are_kept(let_in: Browser, address: str) -> None:
    told = {**GOOD, "effect_nausea": "2", "own_effect": "Vivid dreams", "item_9": "skip", "wants_call": "on"}
    page = let_in.post(address, told, follow=True).content.decode()
    assert "will call you within one working day" in page
    kept = CheckInAnswer.objects.get()
    assert kept.side_effect_words == ["Feeling sick to your stomach: quite a bit", "Vivid dreams: a little"]
    assert kept.scale_response is not None
    assert kept.scale_response.answers == [0] * 8 + [None]


@pytest.mark.parametrize("is_let_in", [True, False])
def test_the_crisis_button_shows_help_at_once_and_tells_the_team(
    browser: Browser, address: str, is_let_in: bool
) -> None:
    if is_let_in:
        browser.post(address, {"year": "1990"})
    page = browser.post(address, {"help": "1"}).content.decode()
    for way in ('href="tel:988"', 'href="sms:988"', 'href="tel:911"', "(801) 555-0100"):
        assert way in page
    assert RiskAlert.objects.get().kind == "wants_help_now"


def test_what_is_typed_outlives_the_crisis_button(let_in: Browser, address: str) -> None:
    """Half a page: no feeling chosen yet, so that it could not be sent."""
    typed = {"words": "Cannot sleep <at all>", "own_effect": "Vivid dreams", "wants_call": "on", "effect_nausea": "2"}
    page = let_in.post(address, {**typed, "help": "1"}).text
    assert 'name="words" value="Cannot sleep &lt;at all&gt;"' in page
    back = let_in.post(address, {**typed, "back": "1"})
    assert back.status_code == 200
    for kept in ("Cannot sleep &lt;at all&gt;</textarea>", "Vivid dreams</textarea>", 'value="2" selected'):
        assert kept in back.text
    assert "checked" in back.text.split('name="wants_call"')[1].split(">")[0]
    assert "Choose how you are on it." not in back.text
    assert not CheckInAnswer.objects.exists()


def test_who_comes_back_after_the_hour_gives_the_year_and_goes_on(browser: Browser, address: str) -> None:
    typed = {**GOOD, "words": "Cannot sleep", "back": "1"}
    asked = browser.post(address, typed).text
    assert 'name="back" value="1"' in asked
    page = browser.post(address, {**typed, "year": "1990"})
    assert "Cannot sleep</textarea>" in page.text
    assert not CheckInAnswer.objects.exists()


def test_a_worrying_answer_shows_help_first(let_in: Browser, address: str) -> None:
    page = let_in.post(address, {**GOOD, "item_9": "1"}, follow=True).content.decode()
    assert "Please get help now" in page
    main = page.split("<main")[1]
    assert main.index("tel:988") < main.index("care team has been alerted")
    assert RiskAlert.objects.get().kind == "self_harm"


def test_the_thanks_are_shown_to_that_phone_alone(let_in: Browser, address: str) -> None:
    let_in.post(address, GOOD)
    assert let_in.get(address).status_code == 200
    assert Browser().get(address).status_code == 404


def test_the_address_is_told_to_nobody_and_the_page_kept_nowhere(browser: Browser, address: str) -> None:
    response = browser.get(address)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_post_without_the_forms_token_is_refused(address: str) -> None:
    assert Browser(enforce_csrf_checks=True).post(address, {"year": "1990"}).status_code == 403


def test_one_address_may_not_ask_without_end(browser: Browser) -> None:
    guess = reverse("checkins:answer", args=["z" * 43])
    assert {browser.get(guess).status_code for _ in range(60)} == {404}
    refused = browser.get(guess)
    assert refused.status_code == 429
    assert "988" in refused.content.decode()
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=11), tick=False):
        assert browser.get(guess).status_code == 404


@pytest.mark.parametrize("failure", [ValueError, ConnectionError])
def test_without_the_cache_the_page_stays_open(
    browser: Browser, address: str, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    def broken(key: str) -> Any:
        raise failure

    monkeypatch.setattr(cache, "incr", broken)
    assert browser.get(address).status_code == 200


def test_put_and_delete_are_refused(browser: Browser, address: str) -> None:
    assert browser.put(address).status_code == 405


@pytest.fixture
def answer(token: str) -> CheckInAnswer:
    return answer_checkin(token=token, answers=Answers(1, 2, scale=(1,) * 8 + (0,)), now=JUNE_4)


def test_the_team_reads_an_answer_with_its_reasons(
    browser: Browser, prescriber: User, answer: CheckInAnswer, django_assert_max_num_queries: Any
) -> None:
    browser.force_login(prescriber)
    browser.get(reverse("checkins:review", args=[answer.pk]))
    with django_assert_max_num_queries(12):
        page = browser.get(reverse("checkins:review", args=[answer.pk])).content.decode()
    assert "Feels much worse on it." in page
    assert "Much worse" in page
    assert "PHQ-9" in page
    assert AuditEvent.objects.filter(action="chart_read", client_id=answer.client_id).exists()


def test_acknowledging_says_who_read_it(browser: Browser, prescriber: User, answer: CheckInAnswer) -> None:
    browser.force_login(prescriber)
    address = reverse("checkins:acknowledge", args=[answer.pk])
    assert browser.post(address, {"words": "Called her, dose stays"}).status_code == 302
    page = browser.get(reverse("checkins:review", args=[answer.pk])).content.decode()
    assert "Called her, dose stays" in page
    assert "Paula Prescriber" in page
    again = browser.post(address, {"words": "Me too"})
    assert again.status_code == 422
    assert "already read" in again.content.decode()
    assert browser.get(address).status_code == 405


def test_a_therapist_reads_but_does_not_triage(browser: Browser, therapist: User, answer: CheckInAnswer) -> None:
    browser.force_login(therapist)
    page = browser.get(reverse("checkins:review", args=[answer.pk]))
    assert "Nobody has acknowledged it yet" in page.content.decode()
    assert browser.post(reverse("checkins:acknowledge", args=[answer.pk])).status_code == 403


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("auditor", 403), ("administrator", 403)])
def test_an_answer_is_closed_to_others(
    browser: Browser, answer: CheckInAnswer, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    browser.force_login(request.getfixturevalue(who))
    assert browser.get(reverse("checkins:review", args=[answer.pk])).status_code == status


def test_the_clients_own_symptoms_are_rated_on_a_screen_of_their_own(
    let_in: Browser, address: str, checkin: CheckIn, therapist: User
) -> None:
    client = checkin.client
    first = TargetSymptomFactory(client=client, worded_by=therapist)
    ended = TargetSymptomFactory(client=client, worded_by=therapist, words="Old")
    page = let_in.get(address).content.decode()
    assert "How much of it is there now?" in page
    assert "Lying awake and brooding" in page
    TargetSymptom.objects.filter(pk=ended.pk).update(ended_on=JUNE_4.date(), ended_by=therapist)
    sent = {**GOOD, f"symptom_{first.pk.hex}": "6", f"symptom_{ended.pk.hex}": "2"}
    assert let_in.post(address, sent).status_code == 302
    rating = SymptomRating.objects.get()
    assert (rating.value, rating.symptom, rating.answered_by, rating.by) == (6, first, "client", None)
    assert rating.rated_on == JUNE_4.date()
