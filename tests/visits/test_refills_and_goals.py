"""Side effects, refills and fills since the last visit, and the goals of the plan, beside what is decided."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.models import DosePlan, SideEffectNote
from clinic.titration.rules.side_effects import Felt
from clinic.titration.services import decide_refill, end_side_effect, note_side_effect
from clinic.visits.models import FollowUpVisit
from clinic.visits.queries import since_last_visit
from clinic.visits.rules.since import refill_words
from tests.caseload.histories import plan_with_parts, sign
from tests.factories.titration import filled, refill_asked
from tests.factories.visits import draft
from tests.visits.days import NOW, START

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visit(ada: Client, prescriber: User, dose_plan: DosePlan, browser: Browser) -> FollowUpVisit:
    browser.force_login(prescriber)
    return draft(ada, prescriber, NOW)


def told(client: Client) -> list[tuple[str, str, str]]:
    """Refills and fills: words, tone, where the link leads."""
    lines = since_last_visit(client).lines
    return [(line.words, line.tone, line.view_name) for line in lines if line.kind in {"refill", "fill"}]


def test_in_words() -> None:
    assert (
        refill_words("sertraline", None, "The client", "Declined")
        == "Refill of sertraline asked by the client: declined"
    )
    waiting = refill_words("sertraline", 30, "The pharmacy", "")
    assert waiting == "Refill of sertraline asked by the pharmacy, 30 days: waits for a decision"


def test_what_staff_noted_of_side_effects_is_told_and_what_a_client_told_by_link_is_not_told_twice(
    ada: Client, prescriber: User, dose_plan: DosePlan, visit: FollowUpVisit, browser: Browser
) -> None:
    felt = Felt("headache", "Headache", 3)
    note = note_side_effect(
        dose_plan_id=dose_plan.pk, felt=felt, done="lowered", remark="Since the rise.", by=prescriber, now=NOW
    )
    told = SideEffectNote(
        side_effect=note.side_effect, noted_on=NOW.date(), severity=1, mg_per_day=50, source="answer:1"
    )
    told.at = NOW
    told.save(force_insert=True)

    def lines() -> list[tuple[str, str, str]]:
        return [(one.words, one.tone, one.who) for one in since_last_visit(ada).lines if one.kind == "effect"]

    amount = f"{note.mg_per_day.normalize():f}"
    noted = (f"Headache on sertraline {amount} mg: a lot. Dose lowered. Since the rise", "note", str(prescriber))
    assert lines() == [noted]
    end_side_effect(effect_id=note.side_effect_id, by=prescriber, now=NOW)
    assert sorted(lines()) == sorted([noted, ("Headache on sertraline has ended", "good", str(prescriber))])
    page = browser.get(reverse("visits:visit", args=[visit.pk])).text
    assert f'href="{reverse("caseload:trials", args=[ada.pk])}">Side effects<' in page


def test_what_came_and_what_is_asked_for_is_told(
    ada: Client, prescriber: User, dose_plan: DosePlan, visit: FollowUpVisit, browser: Browser
) -> None:
    filled(dose_plan, prescriber, START)
    asked = refill_asked(dose_plan, prescriber, NOW - DAY)
    assert told(ada) == [
        ("Refill of sertraline asked by the client, 30 days: waits for a decision", "warn", "titration:refill"),
        ("Filled sertraline: 30 x 25 mg tablet", "quiet", "titration:supply"),
    ]
    page = browser.get(visit.get_absolute_url()).text
    assert f'href="/dose-plans/refills/{asked.pk}/"' in page
    assert "Filled sertraline: 30 x 25 mg tablet" in page


def test_a_decided_one_is_quiet_and_what_is_older_than_the_last_visit_is_left_out(
    ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    filled(dose_plan, prescriber, START)
    asked = refill_asked(dose_plan, prescriber, NOW - DAY)
    decide_refill(request_id=asked.pk, outcome="declined", reason="Comes on Monday", by=prescriber, now=NOW)
    assert [tone for _, tone, _ in told(ada)] == ["quiet", "quiet"]
    assert told(ada)[0][0].endswith("30 days: declined")
    later = {
        "visited_on": (NOW + DAY).date(),
        "signed_at": NOW + DAY,
        "signed_by": prescriber,
        "content_hash": "0" * 64,
    }
    FollowUpVisit.objects.create(client=ada, prescriber=prescriber, **later)
    assert told(ada) == []


def test_the_timeline_is_drawn_in_place_and_a_link_leads_to_it(visit: FollowUpVisit, browser: Browser) -> None:
    page = browser.get(visit.get_absolute_url()).text
    address = reverse("caseload:timeline", args=[visit.client_id])
    assert f'hx-get="{address}"' in page
    assert f'<a href="{address}">Whole timeline' in page
    assert '<svg class="timeline"' in browser.get(address).text


def test_the_goals_of_the_plan_stand_beside_the_note(ada: Client, prescriber: User, browser: Browser) -> None:
    browser.force_login(prescriber)
    visit = draft(ada, prescriber, NOW)
    assert "Goals of the plan" not in browser.get(visit.get_absolute_url()).text
    sign(plan_with_parts(ada, prescriber, 1), prescriber, NOW)
    page = browser.get(visit.get_absolute_url()).text
    assert "Goals of the plan" in page
    assert "Goal 0 (PHQ-9 17 → below 5)" in page
