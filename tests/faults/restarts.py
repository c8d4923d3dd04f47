"""R02, R03, R07 and R12: everything that runs is killed, ended or told the wrong time, and the broker forgets."""

import contextlib
import datetime as dt
import random
import time
from collections.abc import Iterator

import redis
from django.db.models.functions import Now
from django.utils import timezone

from clinic.messaging.models import Reminder, ReminderState
from clinic.messaging.queries import database_now
from medmgmt.embedded_services.valkey import Valkey
from tests.faults.conftest import kill_broker
from tests.faults.herd import Herd, beat, herd, sender, worker
from tests.faults.ledger import Ledger, balance
from tests.faults.planting import AHEAD
from tests.faults.scenario import Task, keys_of, make_due, open_of, progress, wait_until
from tests.providers.running import running

SLOW = '{"delay_s": 0.02}'
# The soonest a herd that was killed can be back at work, and the longest that it may take.
BACK_WITHIN_S = 150.0
DRAINED_WITHIN_S = 30.0
# Beyond the end of any run.
LATER = dt.timedelta(days=1)
# What is done to the broker, each in its turn.
HARMS = ("killed and empty", "emptied", "no memory", "no memory, lines cut", "away")


def kill_everything(task: Task) -> Ledger:
    """R02: workers and beats are killed, one or all, and started again; messages go on.

    Before each death rows fall due, so that it finds work to break off however fast the machine is.
    """
    chance, valkey = task.chance, Valkey(task.place / "valkey-r02")
    rows = make_due(task.due)
    shares = _shares(rows, task.faults)
    with running("http", task.log("r02"), "--settings", SLOW) as provider, valkey.in_use():
        roles = {"worker 1": worker, "worker 2": worker, "beat": beat}
        with herd(task.world(provider, broker=broker_url(valkey), batch=10)) as all_of_it:
            for name, role in roles.items():
                all_of_it.start(name, role)
            longest, done = 0.0, 0
            while done < task.faults:
                victims = list(roles) if chance.random() < 0.3 else [chance.choice(list(roles))]
                for _ in victims:
                    _fall_due(next(shares, []))
                wait_until(progress(rows), seconds=task.patience_s)
                time.sleep(chance.uniform(0, 0.3))
                for name in victims:
                    all_of_it.kill(name)
                    done += 1
                for name in victims:
                    all_of_it.start(name, roles[name])
                began = time.monotonic()
                wait_until(progress(rows), seconds=task.patience_s)
                longest = max(longest, time.monotonic() - began)
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
        late = {"back too late": int(longest > BACK_WITHIN_S)}
        return balance(
            "R02 kill workers, beats", keys_of(rows), provider.copies(), seed=task.seed, faults=done, wrong=late
        )


def _shares(rows: list[Reminder], count: int) -> Iterator[list[Reminder]]:
    """The rows in so many equal shares, none of them due before it is asked for."""
    later = timezone.now() + LATER
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=later, next_try_at=later)
    return iter(rows[number::count] for number in range(count))


def _fall_due(rows: list[Reminder]) -> None:
    now = database_now()
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now, next_try_at=now)


def lose_the_broker(task: Task) -> Ledger:
    """R03: the broker is away at first, then stops, forgets all or has no memory left; sweeps go on without it."""
    chance, valkey = task.chance, Valkey(task.place / "valkey-r03")
    rows = make_due(task.due)
    _spread(rows, seconds=task.faults * 1.2)
    with running("http", task.log("r03"), "--settings", SLOW) as provider, contextlib.ExitStack() as later:
        with herd(task.world(provider, broker=broker_url(valkey))) as all_of_it:
            all_of_it.start("worker", worker)
            waited = not wait_until(progress(rows), seconds=task.patience_s)
            later.enter_context(valkey.in_use())
            # What a worker does that loses its broker is seen only of one that has found it.
            wait_until(lambda: _is_joined(valkey), seconds=task.patience_s)
            all_of_it.start("beat", beat)
            kinds = chance.sample(HARMS, len(HARMS))
            for number in range(task.faults):
                _harm(valkey, kinds[number % len(kinds)], chance)
                time.sleep(chance.uniform(0.2, 1.2))
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
            wrong = {"waited for the broker": int(waited), "ended with it": all_of_it.ended()}
        copies, name = provider.copies(), "R03 the broker is lost"
        return balance(name, keys_of(rows), copies, seed=task.seed, faults=task.faults, wrong=wrong)


