"""Item 9 at T: help on the screen, the first on call told at once, the second at T+15, the lead at T+30."""

import datetime as dt
import threading
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.messaging.gateways import Result
from clinic.messaging.models import OptOut, OutboxMessage, Reminder
from clinic.messaging.rules import Outcome
from clinic.messaging.services import preparing, send_due
from clinic.risk import services
from clinic.risk.models import CallOut, RiskAlert
from clinic.risk.queries import telling
from clinic.risk.services import telling as telling_services
from clinic.risk.tasks import tell_on_call
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_4, checkin, dose_plan, token  # noqa: F401 - Ada, asked today
from tests.checkins.test_views import GOOD
from tests.factories.risk import OnCallTurnFactory, RiskAlertFactory, on_call
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
ITEM_9 = {**GOOD, "item_9": "1"}


@pytest.fixture
def lead(db: None) -> User:
    """On nobody's care team."""
    user: User = UserFactory(full_name="Lena Lead", email="lena@clinic.example")
    return user


@pytest.fixture
def alert(ada: Client) -> RiskAlert:
    row: RiskAlert = RiskAlertFactory(client=ada, raised_at=JUNE_4)
    return row


def told() -> list[str]:
    return list(CallOut.objects.order_by("told_at").values_list("user__full_name", flat=True))


def sent_to() -> list[str]:
    send_due()
    return sorted(OutboxMessage.objects.values_list("to", flat=True))


def test_item_9_at_t(
    browser: Browser,
    token: str,  # noqa: F811 - the fixture
    ada: Client,
    prescriber: User,
    therapist: User,
    lead: User,
) -> None:
    """The whole of it, by time travel."""
    on_call(first=prescriber, second=therapist, lead=lead)
    with time_machine.travel(JUNE_4, tick=False) as clock:
        link = reverse("checkins:answer", args=[token])
        browser.post(link, {"year": "1990"})
        screen = browser.post(link, ITEM_9, follow=True).text
        assert all(way in screen for way in ("tel:988", "sms:988", "tel:911", "(801) 555-0100"))
        alert = RiskAlert.objects.get()
        assert told() == ["Paula Prescriber"]
        assert sent_to() == ["paula@clinic.example"]
        for minutes, people in ((14, 1), (15, 2), (16, 2), (29, 2), (30, 3), (90, 3)):
            clock.move_to(JUNE_4 + minutes * MINUTE)
            tell_on_call()
            assert len(told()) == people
        assert told() == ["Paula Prescriber", "Theo Therapist", "Lena Lead"]
        assert sent_to() == ["lena@clinic.example", "paula@clinic.example", "theo@clinic.example"]
        close = reverse("risk:close", args=[alert.pk])
        browser.force_login(lead)
        page = browser.get(reverse("risk:alert", args=[alert.pk])).text
        assert "Lena Lead (lead)" in page
        assert browser.post(close, {"what_was_done": "Called her."}).status_code == 422
        assert RiskAlert.objects.open().exists()
        browser.post(close, {"disposition": "seen_today", "what_was_done": "Called her, she came in."})
        assert not RiskAlert.objects.open().exists()
    assert AuditEvent.objects.filter(action="on_call_told", client_id=ada.pk).count() == 3


def test_what_is_written_to_staff_names_nobody(alert: RiskAlert, prescriber: User) -> None:
    on_call(first=prescriber)
    prescriber.phone = "801 555 0142"
    prescriber.save()
    services.tell_on_call(now=JUNE_4)
    assert sent_to() == ["+18015550142", "paula@clinic.example"]
    texts = set(OutboxMessage.objects.values_list("subject", "text"))
    page = reverse("risk:alert", args=[alert.pk])
    assert texts == {
        ("Please sign in and look now", f"Wasatch Care: Please sign in and look now: http://127.0.0.1:8000{page}")
    }
    assert not any("Ada" in text or "Byron" in text for _, text in texts)


def test_who_takes_it_on_ends_the_telling(alert: RiskAlert, prescriber: User, therapist: User) -> None:
    on_call(first=prescriber, second=therapist)
    services.tell_on_call(now=JUNE_4)
    services.acknowledge_alert(alert_id=alert.pk, by=prescriber, now=JUNE_4 + MINUTE)
    assert services.tell_on_call(now=JUNE_4 + 20 * MINUTE) == 0
    assert sent_to() == [], "nobody writes any more to who has taken it on"
    assert Reminder.objects.get().closed_because == "no longer wanted"
    assert telling_services.call_out(alert_id=alert.pk, now=JUNE_4 + 20 * MINUTE) == 0


