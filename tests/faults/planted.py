"""Loaded into a worker of the fault tests: a gateway slow enough to be killed at any instant of its work."""

import functools
import os
import time

from django.db.models.functions import Now

from clinic.messaging import services
from clinic.messaging.gateways import Message, Result
from clinic.messaging.gateways.outbox import DemoOutboxGateway
from clinic.messaging.models import Reminder
from clinic.messaging.purposes import register
from medmgmt import celery
from tests.factories import messaging as factories

register(factories.purpose())

_accept = DemoOutboxGateway.send
WAIT_S = float(os.environ.get("PLANTED_WAIT_S", "0.02"))


def _slow_send(gateway: DemoOutboxGateway, message: Message) -> Result:
    time.sleep(WAIT_S)
    result = _accept(gateway, message)
    time.sleep(WAIT_S)
    return result


def _marks_before_it_sends(channel: str | None = None) -> None:
    """The wrong sender: calls a message accepted before it has left. A kill in between must lose some."""
    batch = services.claim()
    Reminder.objects.filter(pk__in=[row.reminder_id for row in batch]).update(
        state="accepted", closed_at=Now(), lease_token=None, lease_until=None
    )
    for row in batch:
        reminder = Reminder.objects.get(pk=row.reminder_id)
        _slow_send(DemoOutboxGateway(), Message(reminder.idem_key, reminder.channel, "x@mail.example", "x", "x", "x"))


DemoOutboxGateway.send = _slow_send  # type: ignore[method-assign]
if "SWEEP_EVERY_S" in os.environ:
    celery.Sweep.__init__.__kwdefaults__["every_s"] = float(os.environ["SWEEP_EVERY_S"])
if os.environ.get("PLANTED_FAULT") == "marks before it sends":
    services.send_due = _marks_before_it_sends  # type: ignore[assignment]
else:
    # Small batches: a kill finds some of them at each step of their way.
    services.send_due = functools.partial(services.send_due, limit=8)  # type: ignore[assignment]
