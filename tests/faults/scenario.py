"""What every scenario of the herd shares: rows that fall due, a provider, and waiting for the end."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db.models.functions import Now

from clinic.messaging.models import Channel, Reminder, ReminderState
from tests.factories.messaging import make_many_due
from tests.faults.herd import World, this_database
from tests.providers.running import Running

# Longer than a death, its lease and all waits of this world together; reached only where something is wrong.
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Task:
    """How large a scenario is, its seed, where its logs go, and what is wrong with its senders on purpose."""

    due: int
    faults: int
    seed: int
    place: Path
    planted: str = ""
    patience_s: float = PATIENCE_S

    @property
    def chance(self) -> random.Random:
        """Begins with the seed each time that it is asked for."""
        return random.Random(self.seed)

    def log(self, name: str) -> Path:
        return self.place / f"{name}-{self.seed}.log"

    def world(self, provider: Running, *, batch: int = 20, broker: str = "", mail: bool = False) -> World:
        """A world whose SMS, or letters where it is for `mail`, go to this provider."""
        sms = {} if mail else {"SMS_GATEWAY_URL": provider.url, "SMS_GATEWAY_CAN_ASK": True}
        return World(this_database(), sms, broker, batch, self.planted, provider.port if mail else 0)


def put_away() -> None:
    """End whatever is open."""
    ended = {"state": ReminderState.CANCELLED, "closed_at": Now()}
    Reminder.objects.open().update(**ended, lease_token=None, lease_until=None)


def make_due(count: int) -> list[Reminder]:
    """Text messages due now; whatever an earlier scenario left open is out of the way."""
    put_away()
    return make_many_due(count, channel=Channel.SMS)


def keys_of(rows: Sequence[Reminder]) -> dict[UUID, UUID]:
    return {row.pk: row.idem_key for row in rows}


def open_of(rows: Sequence[Reminder]) -> int:
    return Reminder.objects.open().filter(pk__in=[row.pk for row in rows]).count()


def wait_until(is_so: Callable[[], bool], *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.1)
    return is_so()


def progress(rows: Sequence[Reminder]) -> Callable[[], bool]:
    """Whether fewer of the rows that are due are open than when this was called, or none."""
    due = Reminder.objects.open().filter(pk__in=[row.pk for row in rows], due_at__lte=Now())
    before = due.count()
    return lambda: due.count() < max(before, 1)