def test_it_leaves_at_night_and_of_a_client_who_left(alert: RiskAlert, prescriber: User) -> None:
    on_call(first=prescriber)
    Client.objects.update(status="discharged", time_zone="Etc/GMT+11")
    services.tell_on_call(now=JUNE_4)
    assert sent_to() == ["paula@clinic.example"]


def test_whoever_is_called_out_may_open_the_alert(browser: Browser, alert: RiskAlert, lead: User) -> None:
    address = reverse("risk:alert", args=[alert.pk])
    browser.force_login(lead)
    assert browser.get(address).status_code == 404
    on_call(first=lead)
    services.tell_on_call(now=JUNE_4)
    assert browser.get(address).status_code == 200
    assert "Ada Byron: asked for help now" in browser.get("/").text


class Broken:
    """A gateway that refuses everything."""

    keeps_keys = can_ask = True
    at_once = 1

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def send(self, message: Any) -> Result:
        return Result(self.outcome, detail="550")


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.RETRY])
def test_when_no_message_leaves_the_alert_stands_and_says_so(
    browser: Browser, ada: Client, prescriber: User, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
) -> None:
    now = dt.datetime.now(dt.UTC)
    OnCallTurnFactory(user=prescriber, starts_at=now - 99 * MINUTE, ends_at=now + 99 * MINUTE, hours="office")
    OnCallTurnFactory(user=prescriber, starts_at=now - 99 * MINUTE, ends_at=now + 99 * MINUTE, hours="out_of_hours")
    alert = RiskAlertFactory(client=ada, raised_at=now)
    services.tell_on_call(now=now)
    browser.force_login(prescriber)
    address = reverse("risk:alert", args=[alert.pk])
    assert "on its way" in browser.get(address).text
    monkeypatch.setattr(preparing, "gateway_for", lambda channel: Broken(outcome))
    send_due()
    page = browser.get(address).text
    assert "nobody could be told by message" in page
    assert RiskAlert.objects.open().count() == 1
    assert not WorkItem.objects.exists(), "nobody is asked to phone the client for a message to staff"


