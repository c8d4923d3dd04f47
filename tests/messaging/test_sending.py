"""What leaves, what does not, and what becomes of what could not."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from clinic.clients.models import ClientStatus, ContactKind
from clinic.messaging import services
from clinic.messaging.gateways import Result
from clinic.messaging.models import Channel, OptOut, OutboxMessage, Reminder, ReminderState, SignedLink
from clinic.messaging.rules import Outcome
from clinic.messaging.services import finishing, preparing, sending
from clinic.messaging.services.finishing import Done
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory
from tests.messaging.stubs import StubGateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]
UNKNOWN = Result(Outcome.UNKNOWN, detail="ReadTimeout")


@pytest.fixture
def reminder() -> Reminder:
    """Due a minute ago, to a client with an e-mail address."""
    row: Reminder = ReminderFactory()
    ContactPointFactory(client=row.client, value="ada@mail.example")
    return row


def texting(reminder: Reminder, number: str = "+18015550111", **more: Any) -> None:
    ContactPointFactory(
        client=reminder.client, kind=ContactKind.PHONE, value=number, may_email=False, may_text=True, **more
    )


def due_again(reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(next_try_at=timezone.now() - dt.timedelta(seconds=1))


def test_a_due_reminder_lands_in_the_outbox_with_a_link_and_nothing_personal(reminder: Reminder) -> None:
    assert services.send_due() == 1
    message = OutboxMessage.objects.get()
    assert (message.idem_key, message.to, message.channel) == (reminder.idem_key, "ada@mail.example", "email")
    assert "http://127.0.0.1:8000/check-ins/a/" in message.text
    for personal in (reminder.client.given_names, reminder.client.family_name, "sertraline", "psych", "mental"):
        assert personal.lower() not in (message.text + message.subject).lower()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.ACCEPTED
    assert reminder.accepted_at is not None
    assert reminder.lease_token is None
    assert [attempt.outcome for attempt in reminder.delivery_attempts.all()] == ["accepted"]


def test_only_the_hash_of_the_token_is_kept(reminder: Reminder) -> None:
    services.send_due()
    token = OutboxMessage.objects.get().text.split("/check-ins/a/")[1].split("/")[0]
    link = SignedLink.objects.get()
    assert len(token) >= 43
    assert bytes(link.token_hash) != token.encode()
    assert link.expires_at > timezone.now() + dt.timedelta(hours=71)


def test_three_looks_send_one_message(reminder: Reminder, gateway: StubGateway) -> None:
    for _ in range(3):
        services.send_due()
    assert len(gateway.sent) == 1


def test_what_is_not_due_waits(gateway: StubGateway) -> None:
    ReminderFactory(due_at=timezone.now() + dt.timedelta(minutes=1))
    assert services.send_due() == 0


def test_a_spanish_speaker_gets_a_spanish_sms(reminder: Reminder) -> None:
    reminder.client.language = "es-MX"
    reminder.client.save()
    texting(reminder)
    Reminder.objects.update(channel=Channel.SMS)
    services.send_due()
    message = OutboxMessage.objects.get()
    assert message.to == "+18015550111"
    assert "Responda STOP" in message.text
    assert len(message.text) <= 160


@pytest.mark.parametrize(
    "change", [{"status": ClientStatus.DISCHARGED}, {"deceased_on": dt.date(2026, 6, 1)}], ids=["discharged", "died"]
)
def test_nothing_leaves_to_somebody_no_longer_in_care(
    reminder: Reminder, gateway: StubGateway, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(reminder.client, name, value)
    reminder.client.save()
    services.send_due()
    reminder.refresh_from_db()
    assert (gateway.sent, reminder.state) == ([], ReminderState.CANCELLED)
    assert not WorkItem.objects.exists()


def test_what_is_no_longer_wanted_is_cancelled_at_the_last_look(
    reminder: Reminder, gateway: StubGateway, unwanted: set[uuid.UUID]
) -> None:
    unwanted.add(reminder.about_id)
    services.send_due()
    reminder.refresh_from_db()
    assert (gateway.sent, reminder.state, reminder.closed_because) == ([], "cancelled", "no longer wanted")


def test_in_quiet_hours_a_late_reminder_waits_for_the_morning(reminder: Reminder, gateway: StubGateway) -> None:
    night = timezone.now().hour
    reminder.client.time_zone = f"Etc/GMT{night - 23 if night > 11 else night + 1:+d}"
    reminder.client.save()
    services.send_due()
    reminder.refresh_from_db()
    assert (gateway.sent, reminder.state, reminder.attempts) == ([], ReminderState.DUE, 0)
    assert reminder.next_try_at > timezone.now() + dt.timedelta(hours=6)


def test_stop_ends_sms_at_once_but_not_email(reminder: Reminder, gateway: StubGateway) -> None:
    texting(reminder)
    Reminder.objects.update(channel=Channel.SMS)
    services.stop_messages(channel=Channel.SMS, address="+18015550111", by=None, now=timezone.now())
    services.send_due()
    services.send_due()
    assert [message.to for message in gateway.sent] == ["ada@mail.example"]
    assert not WorkItem.objects.exists()


def test_start_resumes(reminder: Reminder, gateway: StubGateway) -> None:
    now = timezone.now()
    services.stop_messages(channel=Channel.EMAIL, address="ada@mail.example", by=None, now=now)
    services.stop_messages(channel=Channel.EMAIL, address="ada@mail.example", by=None, now=now)
    assert OptOut.objects.count() == 1
    assert services.resume_messages(channel=Channel.EMAIL, address="ada@mail.example", by=None, now=now)
    assert not services.resume_messages(channel=Channel.EMAIL, address="ada@mail.example", by=None, now=now)
    services.send_due()
    assert len(gateway.sent) == 1


def test_a_client_who_cannot_be_written_to_becomes_a_duty(gateway: StubGateway) -> None:
    row = ReminderFactory()
    services.send_due()
    duty = WorkItem.objects.get()
    assert (duty.kind, duty.client_id, duty.owner_role) == (DutyKind.MESSAGE_FAILED, row.client_id, "coordinator")
    row.refresh_from_db()
    assert row.state == ReminderState.REFUSED


def test_an_address_whose_consent_ended_is_not_used(reminder: Reminder, gateway: StubGateway) -> None:
    reminder.client.contact_points.update(may_email=False)
    services.send_due()
    assert gateway.sent == []


def test_a_refused_address_falls_back_to_the_other_channel_once(reminder: Reminder, gateway: StubGateway) -> None:
    texting(reminder)
    gateway.results = [Result(Outcome.REFUSED, detail="SMTP 550"), Result(Outcome.REFUSED, detail="400")]
    services.send_due()
    services.send_due()
    services.send_due()
    assert [message.channel for message in gateway.sent] == ["email", "sms"]
    assert gateway.sent[0].idem_key != gateway.sent[1].idem_key
    assert WorkItem.objects.get().kind == DutyKind.MESSAGE_FAILED
    assert not Reminder.objects.open().exists()


def test_a_busy_gateway_is_tried_again_with_the_same_key(reminder: Reminder, gateway: StubGateway) -> None:
    gateway.results = [Result(Outcome.RETRY, detail="429", wait=dt.timedelta(minutes=3))]
    services.send_due()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.DUE
    wait = reminder.next_try_at - timezone.now()
    assert dt.timedelta(seconds=170) < wait <= dt.timedelta(minutes=3)
    due_again(reminder)
    services.send_due()
    assert [message.idem_key for message in gateway.sent] == [reminder.idem_key] * 2


def test_a_lost_answer_is_asked_about_before_anything_is_sent_again(reminder: Reminder, gateway: StubGateway) -> None:
    gateway.results, gateway.told = [UNKNOWN], Result(Outcome.ACCEPTED, "ref-9")
    services.send_due()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.UNKNOWN
    due_again(reminder)
    services.send_due()
    reminder.refresh_from_db()
    assert (len(gateway.sent), gateway.asked) == (1, [reminder.idem_key])
    assert (reminder.state, reminder.provider_ref) == (ReminderState.ACCEPTED, "ref-9")


def test_a_message_that_never_arrived_is_sent_after_asking(reminder: Reminder, gateway: StubGateway) -> None:
    gateway.results = [UNKNOWN]
    services.send_due()
    due_again(reminder)
    services.send_due()
    assert (len(gateway.asked), len(gateway.sent)) == (1, 2)


def test_a_gateway_that_keeps_keys_but_cannot_be_asked_gets_the_key_again(
    reminder: Reminder, gateway: StubGateway
) -> None:
    gateway.can_ask, gateway.results = False, [UNKNOWN, UNKNOWN, UNKNOWN]
    for _ in range(4):
        services.send_due()
        due_again(reminder)
    assert [message.idem_key for message in gateway.sent] == [reminder.idem_key] * 4
    assert gateway.asked == []


def test_a_blind_gateway_gets_one_more_try_then_a_person_phones(reminder: Reminder, gateway: StubGateway) -> None:
    gateway.can_ask = gateway.keeps_keys = False
    gateway.results = [UNKNOWN, UNKNOWN, UNKNOWN]
    for _ in range(4):
        services.send_due()
        due_again(reminder)
    assert len(gateway.sent) == 2
    assert WorkItem.objects.get().kind == DutyKind.CALL_CLIENT
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.GAVE_UP


def test_after_a_day_of_failing_a_person_phones(reminder: Reminder, gateway: StubGateway) -> None:
    Reminder.objects.update(due_at=timezone.now() - dt.timedelta(hours=25))
    gateway.results = [Result(Outcome.RETRY, detail="503")]
    services.send_due()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.GAVE_UP
    duty = WorkItem.objects.get()
    assert (duty.kind, duty.client_id) == (DutyKind.CALL_CLIENT, reminder.client_id)


def test_a_reminder_far_behind_is_still_tried_once(reminder: Reminder, gateway: StubGateway) -> None:
    Reminder.objects.update(due_at=timezone.now() - dt.timedelta(hours=25))
    services.send_due()
    assert len(gateway.sent) == 1


def test_a_poisoned_row_delays_no_other(reminder: Reminder, gateway: StubGateway) -> None:
    poisoned = ReminderFactory(about_kind="nobody's", due_at=timezone.now() - dt.timedelta(hours=1))
    gateway.results = [RuntimeError("the adapter broke")]
    services.send_due()
    poisoned.refresh_from_db()
    reminder.refresh_from_db()
    # Before the try began nothing can have left; after it nobody knows.
    assert (poisoned.state, reminder.state) == (ReminderState.DUE, ReminderState.UNKNOWN)
    due_again(reminder)
    services.send_due()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.ACCEPTED


def test_an_outcome_that_cannot_be_marked_leaves_the_row_under_its_lease(
    reminder: Reminder, gateway: StubGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(done: Any) -> None:
        raise RuntimeError

    for name in ("finish_all", "finish"):
        monkeypatch.setattr(sending, name, broken)
    services.send_due()
    reminder.refresh_from_db()
    assert reminder.state == ReminderState.CLAIMED


def test_a_row_of_a_dead_sender_is_taken_over_after_its_lease_and_asked_about(
    reminder: Reminder, gateway: StubGateway
) -> None:
    gateway.told = Result(Outcome.ACCEPTED, "ref-1")
    (held,) = services.claim()
    preparing.prepare([held])
    assert services.claim() == []
    Reminder.objects.update(next_try_at=timezone.now(), lease_until=timezone.now())
    services.send_due()
    reminder.refresh_from_db()
    assert (gateway.sent, len(gateway.asked)) == ([], 1)
    assert [a.outcome for a in reminder.delivery_attempts.all()] == ["unknown", "accepted"]


def test_a_row_claimed_but_never_begun_is_sent_without_asking(reminder: Reminder, gateway: StubGateway) -> None:
    services.claim()
    Reminder.objects.update(next_try_at=timezone.now(), lease_until=timezone.now())
    services.send_due()
    assert (len(gateway.sent), gateway.asked) == (1, [])


def test_a_sender_whose_lease_ran_out_sends_nothing(reminder: Reminder, gateway: StubGateway) -> None:
    (held,) = services.claim()
    Reminder.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert preparing.prepare([held]) == []


def test_a_late_answer_of_a_lost_lease_changes_nothing(reminder: Reminder, gateway: StubGateway) -> None:
    (old,) = services.claim()
    Reminder.objects.update(next_try_at=timezone.now(), lease_until=timezone.now())
    (new,) = services.claim()
    assert new.lease_token != old.lease_token
    done = finishing.finish(Done(old.reminder_id, old.lease_token, None, Result(Outcome.REFUSED)))
    finishing.finish_all([Done(old.reminder_id, old.lease_token, None, Result(Outcome.ACCEPTED, "late"))])
    reminder.refresh_from_db()
    assert (done, reminder.state) == (False, ReminderState.CLAIMED)


def test_a_batch_is_taken_oldest_first_and_ends_when_its_time_is_up(gateway: StubGateway) -> None:
    now = timezone.now()
    rows = [ReminderFactory(due_at=now - dt.timedelta(minutes=minutes)) for minutes in (1, 3, 2)]
    for row in rows:
        ContactPointFactory(client=row.client)
    assert services.send_due(limit=2, for_seconds=0) == 2
    assert [message.idem_key for message in gateway.sent] == [rows[1].idem_key, rows[2].idem_key]


def test_the_task_sends_what_is_due(reminder: Reminder) -> None:
    from clinic.messaging.tasks import send_due

    send_due()
    assert OutboxMessage.objects.count() == 1


def test_the_task_has_the_name_that_beat_asks_for() -> None:
    from clinic.messaging.tasks import send_due
    from medmgmt.celery import SEND_DUE

    assert send_due.name == SEND_DUE
