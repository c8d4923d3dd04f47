"""Reminders that are due, and what they are about."""

import datetime as dt
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone

from clinic.messaging.models import Channel, OutboxMessage, Reminder
from clinic.messaging.purposes import Purpose
from tests.factories.clients import ClientFactory

KIND = "test"


def daytime_zone() -> str:
    """A zone where it is about noon now: the database's clock is real, and in quiet hours nothing leaves."""
    hours_to_noon = 12 - timezone.now().hour
    return f"Etc/GMT{-hours_to_noon:+d}"


def purpose(still_wanted: Callable[[uuid.UUID], bool] = lambda about_id: True) -> Purpose:
    """A purpose for tests: its link opens the clients' check-in page."""
    return Purpose(
        kind=KIND,
        still_wanted=still_wanted,
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
    due_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(minutes=1))
    next_try_at = factory.SelfAttribute("due_at")
    local_date = factory.LazyAttribute(lambda row: row.due_at.astimezone(ZoneInfo(row.client.time_zone)).date())
    idem_key = factory.LazyFunction(uuid.uuid4)


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
