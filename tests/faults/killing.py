"""R01: senders that die at random and at each named step, with a gateway of each kind, and the ledger afterwards."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState
from tests.factories.messaging import make_many_due
from tests.providers.running import PROJECT, Running, running

LEASE_S = "6"
SENDERS = 2


@dataclass(frozen=True)
class Kind:
    """A gateway's abilities and how many extra copies each death may cost."""

    name: str
    channel: str
    settings: str
    extra_for_each_death: int


KINDS = (
    Kind("keeps keys", Channel.SMS, '{"can_ask": false}', 0),
    Kind("can be asked", Channel.SMS, '{"keeps_keys": false}', 0),
    Kind("neither", Channel.EMAIL, "", 1),
)


@dataclass(frozen=True)
class Ledger:
    """What was due, how many senders died, and what became of every reminder."""

    kind: Kind
    due: int
    deaths: int
    accepted: int
    duties: int
    still_open: int
    lost: int
    duplicates: int
    in_doubt: int

    @property
    def is_right(self) -> bool:
        all_told = self.accepted + self.duties == self.due and self.still_open == 0
        return all_told and self.lost == 0 and self.duplicates <= self.kind.extra_for_each_death * self.deaths

    def __str__(self) -> str:
        return (
            f"{self.kind.name:<13} due {self.due:>6}  deaths {self.deaths:>4}  accepted {self.accepted:>6}"
            f"  duties {self.duties:>3}  lost {self.lost}  duplicates {self.duplicates}"
            f" (at most {self.kind.extra_for_each_death * self.deaths})  in doubt {self.in_doubt}"
        )


def kill_senders(
    kind: Kind, *, due: int, deaths: int, seed: int, database: str, place: Path, fault: str = ""
) -> Ledger:
    """Make rows due, let senders die on them and count every copy that the provider took."""
    Reminder.objects.open().update(state=ReminderState.CANCELLED)
    rows = make_many_due(due, channel=kind.channel)
    log = place / f"{kind.name.replace(' ', '-')}-{seed}.log"
    more = ("--settings", kind.settings) if kind.settings else ()
    with running("smtp" if kind.channel == Channel.EMAIL else "http", log, *more) as provider:
        died = _let_them_die(kind, deaths, seed, database, provider, fault)
        copies = provider.copies()
    mine = Reminder.objects.filter(pk__in=[row.pk for row in rows])
    accepted = mine.filter(state=ReminderState.ACCEPTED)
    return Ledger(
        kind=kind,
        due=due,
        deaths=died,
        accepted=accepted.count(),
        duties=mine.filter(state=ReminderState.GAVE_UP).count(),
        still_open=mine.open().count(),
        lost=sum(str(key) not in copies for key in accepted.values_list("idem_key", flat=True)),
        duplicates=sum(count - 1 for count in copies.values()),
        in_doubt=DeliveryAttempt.objects.filter(reminder__in=mine, outcome="unknown").count(),
    )


def _let_them_die(kind: Kind, deaths: int, seed: int, database: str, provider: Running, fault: str) -> int:
    can_ask = "on" if kind.name == "can be asked" else "off"
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "MESSAGE_LEASE_SECONDS": LEASE_S,
        "MESSAGES_TO_OUTBOX": "off",
        "SMS_GATEWAY_URL": provider.url,
        "SMS_GATEWAY_CAN_ASK": can_ask,
        "SMTP_PORT": str(provider.port),
        "PLANTED_FAULT": fault,
        "LOG_LEVEL": "CRITICAL",
    }
    nurseries = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery", kind.channel, str(seed + n), str(deaths // SENDERS)],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        for n in range(SENDERS)
    ]
    try:
        return sum(int(nursery.communicate(timeout=3000)[0]) for nursery in nurseries)
    finally:
        for nursery in nurseries:
            nursery.kill()
