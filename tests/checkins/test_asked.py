"""The team's page of one check-in: what was asked, by which messages, and what became of it."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.checkins.models import CheckIn
from clinic.checkins.queries import KIND
from clinic.checkins.services import look_for_silence
from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.visits.queries import since_last_visit
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_4
from tests.factories.checkins import CheckInAnswerFactory
from tests.factories.messaging import ReminderFactory

pytestmark = pytest.mark.django_db
JUNE_8 = JUNE_4 + dt.timedelta(days=4)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(JUNE_8, tick=False):
        yield


@pytest.fixture
def silent(checkin: CheckIn) -> CheckIn:
    """The message left on June 4, and nobody answered."""
    ReminderFactory(client=checkin.client, about_kind=KIND, about_id=checkin.pk, state="accepted", accepted_at=JUNE_4)
    look_for_silence(now=JUNE_4 + dt.timedelta(days=3))
    CheckIn.objects.update(state="expired", closed_at=JUNE_8)
    return checkin


def address(checkin: CheckIn) -> str:
    return reverse("checkins:checkin", args=[checkin.pk])


def test_it_tells_what_was_asked_and_what_was_done_about_it(
    browser: Browser,
    silent: CheckIn,
    prescriber: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser.force_login(prescriber)
    WorkItem.objects.update(outcome="left_message", outcome_note="Calls back on Monday.", closed_at=JUNE_8)
    with django_assert_max_num_queries(12):
        page = browser.get(address(silent)).text
    for words in ("sertraline", "25 mg", "Jun 4, 2026", "Not answered", "Left a message", "Calls back on Monday."):
        assert words in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "left Jun 4, 2026, 10:30 am" in " ".join(page.split())


def test_one_that_is_out_has_no_duty_yet(browser: Browser, checkin: CheckIn, prescriber: User) -> None:
    browser.force_login(prescriber)
    page = browser.get(address(checkin)).text
    assert "No duty came of it." in page
    assert "None was planned." in page


def test_an_answered_one_is_its_answer(browser: Browser, checkin: CheckIn, prescriber: User) -> None:
    answer = CheckInAnswerFactory(checkin=checkin)
    browser.force_login(prescriber)
    assert browser.get(address(checkin))["Location"] == reverse("checkins:review", args=[answer.pk])


def test_off_the_care_team_it_is_not_there(browser: Browser, silent: CheckIn, stranger: User) -> None:
    browser.force_login(stranger)
    assert browser.get(address(silent)).status_code == 404


def test_what_happened_since_the_last_visit_leads_to_it(ada: Client, silent: CheckIn) -> None:
    [line] = [line for line in since_last_visit(ada).lines if line.kind == "silent"]
    assert (line.view_name, line.source_id, line.source_words) == ("checkins:checkin", silent.pk, "Check-in")