def test_a_failure_of_the_rota_never_costs_the_alert(
    ada: Client, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_call(first=prescriber)

    def broken(now: dt.datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with monkeypatch.context() as patch:
        patch.setattr(telling_services, "people_on_call", broken)
        words = {"kind": "medical", "reason": "Took ten tablets.", "done_so_far": "Nothing yet"}
        services.raise_alert_by_hand(client=ada, by=prescriber, now=JUNE_4, **words)
        assert services.tell_on_call(now=JUNE_4) == 0
    assert (RiskAlert.objects.count(), told()) == (1, [])
    services.tell_on_call(now=JUNE_4 + MINUTE)
    assert told() == ["Paula Prescriber"]


def test_nobody_on_call_is_said_loudly(browser: Browser, alert: RiskAlert, prescriber: User) -> None:
    services.tell_on_call(now=JUNE_4)
    browser.force_login(prescriber)
    page = browser.get(reverse("risk:alert", args=[alert.pk])).text
    assert "nobody on call was told" in page
    assert "nobody is first on call" in page


def test_somebody_who_left_is_not_on_call(alert: RiskAlert, prescriber: User, therapist: User) -> None:
    on_call(first=prescriber, second=therapist)
    prescriber.is_active = False
    prescriber.save()
    services.tell_on_call(now=JUNE_4)
    assert told() == ["Theo Therapist"]


def test_an_alert_does_not_wait_for_a_closed_account(alert: RiskAlert, prescriber: User, therapist: User) -> None:
    on_call(first=prescriber, second=therapist)
    services.tell_on_call(now=JUNE_4)
    services.acknowledge_alert(alert_id=alert.pk, by=prescriber, now=JUNE_4)
    services.tell_on_call(now=JUNE_4 + 20 * MINUTE)
    assert told() == ["Paula Prescriber"]
    User.objects.get_queryset().filter(pk=prescriber.pk).update(is_active=False)
    services.tell_on_call(now=JUNE_4 + 21 * MINUTE)
    assert told() == ["Paula Prescriber", "Theo Therapist"]
    assert sent_to() == [therapist.email]


def test_what_a_closed_account_had_taken_on_is_taken_on_again(
    browser: Browser, alert: RiskAlert, ada: Client, prescriber: User, therapist: User, coordinator: User
) -> None:
    services.acknowledge_alert(alert_id=alert.pk, by=prescriber, now=JUNE_4)
    browser.force_login(therapist)
    taken = [reverse("risk:alert", args=[alert.pk]), reverse("risk:open_alerts"), reverse("clients:list")]
    assert not any("nobody has" in browser.get(page).text or "Nobody yet" in browser.get(page).text for page in taken)
    User.objects.get_queryset().filter(pk=prescriber.pk).update(is_active=False)
    alert_page, list_page, any_page = (browser.get(page).text for page in taken)
    assert "Paula Prescriber, who had taken it on, works here no longer" in alert_page
    assert "Nobody yet" in list_page
    assert "nobody has taken it on" in any_page
    browser.post(reverse("risk:acknowledge", args=[alert.pk]))
    alert.refresh_from_db()
    assert alert.acknowledged_by == therapist
    with pytest.raises(RuleBroken, match="Theo Therapist has already"):
        services.acknowledge_alert(alert_id=alert.pk, by=coordinator, now=JUNE_4)


def test_who_cannot_be_written_to_is_said(browser: Browser, alert: RiskAlert, prescriber: User) -> None:
    on_call(first=prescriber)
    OptOut.objects.create(channel="email", address=prescriber.email, said_at=JUNE_4)
    services.tell_on_call(now=JUNE_4)
    browser.force_login(prescriber)
    page = browser.get(reverse("risk:alert", args=[alert.pk])).text
    assert "No way to write to them" in page
    assert "nobody could be told by message" in page


def test_by_the_ways_they_chose(alert: RiskAlert, prescriber: User) -> None:
    prescriber.phone = "801 555 0142"
    prescriber.save()
    services.choose_channels(by_email=False, by_sms=True, by=prescriber)
    assert [way.address for way in telling.ways_of(prescriber)] == ["+18015550142"]
    services.choose_channels(by_email=True, by_sms=False, by=prescriber)
    assert [way.address for way in telling.ways_of(prescriber)] == ["paula@clinic.example"]
    with pytest.raises(RuleBroken):
        services.choose_channels(by_email=False, by_sms=False, by=prescriber)


def test_the_page_counts_down(alert: RiskAlert, prescriber: User) -> None:
    address = reverse("risk:alert", args=[alert.pk])
    for minutes, words in ((0, "second on call is told at 10:45"), (20, "lead on call is told at 11:00")):
        with time_machine.travel(JUNE_4 + minutes * MINUTE, tick=False):
            browser = Browser()
            browser.force_login(prescriber)
            page = browser.get(address).text.replace("\xa0", " ")
            assert page.count(words) == 2, "in the banner and on the page"
            assert 'data-countdown="2026-06-04T' in page
    with time_machine.travel(JUNE_4 + 31 * MINUTE, tick=False):
        browser = Browser()
        browser.force_login(prescriber)
        assert "First, second and lead have had their turn" in browser.get(address).text


def test_a_call_out_never_changes(alert: RiskAlert, prescriber: User) -> None:
    on_call(first=prescriber)
    services.tell_on_call(now=JUNE_4)
    for deed in (lambda: CallOut.objects.update(place="lead"), lambda: CallOut.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()


def test_the_database_refuses_to_tell_one_person_twice(alert: RiskAlert, prescriber: User) -> None:
    on_call(first=prescriber)
    services.tell_on_call(now=JUNE_4)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallOut.objects.create(alert=alert, user=prescriber, place="second", told_at=JUNE_4)


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_tell_each_person_once(alert: RiskAlert, prescriber: User, therapist: User) -> None:
    on_call(first=prescriber, second=therapist)
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def tick() -> None:
        try:
            start.wait(timeout=20)
            services.tell_on_call(now=JUNE_4 + 15 * MINUTE)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert (CallOut.objects.count(), Reminder.objects.count()) == (2, 2)
    assert sent_to() == ["paula@clinic.example", "theo@clinic.example"]
