"""The page of the whole timeline: what it reads, for whom, in how many queries, and life events on it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.caseload.queries.timeline import timeline_page
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.intake import services as intake
from clinic.intake.models import LifeEvent
from clinic.monitoring.models import Measurement
from clinic.scales.services import add_symptom
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from tests.caseload.histories import plant, scored
from tests.factories.intake import LifeEventFactory
from tests.factories.titration import side_effect

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 15, 17, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 15)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def url(client: Client, query: str = "") -> str:
    return reverse("caseload:timeline", args=[client.pk]) + query


def lived(ada: Client, prescriber: User, therapist: User, *, drugs: int = 2, times: int = 3) -> None:
    plant(ada, prescriber, therapist, NOW, drugs=drugs, times=times)
    side_effect(DosePlan.objects.filter(client=ada).earliest("created_at"), prescriber, NOW, severity=2)
    add_symptom(client_id=ada.pk, words="Lying awake", value=7, by=therapist, on=TODAY, now=NOW)
    for n in range(times):
        LifeEventFactory(client=ada, recorded_by=therapist, words=f"Move {n}", happened_on=TODAY - (n + 1) * DAY)
        Measurement.objects.create(
            client=ada, kind="sodium", value=140 + n, unit="mmol/L", taken_at=NOW - n * DAY, origin="staff"
        )


def test_all_of_it_stands_on_one_axis_and_in_the_table(
    browser: Browser, ada: Client, prescriber: User, therapist: User
) -> None:
    lived(ada, prescriber, therapist)
    browser.force_login(prescriber)
    page = browser.get(url(ada)).text
    for told in ("PHQ-9", "“Lying awake”", "Side effects", "Results", "Life events", "Move 0", "Sodium", "Visit"):
        assert told in page, told
    assert page.count('<svg class="timeline"') == 1
    assert 'aria-current="true">2 years' in page
    assert AuditEvent.objects.filter(action="chart_read", client_id=ada.pk).exists()


def test_the_range_and_the_medications_are_chosen_by_links(
    browser: Browser, ada: Client, prescriber: User, therapist: User
) -> None:
    lived(ada, prescriber, therapist)
    scored(ada, NOW - 1500 * DAY, 21)
    browser.force_login(prescriber)
    plan = DosePlan.objects.filter(client=ada).latest("created_at")
    page = browser.get(url(ada, f"?range=5y&medication={plan.pk}&medication=no-key")).text
    assert "2022" in page
    assert "Medications drawn: 1 of 2" in page
    assert f"{url(ada)}?range=6w&amp;medication={plan.pk}" in page
    short = timeline_page(prescriber, ada, code="6w", now=NOW)
    assert short.picture is not None
    assert short.picture.axis.first_on >= TODAY - 42 * DAY
    assert {row.on >= TODAY - 42 * DAY for row in short.table} == {True}


def test_the_number_of_queries_is_flat(
    ada: Client, prescriber: User, therapist: User, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    browser.force_login(prescriber)
    lived(ada, prescriber, therapist, drugs=4, times=12)
    with django_assert_max_num_queries(12):
        browser.get(url(ada))


def test_visits_are_drawn_only_for_those_who_may_read_them(
    ada: Client, prescriber: User, coordinator: User, therapist: User
) -> None:
    lived(ada, prescriber, therapist)
    FollowUpVisit.objects.create(client=ada, prescriber=prescriber, visited_on=TODAY - 2 * DAY)
    seen = timeline_page(prescriber, ada, now=NOW).picture
    by_desk = timeline_page(coordinator, ada, now=NOW).picture
    assert seen is not None
    assert by_desk is not None
    assert (len(seen.visits), len(by_desk.visits)) == (4, 3)


def test_nothing_known_draws_nothing(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    assert "Nothing to draw yet" in browser.get(url(ada)).text


def test_a_life_event_is_added_once_and_taken_back(browser: Browser, ada: Client, therapist: User) -> None:
    browser.force_login(therapist)
    add = reverse("caseload:add_event", args=[ada.pk])
    for _ in range(2):
        page = browser.post(add, {"words": " New  job ", "happened_on": "2026-06-01"}, follow=True).text
    event = LifeEvent.objects.get()
    assert (event.words, event.happened_on, str(event)) == ("New job", dt.date(2026, 6, 1), "New job")
    assert "Jun 1, 2026" in page
    assert AuditEvent.objects.filter(action="life_event_added", by=therapist).count() == 1
    refused = browser.post(add, {"words": "", "happened_on": "1900-01-01"})
    assert refused.status_code == 422
    assert "Say what happened." in refused.text
    assert f'href="{url(ada)}?range=6w"' in refused.text
    taken_back = reverse("caseload:withdraw_event", args=[event.pk])
    for _ in range(2):
        assert "was taken back" in browser.post(taken_back, follow=True).text
    assert AuditEvent.objects.filter(action="life_event_withdrawn").count() == 1
    assert timeline_page(therapist, ada, now=NOW).events == []


def test_today_is_meant_where_no_day_is_given_and_one_day_may_bring_two(ada: Client, therapist: User) -> None:
    for words in ("New job", "Old car sold"):
        assert intake.add_life_event(client_id=ada.pk, words=words, by=therapist, now=NOW).happened_on == TODAY
    assert LifeEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "on", "field"),
    [
        (" ", TODAY, "words"),
        ("x" * 121, TODAY, "words"),
        ("x", TODAY + 400 * DAY, "happened_on"),
        ("x", dt.date(1930, 1, 1), "happened_on"),
    ],
)
def test_a_life_event_has_words_and_a_day_of_this_life(
    ada: Client, therapist: User, words: str, on: dt.date, field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        intake.add_life_event(client_id=ada.pk, words=words, happened_on=on, by=therapist, now=NOW)
    assert refusal.value.field == field


def test_a_stranger_cannot_take_an_event_back(browser: Browser, ada: Client, therapist: User, stranger: User) -> None:
    event = LifeEventFactory(client=ada, recorded_by=therapist)
    browser.force_login(stranger)
    assert browser.post(reverse("caseload:withdraw_event", args=[event.pk])).status_code == 404


def test_the_database_keeps_life_events(ada: Client, therapist: User) -> None:
    LifeEventFactory(client=ada, recorded_by=therapist)
    rows = LifeEvent.objects.all()
    for deed in (lambda: rows.update(words="x"), lambda: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(withdrawn_at=NOW)


def test_an_event_before_the_picture_has_no_number(ada: Client, therapist: User) -> None:
    LifeEventFactory(client=ada, recorded_by=therapist, happened_on=TODAY - 3 * DAY)
    LifeEventFactory(client=ada, recorded_by=therapist, happened_on=TODAY + 300 * DAY, words="Wedding")
    page = timeline_page(therapist, ada, code="1y", now=NOW)
    assert [(event.words, event.number) for event in page.events] == [("Moved to Ogden", 1), ("Wedding", None)]
