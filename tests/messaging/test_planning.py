"""Reminders are planned once, moved while they wait, and taken back."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone

from clinic.clients.models import Client, ContactKind
from clinic.messaging import services
from clinic.messaging.models import Channel, Reminder, ReminderState
from clinic.messaging.services import Wanted, cancel_reminders, plan_reminders
from tests.factories.clients import ClientFactory, ContactPointFactory
from tests.factories.messaging import KIND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]
NOW = dt.datetime(2026, 6, 1, 16, tzinfo=dt.UTC)


def wanted(client: Client, at: dt.time = dt.time(10)) -> Wanted:
    return Wanted(client=client, about_id=uuid.uuid4(), on=dt.date(2026, 6, 4), at=at)


def plan(*items: Wanted) -> int:
    return plan_reminders(items, about_kind=KIND, now=NOW)


def test_planned_twice_it_is_one_row() -> None:
    item = wanted(ClientFactory())
    assert (plan(item), plan(item)) == (1, 0)
    assert Reminder.objects.count() == 1


def test_one_due_at_half_past_ten_at_night_leaves_at_eight() -> None:
    plan(wanted(ClientFactory(), dt.time(22, 30)))
    row = Reminder.objects.get()
    assert (row.due_at, row.local_date) == (dt.datetime(2026, 6, 5, 14, tzinfo=dt.UTC), dt.date(2026, 6, 5))


@pytest.mark.parametrize("prefers_sms", [True, False])
def test_the_channel_is_the_preferred_one_with_consent(prefers_sms: bool) -> None:
    client = ClientFactory()
    ContactPointFactory(client=client, is_preferred=not prefers_sms)
    phone: dict[str, Any] = {"kind": ContactKind.PHONE, "value": "+18015550111", "may_email": False}
    ContactPointFactory(client=client, may_text=True, is_preferred=prefers_sms, **phone)
    plan(wanted(client))
    assert Reminder.objects.get().channel == (Channel.SMS if prefers_sms else Channel.EMAIL)


def test_a_preferred_phone_without_consent_is_not_written_to() -> None:
    client = ClientFactory()
    ContactPointFactory(client=client, is_preferred=False)
    ContactPointFactory(client=client, kind=ContactKind.PHONE, value="+18015550111", may_email=False)
    plan(wanted(client))
    assert Reminder.objects.get().channel == Channel.EMAIL


def test_a_client_without_any_way_is_not_forgotten() -> None:
    assert plan(wanted(ClientFactory())) == 1


def test_another_zone_moves_what_waits_but_not_what_was_tried() -> None:
    client = ClientFactory()
    waiting, tried = wanted(client), wanted(client)
    plan(waiting, tried)
    Reminder.objects.filter(about_id=tried.about_id).update(attempts=1)
    client.time_zone = "America/New_York"
    plan(waiting, tried)
    assert Reminder.objects.get(about_id=waiting.about_id).due_at.hour == 14
    assert Reminder.objects.get(about_id=tried.about_id).due_at.hour == 16


def test_another_step_of_the_same_cause_is_a_reminder_of_its_own() -> None:
    first = wanted(ClientFactory())
    plan(first)
    second = Wanted(client=first.client, about_id=first.about_id, on=dt.date(2026, 6, 6), at=dt.time(10), step=2)
    assert plan(second) == 1
    assert Reminder.objects.filter(about_id=first.about_id).count() == 2


def test_nothing_wanted_is_nothing_planned() -> None:
    assert plan() == 0


def test_what_waits_is_taken_back_and_what_is_being_sent_is_left_to_its_sender() -> None:
    client = ClientFactory()
    waiting, held = wanted(client), wanted(client)
    plan(waiting, held)
    Reminder.objects.filter(about_id=held.about_id).update(next_try_at=timezone.now() - dt.timedelta(minutes=1))
    Reminder.objects.filter(about_id=waiting.about_id).update(next_try_at=timezone.now() + dt.timedelta(days=1))
    services.claim()
    ids = [waiting.about_id, held.about_id]
    assert cancel_reminders(about_kind=KIND, about_ids=ids, because="moved", now=NOW) == 1
    assert Reminder.objects.get(about_id=waiting.about_id).state == ReminderState.CANCELLED
    assert Reminder.objects.get(about_id=held.about_id).state == ReminderState.CLAIMED
