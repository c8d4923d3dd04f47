"""Reminders that are due, and what they are about."""

import datetime as dt
import itertools
import time
import uuid
from collections.abc import Callable, Collection
from zoneinfo import ZoneInfo

import factory
import time_machine
from django.utils import timezone

from clinic.clients.models import Client, ContactKind, ContactPoint, MessageConsent, MessagePurpose
from clinic.messaging.models import OPEN_STATES, Channel, OutboxMessage, Reminder, ReminderState
from clinic.messaging.purposes import Purpose
from tests.factories.clients import ClientFactory, consents_of

KIND = "test"
# No two clients share a number, however often many are made: one number gets one text message a day.
NUMBERS = itertools.count(2_000_000)


def daytime_zone() -> str:
    """A zone where it is about noon now, even while time is travelled: the database's clock is real, and in quiet
    hours nothing leaves."""
    is_travelling = time_machine.escape_hatch.is_travelling()
    seconds = time_machine.escape_hatch.time.time() if is_travelling else time.time()
    hours_to_noon = 12 - int(seconds // 3600 % 24)
    return f"Etc/GMT{-hours_to_noon:+d}"


def purpose(still_wanted: Callable[[Collection[uuid.UUID]], Collection[uuid.UUID]] = lambda ids: ids) -> Purpose:
    """A purpose for tests: its link opens the clients' check-in page."""
    return Purpose(
        kind=KIND,
        name="Check-in",
        still_wanted=still_wanted,
        consent=MessagePurpose.CHECKINS,
        view_name="checkins:answer",
        link_lasts=dt.timedelta(hours=72),
        words={"en": "You have a check-in:", "es": "Tiene un cuestionario breve:"},
        subject={"en": "You have a check-in", "es": "Tiene un cuestionario breve"},
    )


class ReminderFactory(factory.django.DjangoModelFactory[Reminder]):
    """An e-mail reminder, due a minute ago, at noon of the client's day."""

    class Meta:
        model = Reminder

    client = factory.SubFactory(ClientFactory, time_zone=factory.LazyFunction(daytime_zone))
    about_kind = KIND
    about_id = factory.LazyFunction(uuid.uuid4)
    channel = Channel.EMAIL
    state = ReminderState.DUE
    due_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1))
    next_try_at = factory.SelfAttribute("due_at")
    local_date = factory.LazyAttribute(lambda row: row.due_at.astimezone(ZoneInfo(row.client.time_zone)).date())
    idem_key = factory.LazyFunction(uuid.uuid4)
    closed_at = factory.LazyAttribute(lambda row: None if row.state in OPEN_STATES else row.due_at)


class OutboxMessageFactory(factory.django.DjangoModelFactory[OutboxMessage]):
    """A message that left for the outbox page."""

    class Meta:
        model = OutboxMessage

    idem_key = factory.LazyFunction(uuid.uuid4)
    channel = Channel.EMAIL
    to = "person@mail.example"
    sender = "Wasatch Care"
    subject = "You have a check-in"
    text = "Hello, http://127.0.0.1:8000/check-ins/a/token/"
    accepted_at = factory.LazyFunction(timezone.now)


def make_many_due(count: int, *, channel: str = Channel.EMAIL) -> list[Reminder]:
    """That many clients, each with an address that may be used and a reminder due now; by bulk."""
    zone, now = daytime_zone(), timezone.now()
    clients = Client.objects.bulk_create(ClientFactory.build_batch(count, time_zone=zone), batch_size=2000)
    is_sms = channel == Channel.SMS
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(
                client=client,
                kind=ContactKind.PHONE if is_sms else ContactKind.EMAIL,
                value=f"+1801{next(NUMBERS)}" if is_sms else f"person{number}@mail.example",
                may_text=is_sms,
                may_email=not is_sms,
            )
            for number, client in enumerate(clients)
        ],
        batch_size=2000,
    )
    given = [consent for client in clients for consent in consents_of(client, channel)]
    MessageConsent.objects.bulk_create(given, batch_size=2000)
    rows = [
        Reminder(
            client=client,
            about_kind=KIND,
            about_id=uuid.uuid4(),
            channel=channel,
            local_date=now.astimezone(ZoneInfo(zone)).date(),
            due_at=now,
            next_try_at=now,
            idem_key=uuid.uuid4(),
        )
        for client in clients
    ]
    return Reminder.objects.bulk_create(rows, batch_size=2000)
