"""R01: senders that die at random and at each named step, with a gateway of each kind, and the ledger afterwards."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from clinic.messaging.models import Channel
from tests.database import database_address
from tests.factories.messaging import make_many_due
from tests.faults.herd import LEASE_S
from tests.faults.ledger import Ledger, balance
from tests.faults.scenario import put_away
from tests.providers.running import PROJECT, Running, running

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


def kill_senders(kind: Kind, *, due: int, deaths: int, seed: int, place: Path, fault: str = "") -> Ledger:
    """Make rows due, let senders die on them and count every copy that the provider took."""
    put_away()
    rows = make_many_due(due, channel=kind.channel)
    log = place / f"{kind.name.replace(' ', '-')}-{seed}.log"
    more = ("--settings", kind.settings) if kind.settings else ()
    with running("smtp" if kind.channel == Channel.EMAIL else "http", log, *more) as provider:
        died = _let_them_die(kind, deaths, seed, provider, fault)
        copies = provider.copies()
    return balance(
        f"R01 kill -9, {kind.name}",
        {row.pk: row.idem_key for row in rows},
        copies,
        seed=seed,
        faults=died,
        allowed=kind.extra_for_each_death * died,
    )


def _let_them_die(kind: Kind, deaths: int, seed: int, provider: Running, fault: str) -> int:
    can_ask = "on" if kind.name == "can be asked" else "off"
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "MESSAGE_LEASE_SECONDS": str(LEASE_S),
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
