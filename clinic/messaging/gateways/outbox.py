"""The demo's own gateway: a table of what would have left, which keeps keys as a good provider does."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Now

from clinic.messaging.gateways.base import Message, Result
from clinic.messaging.models import OutboxMessage
from clinic.messaging.rules import Outcome


class DemoOutboxGateway:
    """Accepts every message once; the same key again is answered "accepted before" and counted."""

    keeps_keys = True
    can_ask = True
    at_once = 1

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """The database's connection is open anyway."""
        yield

    def expect(self, message: Message) -> None:
        """Nothing is to be opened."""

    def send(self, message: Message) -> Result:
        """Put the message on the outbox page."""
        row = OutboxMessage(
            idem_key=message.idem_key,
            channel=message.channel,
            to=message.to,
            sender=message.sender,
            subject=message.subject,
            text=message.text,
            times_received=0,
            accepted_at=Now(),
        )
        # Zero at first, then counted by one statement: two senders at once still count to two.
        OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)
        kept = OutboxMessage.objects.filter(idem_key=message.idem_key)
        kept.update(times_received=F("times_received") + 1)
        return Result(Outcome.ACCEPTED, reference=str(kept.values_list("pk", flat=True).get()))

    def ask(self, idem_key: UUID) -> Result | None:
        """Whether a key arrived."""
        reference = OutboxMessage.objects.filter(idem_key=idem_key).values_list("pk", flat=True).first()
        return Result(Outcome.ACCEPTED, reference=str(reference)) if reference else None
