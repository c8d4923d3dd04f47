"""How the medications go, among what is known at a visit: trials, adherence, side effects ended by one click."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.intake import services as intake
from clinic.scales.models import SymptomRating
from clinic.staff.models import User
from clinic.titration.models import DosePlan, SideEffect
from clinic.visits.models import FollowUpVisit
from tests.factories.checkins import CheckInAnswerFactory, CheckInFactory
from tests.factories.scales import TargetSymptomFactory
from tests.factories.titration import filled as fill
from tests.factories.titration import side_effect
from tests.factories.visits import draft
from tests.visits.days import NOW, START
from tests.visits.test_pages import filled, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visit(ada: Client, prescriber: User, dose_plan: DosePlan, browser: Browser) -> FollowUpVisit:
    browser.force_login(prescriber)
    return draft(ada, prescriber, NOW)


def test_what_is_known_of_each_medication_stands_with_its_sources(
    browser: Browser, visit: FollowUpVisit, prescriber: User, dose_plan: DosePlan
) -> None:
    answer = CheckInAnswerFactory(
        checkin=CheckInFactory(dose_plan=dose_plan), doses_missed=2, missed_because="ran_out", answered_at=NOW
    )
    fill(dose_plan, prescriber, START)
    intake.add_trial(
        client_id=visit.client_id,
        name="Zoloft",
        medication=dose_plan.medication,
        weeks=2,
        why_stopped="side_effects",
        by=prescriber,
        now=START,
    )
    side_effect(dose_plan, prescriber, NOW, severity=3)
    page = browser.get(url("visit", visit)).text
    for told in (
        "the least effective dose is not known here",
        "2 doses missed in the 7 days before",
        "(“I ran out”)",
        reverse("checkins:review", args=[answer.pk]),
        "Supply covered 70 % of days, 7 of 10 since Mar 2, 2026, under 80 %",
        reverse("titration:supply", args=[visit.client_id]),
        "A trial of Zoloft was stopped for side effects",
        "<strong>Headache</strong>, a lot",
        reverse("caseload:trials", args=[visit.client_id]),
    ):
        assert told in page


def test_one_click_ends_a_side_effect_and_keeps_what_was_typed(
    browser: Browser, visit: FollowUpVisit, prescriber: User, dose_plan: DosePlan
) -> None:
    effect = side_effect(dose_plan, prescriber, NOW).side_effect
    asked = {**filled(visit), "subjective": "Typed just now", "end_effect": str(effect.pk)}
    answer = browser.post(url("save", visit), asked)
    assert answer["Location"].endswith("#response")
    visit.refresh_from_db()
    assert visit.subjective == "Typed just now"
    assert SideEffect.objects.get().ended_by == prescriber
    assert "Has ended" not in browser.get(url("visit", visit)).text
    again = browser.post(url("save", visit), {**filled(visit), "end_effect": "nonsense"})
    assert again.status_code == 302


def test_enter_in_the_note_saves_and_ends_nothing(
    browser: Browser, visit: FollowUpVisit, prescriber: User, dose_plan: DosePlan
) -> None:
    side_effect(dose_plan, prescriber, NOW)
    buttons = re.findall(r"<button[^>]*>", browser.get(url("visit", visit)).text)
    of_the_form = [one for one in buttons if 'form="visit"' in one]
    assert "name=" not in of_the_form[0]
    assert 'name="end_effect"' in of_the_form[1]


def test_before_the_first_dose_nothing_is_told(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    page = browser.get(url("visit", draft(ada, prescriber, NOW))).text
    assert "No dose plan has begun." in page


def test_target_symptoms_are_rated_beside_the_note_with_any_button(
    browser: Browser, visit: FollowUpVisit, prescriber: User
) -> None:
    assert "Word the first one with the client" in browser.get(url("visit", visit)).text
    symptom = TargetSymptomFactory(client=visit.client, worded_by=prescriber)
    name = f"symptom_{symptom.pk.hex}"
    page = browser.get(url("visit", visit)).text
    assert "Lying awake and brooding" in page
    answer = browser.post(url("save", visit), {**filled(visit), name: "7", "rate_symptoms": "1"})
    assert answer.headers["Location"].endswith("#symptoms")
    assert "7 of 10" in browser.get(url("visit", visit)).text
    browser.post(url("save", visit), {**filled(visit), name: "5"}, headers={"X-Autosave": "1"})
    browser.post(url("save", visit), {**filled(visit), name: ""})
    assert [row.value for row in SymptomRating.objects.all()] == [7]
    refused = browser.post(url("save", visit), {**filled(visit), name: "11"}, follow=True).text
    assert "Lying awake and brooding: choose a whole number from 0 to 10." in refused
    browser.post(url("save", visit), {**filled(visit), f"symptom_{symptom.pk.hex[:-1]}": "3"})
    browser.post(url("sign", visit), {**filled(visit), name: "4"})
    assert [row.value for row in SymptomRating.objects.all()] == [4, 7]
