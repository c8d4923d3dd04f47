"""The gateway's calls: only signed ones count, each event once, and whatever their order the final state is right."""

import datetime as dt
import hashlib
import hmac
import itertools
import json
import uuid
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from clinic.audit.models import AuditEvent
from clinic.clients.models import ContactKind
from clinic.messaging import services
from clinic.messaging.models import Channel, DeliveryReport, OptOut, Reminder, ReminderState
from clinic.messaging.services import reports
from clinic.messaging.tasks import send_due
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import close_about
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]
SECRET = "the-gateway-and-we"
REPORTS, INBOUND = "/webhooks/messages", "/webhooks/inbound"
NUMBER = "+18015550111"
AT = "2026-06-04T16:00:00Z"


@pytest.fixture(autouse=True)
def _secret(settings: Settings) -> None:
    settings.SMS_GATEWAY_WEBHOOK_SECRET = SECRET


def call(path: str, words: Any, *, secret: str = SECRET, signature: str | None = None) -> int:
    body = words if isinstance(words, bytes) else json.dumps(words).encode()
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Signature": right if signature is None else signature}
    answer = Browser(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers=headers)
    return int(answer.status_code)


def event(state: str, reference: str = "ref-1", **more: str) -> dict[str, str]:
    return {"reference": reference, "state": state, "event_id": uuid.uuid4().hex, "at": AT, **more}


@pytest.fixture
def accepted() -> Reminder:
    """An SMS that the gateway accepted."""
    row: Reminder = ReminderFactory(channel=Channel.SMS, state=ReminderState.ACCEPTED, provider_ref="ref-1")
    return row


def final(row: Reminder) -> tuple[str, bool, bool]:
    """State, delivered, and whether somebody has a duty about it."""
    row.refresh_from_db()
    return row.state, row.delivered_at is not None, WorkItem.objects.open().exists()


def test_a_delivered_message_is_marked(accepted: Reminder) -> None:
    assert call(REPORTS, event("delivered")) == 204
    assert final(accepted) == ("accepted", True, False)
    assert accepted.delivered_at == dt.datetime(2026, 6, 4, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("secret", "signature"),
    [("another", None), (SECRET, ""), (SECRET, "sha256="), (SECRET, "sha256=é" + "0" * 63), (SECRET, "0" * 64)],
)
@pytest.mark.parametrize(("path", "words"), [(REPORTS, event("failed")), (INBOUND, {"from": NUMBER, "text": "STOP"})])
def test_a_call_that_is_not_signed_changes_nothing(
    accepted: Reminder, path: str, words: dict[str, str], secret: str, signature: str | None
) -> None:
    assert call(path, words, secret=secret, signature=signature) == 403
    assert final(accepted) == ("accepted", False, False)
    assert not OptOut.objects.exists()
    assert not DeliveryReport.objects.exists()
    assert not AuditEvent.objects.exists()


def test_without_a_secret_every_call_is_refused(settings: Settings) -> None:
    settings.SMS_GATEWAY_WEBHOOK_SECRET = ""
    assert call(INBOUND, {"from": NUMBER, "text": "STOP"}, secret="") == 403


def test_a_signature_of_another_body_does_not_count(accepted: Reminder) -> None:
    other = "sha256=" + hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    assert call(REPORTS, event("failed"), signature=other) == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (REPORTS, b"", 400),
        (REPORTS, b"[]", 400),
        (REPORTS, b"{", 400),
        (REPORTS, b"\xff", 400),
        (REPORTS, event("lost"), 400),
        (REPORTS, event("failed", at="yesterday"), 400),
        (REPORTS, event("failed", event_id="x" * 101), 400),
        (REPORTS, b" " * 16_385, 413),
        (INBOUND, {"text": "STOP"}, 400),
        (INBOUND, b" " * 16_385, 413),
    ],
)
def test_what_cannot_be_read_is_said_so(path: str, body: Any, status: int) -> None:
    assert call(path, body) == status
    assert not WorkItem.objects.exists()


def test_it_is_no_page(browser: Browser) -> None:
    assert [browser.get(path).status_code for path in (REPORTS, INBOUND)] == [405, 405]


