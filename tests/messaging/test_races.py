"""Senders side by side: every row is held by one of them."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from clinic.messaging import services
from clinic.messaging.models import OutboxMessage, Reminder, ReminderState
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("unwanted")]
SENDERS = 6


def side_by_side(deed: Callable[[], Any]) -> None:
    """Let six threads do it at the same instant, each on its own connection."""
    start = threading.Barrier(SENDERS)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            start.wait(timeout=20)
            deed()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []


def due(count: int) -> None:
    for _ in range(count):
        row = ReminderFactory()
        ContactPointFactory(client=row.client)


def test_six_senders_never_hold_one_row_twice() -> None:
    due(120)
    held: Counter[UUID] = Counter()

    def claim_all() -> None:
        while batch := services.claim(limit=7):
            held.update(row.reminder_id for row in batch)

    side_by_side(claim_all)
    assert len(held) == 120
    assert set(held.values()) == {1}


def test_six_senders_send_each_message_once() -> None:
    due(40)
    side_by_side(lambda: services.send_due(limit=5))
    assert OutboxMessage.objects.filter(times_received=1).count() == 40
    assert Reminder.objects.filter(state=ReminderState.ACCEPTED).count() == 40
