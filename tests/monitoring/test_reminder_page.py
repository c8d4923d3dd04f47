"""The client's page of tests that are due: behind link and birth year; reading changes nothing, one button does."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, MessageConsent, MessagePurpose
from clinic.core.rules import RuleBroken
from clinic.messaging.models import Reminder
from clinic.messaging.services import mint_link
from clinic.monitoring import queries, services
from clinic.monitoring.models import DueDay
from clinic.monitoring.rules import Given
from clinic.scheduling.rules import day_words
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from tests.factories.clients import ContactPointFactory
from tests.monitoring.test_due_pages import DAY, begun

pytestmark = pytest.mark.django_db
LEVEL = Given("lithium", Decimal("0.7"), "mmol/L")


@pytest.fixture
def now() -> dt.datetime:
    cache.clear()
    return timezone.now()


@pytest.fixture
def lithium(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun six days ago: its level is due tomorrow, and reminders of it are planned."""
    ContactPointFactory(client=ada)
    plan = begun(ada, prescriber, now - 6 * DAY)
    services.plan_test_reminders(now=now)
    return plan


@pytest.fixture
def token(lithium: DosePlan, ada: Client, now: dt.datetime) -> str:
    day = DueDay.objects.get()
    return mint_link(client_id=ada.pk, about_kind="test_due", about_id=day.pk, expires_at=now + 7 * DAY)


@pytest.fixture
def page(token: str) -> str:
    return reverse("reminder_page", args=[token])


@pytest.fixture
def phone(page: str, ada: Client) -> Browser:
    """Ada's phone, on which she has given her birth year."""
    browser = Browser()
    browser.post(page, {"year": ada.birth_on.year})
    return browser


def shown(phone: Browser, page: str) -> str:
    return " ".join(phone.get(page).content.decode().split())


def said() -> WorkItem:
    return WorkItem.objects.get(about__startswith="test-done:")


def test_no_test_is_named_before_the_birth_year(page: str) -> None:
    answer = Browser().get(page)
    assert "What year were you born?" in answer.content.decode()
    assert not any(word in answer.content.decode().lower() for word in ("lithium", "blood", "a test is due"))
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_then_it_says_which_by_when_why_and_what_to_do(phone: Browser, page: str) -> None:
    text = shown(phone, page)
    assert f"Please have this done by <strong>{day_words(timezone.localdate() + DAY, 'en')}</strong>" in text
    assert "<li> Blood test: lithium level </li>" in text or "<li>Blood test: lithium level</li>" in text
    assert "It is to see that your medication is safe for you." in text
    assert "Call us to arrange it." in text
    assert 'href="tel:' in text
    assert AuditEvent.objects.filter(action="test_reminder_opened_by_link").count() == 1


def test_in_spanish(phone: Browser, page: str, ada: Client) -> None:
    Client.objects.filter(pk=ada.pk).update(language="es")
    text = shown(phone, page)
    for words in ("Le toca una prueba", "Análisis de sangre: nivel de litio", "Llámenos para acordarla", 'lang="es"'):
        assert words in text


def test_late_it_says_so(page: str, ada: Client) -> None:
    with time_machine.travel(timezone.now() + 3 * DAY, tick=False):
        fresh = Browser()
        fresh.post(page, {"year": ada.birth_on.year})
        assert "It was due by" in shown(fresh, page)


def test_reading_changes_nothing(phone: Browser, page: str) -> None:
    for _ in range(3):
        phone.get(page)
        phone.head(page)
    assert DueDay.objects.get().said_done_at is None
    assert not WorkItem.objects.exists()