EVENTS = [event("accepted"), event("failed"), event("delivered"), event("delivered", at="2026-06-06T10:00:00Z")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
@pytest.mark.parametrize("marked_after", [0, 2, 4])
def test_any_order_even_before_our_own_mark_ends_right(accepted: Reminder, order: list[int], marked_after: int) -> None:
    ContactPointFactory(client=accepted.client)
    Reminder.objects.filter(pk=accepted.pk).update(provider_ref="")
    for place, number in enumerate(order):
        if place == marked_after:
            Reminder.objects.filter(pk=accepted.pk).update(provider_ref="ref-1")
        for _ in range(2):
            words = {**EVENTS[number], "at": dt.datetime.fromisoformat(EVENTS[number]["at"])}
            services.take_report(**words, now=timezone.now())  # type: ignore[arg-type] - as the form hands it over
    Reminder.objects.filter(pk=accepted.pk).update(provider_ref="ref-1")
    services.apply_waiting_reports(now=timezone.now())
    assert final(accepted) == ("accepted", True, False)
    assert accepted.delivered_at == dt.datetime(2026, 6, 4, 16, tzinfo=dt.UTC)
    assert DeliveryReport.objects.filter(applied_at=None).count() == 0
    assert DeliveryReport.objects.count() == 4
    assert not Reminder.objects.open().exists(), "what was begun because it had failed is taken back"


def test_a_failed_message_goes_by_the_other_channel_once(accepted: Reminder) -> None:
    ContactPointFactory(client=accepted.client)
    failed = event("failed")
    for report in (failed, failed, event("failed")):
        call(REPORTS, report)
    assert final(accepted) == ("refused", False, False)
    assert Reminder.objects.open().get().channel == Channel.EMAIL


def test_a_failed_message_without_another_way_is_a_duty_until_it_is_delivered_after_all(accepted: Reminder) -> None:
    call(REPORTS, event("failed"))
    assert final(accepted) == ("refused", False, True)
    call(REPORTS, event("delivered"))
    assert final(accepted) == ("accepted", True, False)


def test_a_report_that_came_early_is_applied_at_the_next_look(accepted: Reminder) -> None:
    call(REPORTS, event("delivered", "ref-2"))
    send_due("sms")
    assert DeliveryReport.objects.get().applied_at is None
    Reminder.objects.filter(pk=accepted.pk).update(provider_ref="ref-2")
    send_due("sms")
    assert final(accepted) == ("accepted", True, False)


@pytest.mark.parametrize(
    "text", ["STOP", "stop", " Stop. ", "STOPALL", "stop all", "Unsubscribe", "cancel", "END", "\nquit !\n", "S T O P"]
)
@pytest.mark.parametrize("number", [NUMBER, "801-555-0111", " +1 (801) 555 0111"])
def test_a_word_that_stops_stops_at_once(text: str, number: str) -> None:
    for _ in range(2):
        assert call(INBOUND, {"from": number, "text": text}) == 204
    assert OptOut.objects.get(ended_at=None).address == NUMBER
    assert not WorkItem.objects.exists()


def test_a_reader_that_takes_whatever_came_last_is_caught(accepted: Reminder, monkeypatch: pytest.MonkeyPatch) -> None:
    def last_wins(report: DeliveryReport, *, now: dt.datetime) -> None:
        state = {"failed": "refused"}.get(report.state, "accepted")
        Reminder.objects.filter(provider_ref=report.reference).update(state=state, closed_at=now)

    monkeypatch.setattr(reports, "_apply", last_wins)
    call(REPORTS, event("delivered"))
    call(REPORTS, event("failed"))
    assert final(accepted) != ("accepted", True, False)


@pytest.mark.parametrize("text", ["START", " unstop "])
def test_a_word_that_starts_resumes(text: str) -> None:
    call(INBOUND, {"from": NUMBER, "text": "STOP"})
    call(INBOUND, {"from": NUMBER, "text": text})
    call(INBOUND, {"from": NUMBER, "text": text})
    assert not OptOut.objects.filter(ended_at=None).exists()


def with_number(number: str = NUMBER) -> Any:
    point = ContactPointFactory(kind=ContactKind.PHONE, value=number, may_email=False)
    return point.client


def test_any_other_text_is_an_urgent_duty_about_the_client(caplog: pytest.LogCaptureFixture) -> None:
    client = with_number()
    for _ in range(2):
        assert call(INBOUND, {"from": NUMBER, "text": "please stop the xylophone"}) == 204
    duty = WorkItem.objects.get()
    assert (duty.client_id, duty.kind, duty.urgent, duty.owner_role) == (
        client.pk,
        DutyKind.CALL_CLIENT,
        True,
        "coordinator",
    )
    assert "please stop the xylophone" in duty.reason
    assert NUMBER not in duty.reason
    assert "xylophone" not in caplog.text
    assert not [event for event in AuditEvent.objects.all() if "xylophone" in json.dumps(event.detail)]
    assert not OptOut.objects.exists()


def test_the_same_text_after_its_duty_was_closed_is_a_new_duty() -> None:
    with_number()
    call(INBOUND, {"from": NUMBER, "text": "Call me"})
    first = WorkItem.objects.get()
    assert first.about
    close_about(about=first.about, outcome=Outcome.REACHED, by=None, now=timezone.now())
    call(INBOUND, {"from": NUMBER, "text": "Call me"})
    assert WorkItem.objects.open().count() == 1


def test_a_number_of_several_or_of_nobody_is_named_for_the_front_desk() -> None:
    call(INBOUND, {"from": "12345", "text": ""})
    for _ in range(2):
        with_number()
    call(INBOUND, {"from": NUMBER, "text": "x" * 3000})
    reasons = list(WorkItem.objects.order_by("created_at").values_list("reason", "client"))
    assert reasons[0] == ("Text message from 12345, nobody known: “nothing”", None)
    assert reasons[1][1] is None
    assert reasons[1][0].startswith(f"Text message from {NUMBER}, several clients: “xxx")
