"""At most one text message a day and three in seven days to one number; the rest waits, and nothing is dropped."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clinic.clients.models import Client
from clinic.messaging import purposes, rules, services
from clinic.messaging.models import Channel, CountedText, OutboxMessage, Reminder, ReminderState
from clinic.messaging.services import Wanted, plan_reminders
from clinic.worklist.models import WorkItem
from tests.factories import messaging as factories
from tests.factories.clients import ClientFactory, ContactPointFactory
from tests.factories.messaging import KIND, ReminderFactory, daytime_zone

NUMBER = "+18015550111"
DAYS = [dt.date(2026, 6, day) for day in range(1, 15)]


@pytest.mark.parametrize(
    ("counted", "day"),
    [([], 1), ([1], 2), ([1, 2], 3), ([1, 2, 3], 8), ([2, 3], 1)],
)
def test_the_next_day_on_which_a_number_may_get_one(counted: list[int], day: int) -> None:
    assert rules.next_day(DAYS[0], [DAYS[n - 1] for n in counted]) == DAYS[day - 1]


def texted(client: Client | None = None) -> Client:
    person: Client = client or ClientFactory(time_zone=daytime_zone())
    ContactPointFactory(client=person, kind="phone", value=NUMBER, may_text=True, may_email=False)
    return person


def due(client: Client, **more: Any) -> Reminder:
    row: Reminder = ReminderFactory(client=client, channel=Channel.SMS, **more)
    return row


def send() -> int:
    services.send_due(channel=Channel.SMS)
    return OutboxMessage.objects.count()


@pytest.fixture
def late() -> Iterator[None]:
    """A purpose whose messages are of no use tomorrow."""
    soon = timezone.now() + dt.timedelta(hours=3)
    purposes.register(replace(factories.purpose(), useful_until=lambda ids: dict.fromkeys(ids, soon)))
    yield
    purposes._purposes.pop(KIND)


pytestmark = [pytest.mark.django_db]


def test_a_second_one_of_a_day_waits_for_the_next_at_its_own_time(unwanted: set[uuid.UUID]) -> None:
    client = texted()
    due(client, due_at=timezone.now() - dt.timedelta(minutes=2))
    second = due(client)
    assert (send(), send()) == (1, 1)
    second.refresh_from_db()
    assert (second.state, second.attempts) == (ReminderState.DUE, 0)
    assert second.shifted_at is not None
    zone = ZoneInfo(client.time_zone)
    waits = second.due_at.astimezone(zone) - timezone.now().astimezone(zone)
    assert dt.timedelta(hours=23) < waits < dt.timedelta(hours=24)


def test_a_family_that_shares_a_number_shares_its_limit(unwanted: set[uuid.UUID]) -> None:
    due(texted())
    due(texted())
    assert send() == 1
    assert Reminder.objects.filter(shifted_at=None).count() == 1


def test_three_in_seven_days(unwanted: set[uuid.UUID]) -> None:
    client = texted()
    today = timezone.now().astimezone(ZoneInfo(client.time_zone)).date()
    for days in (1, 3, 6):
        old = due(client, state=ReminderState.ACCEPTED)
        CountedText.objects.create(reminder=old, number=NUMBER, on=today - dt.timedelta(days=days))
    waiting = due(client)
    assert send() == 0
    waiting.refresh_from_db()
    assert waiting.local_date == today + dt.timedelta(days=1)


def test_one_that_never_arrived_leaves_its_place(unwanted: set[uuid.UUID]) -> None:
    client = texted()
    today = timezone.now().astimezone(ZoneInfo(client.time_zone)).date()
    CountedText.objects.create(reminder=due(client, state=ReminderState.REFUSED), number=NUMBER, on=today)
    due(client)
    assert send() == 1


def test_one_that_is_tried_again_counts_once(unwanted: set[uuid.UUID]) -> None:
    client = texted()
    row = due(client)
    today = timezone.now().astimezone(ZoneInfo(client.time_zone)).date()
    CountedText.objects.create(reminder=row, number=NUMBER, on=today)
    assert send() == 1
    assert CountedText.objects.count() == 1


def test_e_mails_do_not_count(unwanted: set[uuid.UUID]) -> None:
    client = ClientFactory(time_zone=daytime_zone())
    ContactPointFactory(client=client)
    ReminderFactory.create_batch(2, client=client)
    services.send_due(channel=Channel.EMAIL)
    assert OutboxMessage.objects.count() == 2
    assert not CountedText.objects.exists()


def test_what_the_client_asked_for_does_not_count() -> None:
    purposes.register(replace(factories.purpose(), is_asked_for=True))
    client = texted()
    due(client)
    due(client)
    assert send() == 2
    purposes._purposes.pop(KIND)


def test_one_that_would_be_too_late_becomes_a_row_for_the_team(late: None) -> None:
    client = texted()
    due(client, due_at=timezone.now() - dt.timedelta(minutes=2))
    second = due(client)
    assert send() == 1
    second.refresh_from_db()
    assert (second.state, second.closed_because) == (ReminderState.REFUSED, "too many messages to this number")
    assert WorkItem.objects.open().filter(client=client).count() == 1


def test_planning_leaves_what_was_put_off_where_it_is(unwanted: set[uuid.UUID]) -> None:
    client = texted()
    due(client, due_at=timezone.now() - dt.timedelta(minutes=2))
    second = due(client)
    send()
    second.refresh_from_db()
    item = Wanted(client=client, about_id=second.about_id, on=dt.date(2026, 6, 4), at=dt.time(10))
    plan_reminders([item], about_kind=KIND, now=timezone.now())
    assert Reminder.objects.get(pk=second.pk).due_at == second.due_at