def test_that_it_is_done_is_one_row_on_the_board_and_ends_the_reminders(
    phone: Browser, page: str, ada: Client, now: dt.datetime
) -> None:
    for _ in range(2):
        assert phone.post(page).status_code == 302
    assert "You told us that it is done." in shown(phone, page)
    assert (said().kind, said().owner_role, said().client) == (DutyKind.MONITORING_DUE, "coordinator", ada)
    assert said().reason == "The client says the test is done: ask for the result. Lithium level"
    assert set(Reminder.objects.values_list("state", flat=True)) == {"cancelled"}
    assert AuditEvent.objects.filter(action="test_said_done_by_link", by=None).count() == 1
    assert services.plan_test_reminders(now=now) == 0
    services.look_at_due(now=now)
    assert said().closed_at is None
    assert not Reminder.objects.filter(state="due").exists()


def test_the_result_ends_the_row_and_the_page_says_that_nothing_is_due(
    phone: Browser, page: str, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    phone.post(page)
    services.record_results(client_id=ada.pk, results=[LEVEL], taken_at=now - DAY / 24, by=prescriber, now=now)
    assert said().outcome == Outcome.DONE
    assert "Nothing is due by that day any more." in shown(phone, page)


def test_a_client_who_leaves_after_saying_so_is_asked_no_more(
    phone: Browser, page: str, ada: Client, now: dt.datetime
) -> None:
    phone.post(page)
    Client.objects.filter(pk=ada.pk).update(status="discharged")
    services.plan_test_reminders(now=now)
    assert said().outcome == Outcome.NO_LONGER_NEEDED


def test_that_it_is_done_is_refused_once_nothing_is_due(
    phone: Browser, page: str, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    services.record_results(client_id=ada.pk, results=[LEVEL], taken_at=now - DAY / 24, by=prescriber, now=now)
    answer = phone.post(page)
    assert answer.status_code == 422
    assert "Nothing is due by that day any more. Call us if you need us." in answer.content.decode()
    assert not WorkItem.objects.filter(about__startswith="test-done:").exists()


def test_a_word_before_the_birth_year_is_none(page: str) -> None:
    assert "What year were you born?" in Browser().post(page).content.decode()
    assert DueDay.objects.get().said_done_at is None


def test_a_link_that_ran_out_opens_nothing(page: str, token: str, ada: Client, now: dt.datetime) -> None:
    later = now + 8 * DAY
    with pytest.raises(RuleBroken, match="no longer open"):
        services.say_done_by_link(token=token, now=later)
    with pytest.raises(RuleBroken, match="no longer open"):
        services.enter_reminder(token=token, year=ada.birth_on.year, now=later)
    assert Browser().get(reverse("reminder_page", args=["z" * 43])).status_code == 404


def test_a_link_to_no_day_opens_nothing(ada: Client, now: dt.datetime) -> None:
    token = mint_link(client_id=ada.pk, about_kind="test_due", about_id=ada.pk, expires_at=now + DAY)
    services.enter_reminder(token=token, year=ada.birth_on.year, now=now)
    assert not AuditEvent.objects.filter(action="test_reminder_opened_by_link").exists()


def test_a_client_ends_messages_about_check_ins_and_tests_and_has_them_again(
    phone: Browser, page: str, ada: Client
) -> None:
    agreed = MessageConsent.objects.live().filter(client=ada, purpose=MessagePurpose.CHECKINS)
    assert "No more messages about check-ins and tests" in shown(phone, page)
    assert queries.steps_wanted([DueDay.objects.get().pk])
    phone.post(page, {"wants": "no"})
    assert "We send you no messages about check-ins and tests." in shown(phone, page)
    assert not agreed.exists()
    assert queries.steps_wanted([DueDay.objects.get().pk]) == set(), "what waits does not leave"
    phone.post(page, {"wants": "perhaps"})
    assert not agreed.exists()
    phone.post(page, {"wants": "yes"})
    assert [(row.given_how, row.given_by) for row in agreed] == [("link", None)]


def test_a_wish_by_a_link_that_ran_out_is_refused(token: str, now: dt.datetime) -> None:
    with pytest.raises(RuleBroken, match="no longer open"):
        services.wish_messages_by_link(token=token, wants=False, now=now + 8 * DAY)