def _spread(rows: list[Reminder], *, seconds: float) -> None:
    """Rows fall due one after the other while faults go on."""
    for number, row in enumerate(rows):
        row.due_at = row.next_try_at = row.due_at + dt.timedelta(seconds=seconds * number / len(rows))
    Reminder.objects.bulk_update(rows, ["due_at", "next_try_at"], batch_size=1000)


def broker_url(valkey: Valkey) -> str:
    return valkey.url.replace("unix://", "redis+socket://", 1)


def _is_joined(valkey: Valkey) -> bool:
    """Whether anybody but this look is connected."""
    with contextlib.closing(redis.Redis.from_url(valkey.url)) as line:
        return len(line.client_list()) > 1


def _harm(valkey: Valkey, kind: str, chance: random.Random) -> None:
    if kind in ("killed and empty", "away"):
        kill_broker(valkey)
        time.sleep(chance.uniform(0.5, 1.5) if kind == "away" else 0)
        valkey.start()
        return
    with contextlib.closing(redis.Redis.from_url(valkey.url)) as line, contextlib.suppress(redis.RedisError):
        if kind == "emptied":
            line.flushall()
            return
        line.config_set("maxmemory-policy", "noeviction")
        line.config_set("maxmemory", "1mb")
        if kind == "no memory, lines cut":
            # Whoever comes back finds it up, and refused what it begins with.
            line.client_kill_filter(_type="normal", skipme=True)
            line.client_kill_filter(_type="pubsub", skipme=True)
        time.sleep(chance.uniform(0.3, 1))
        line.config_set("maxmemory", "0")


def go_by_wrong_clocks(task: Task) -> Ledger:
    """R07: senders and beats two hours ahead and behind, set anew again and again; nothing leaves early or twice."""
    rows, chance = make_due(task.due), task.chance
    later = rows[: len(rows) // 5]
    soon = dt.timedelta(minutes=30)
    Reminder.objects.filter(pk__in=[row.pk for row in later]).update(
        due_at=rows[0].due_at + soon, next_try_at=rows[0].due_at + soon
    )
    with running("http", task.log("r07"), "--settings", SLOW) as provider:
        with herd(task.world(provider, batch=5)) as all_of_it:
            skews = [AHEAD, -AHEAD, dt.timedelta()]
            for number, ahead in enumerate(skews):
                all_of_it.start(f"sender {number}", sender, "sms", ahead)
            for step in range(task.faults):
                number = step % len(skews)
                time.sleep(chance.uniform(0.1, 0.3))
                all_of_it.end(f"sender {number}")
                all_of_it.start(f"sender {number}", sender, "sms", chance.choice([AHEAD, -AHEAD]))
            wait_until(lambda: open_of(rows) <= len(later), seconds=task.patience_s)
            # Long enough for one who goes by the wrong clock to take what is not due, on a machine with other work.
            wait_until(lambda: open_of(later) < len(later), seconds=3)
        copies = provider.copies()
    early = sum(copies[str(row.idem_key)] for row in later)
    not_due = Reminder.objects.open().filter(pk__in=[row.pk for row in later])
    not_due.update(state=ReminderState.CANCELLED, closed_at=Now(), lease_token=None, lease_until=None)
    wrong = {"sent too early": early}
    return balance("R07 wrong clocks", keys_of(rows), copies, seed=task.seed, faults=task.faults, wrong=wrong)


def deploy(task: Task) -> Ledger:
    """R12: senders are asked to end and new ones take over, again and again; each ends in time and loses nothing.

    Before each of them rows fall due, so that it finds sending to break off however fast the machine is.
    """
    rows, chance = make_due(task.due), task.chance
    shares = _shares(rows, task.faults)
    longest, done = 0.0, 0
    with running("http", task.log("r12"), "--settings", '{"delay_s": 0.1, "keeps_keys": false}') as provider:
        with herd(task.world(provider, batch=20)) as all_of_it:
            for name in ("old", "other"):
                all_of_it.start(name, sender, "sms")
            while done < task.faults:
                _fall_due(next(shares))
                wait_until(progress(rows), seconds=task.patience_s)
                time.sleep(chance.uniform(0, 0.3))
                name = ("old", "other")[done % 2]
                longest = max(longest, _replace(all_of_it, name))
                done += 1
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
        wrong = {"ended too late": int(longest > DRAINED_WITHIN_S)}
        return balance("R12 deploys", keys_of(rows), provider.copies(), seed=task.seed, faults=done, wrong=wrong)


def _replace(all_of_it: Herd, name: str) -> float:
    took = all_of_it.end(name)
    all_of_it.start(name, sender, "sms")
    return took
