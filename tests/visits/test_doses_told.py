"""How doses were taken, asked at a visit: an answer in one row, told in the note and beside what else is known."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client as Browser

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.adherence import VisitTold, adherence_of
from clinic.visits.rules.doses_told import adherence_words, tidy_adherence
from clinic.visits.rules.note import Note
from tests.factories.visits import draft
from tests.visits.days import NOW
from tests.visits.test_adherence import CLIENT, FIRST, after, own
from tests.visits.test_pages import filled, url

TOLD = {"missed": "2", "because": "forgot", "helped": "A pill box"}


def test_it_is_told_in_words() -> None:
    assert [f"{line.label}: {line.words}" for line in adherence_words(TOLD)] == [
        "Doses missed in 7 days: 2 (“I forgot”)",
        "What helps with taking it: A pill box",
    ]
    assert [line.words for line in adherence_words({"missed": "0"})] == ["none"]
    assert adherence_words({}) == []


def test_a_reason_counts_only_where_doses_were_missed() -> None:
    assert tidy_adherence({"missed": "0", "because": "forgot", "helped": " "}) == {"missed": "0"}
    assert tidy_adherence({"missed": "", "because": "forgot"}) == {}
    assert tidy_adherence(TOLD) == TOLD


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"missed": "8"}, "adherence_missed"),
        ({"because": "lazy"}, "adherence_because"),
    ],
)
def test_nothing_else_is_said(ada: Client, prescriber: User, wrong: dict[str, str], field: str) -> None:
    visit = draft(ada, prescriber, NOW)
    with pytest.raises(RuleBroken) as refusal:
        services.save_visit(visit_id=visit.pk, version=1, note=Note(adherence=wrong), by=prescriber, now=NOW)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("told", "on", "tone", "words"),
    [
        (TOLD, after(5), "warn", "doses missed in 7 days: 2 (“I forgot”); helps: A pill box"),
        ({"missed": "0"}, after(5), "quiet", "doses missed in 7 days: none"),
        ({"helped": "An alarm"}, FIRST, "quiet", "helps: An alarm"),
    ],
)
def test_it_stands_with_what_else_is_known(told: dict[str, str], on: dt.date, tone: str, words: str) -> None:
    at_visit = VisitTold(UUID(int=7), on, told)
    [line] = adherence_of(own(), [], CLIENT, today=after(10), at_visit=at_visit).said
    assert (line.tone, line.source, line.source_id) == (tone, "Visit", UUID(int=7))
    assert line.words == f"at the visit of {on:%b} {on.day}, 2026, of all medications: {words}"


@pytest.mark.parametrize("on", [FIRST - dt.timedelta(days=1), after(6)])
def test_a_visit_outside_of_the_days_of_a_medication_says_nothing_of_it(on: dt.date) -> None:
    at_visit = VisitTold(UUID(int=7), on, TOLD)
    assert adherence_of(own(stop_on=after(5)), [], CLIENT, today=after(10), at_visit=at_visit).said == ()


@pytest.fixture
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_what_is_told_is_saved_signed_and_seen_at_the_next_visit(
    browser: Browser, ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    browser.force_login(prescriber)
    visit = draft(ada, prescriber, NOW)
    sent = filled(visit, dose_plan, decision="continue") | {f"adherence_{name}": text for name, text in TOLD.items()}
    browser.post(url("save", visit), sent)
    page = browser.get(url("visit", visit)).text
    assert 'value="A pill box"' in page
    assert FollowUpVisit.objects.get(pk=visit.pk).adherence == TOLD
    services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    assert "2 (“I forgot”)" in browser.get(url("visit", visit)).text
    following = draft(ada, prescriber, NOW)
    assert "of all medications: doses missed in 7 days: 2 (“I forgot”)" in browser.get(url("visit", following)).text
