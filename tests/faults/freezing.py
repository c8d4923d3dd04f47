"""R06: senders that hang. Their leases end, others take over, and then they wake up and go on where they stood."""

import time

from clinic.messaging.models import Channel, Reminder, ReminderState
from tests.factories.messaging import make_many_due
from tests.faults.herd import FRESH_S, LEASE_S, Herd, herd, sender
from tests.faults.ledger import Ledger, balance
from tests.faults.scenario import Task, keys_of, make_due, open_of, progress, put_away, wait_until
from tests.providers.running import running

NAMES = ("one", "other", "third", "last")


def freeze_texts(task: Task) -> Ledger:
    """Text messages by a gateway that keeps keys: who wakes up sends nothing twice, whatever it was about to do."""
    rows = make_due(task.due)
    with running("http", task.log("r06"), "--settings", '{"delay_s": 0.2}') as provider:
        with herd(task.world(provider, batch=20)) as all_of_it:
            done = _freeze(all_of_it, Channel.SMS, rows, task)
        wrong = {"marked wrongly": _marked_wrongly(rows)}
        return balance(
            "R06 hang, keeps keys", keys_of(rows), provider.copies(), seed=task.seed, faults=done, wrong=wrong
        )


def freeze_letters(task: Task) -> Ledger:
    """Letters by a mail server that can never be asked: at most the one that was just being handed over goes twice."""
    put_away()
    rows = make_many_due(task.due, channel=Channel.EMAIL)
    with running("smtp", task.log("r06-mail"), "--delay", "0.04") as provider:
        with herd(task.world(provider, batch=20, mail=True)) as all_of_it:
            done = _freeze(all_of_it, Channel.EMAIL, rows, task)
        copies, wrong = provider.copies(), {"marked wrongly": _marked_wrongly(rows)}
        return balance(
            "R06 hang, neither", keys_of(rows), copies, seed=task.seed, faults=done, allowed=done, wrong=wrong
        )


def _freeze(all_of_it: Herd, channel: Channel, rows: list[Reminder], task: Task) -> int:
    """Three of four hang until their leases are over, again and again, until enough have hung or nothing is open."""
    chance, done = task.chance, 0
    for name in NAMES:
        all_of_it.start(name, sender, channel)
    while done < task.faults and open_of(rows):
        wait_until(progress(rows), seconds=task.patience_s)
        victims = chance.sample(NAMES, len(NAMES) - 1)
        for name in victims:
            time.sleep(chance.uniform(0, 0.1))
            all_of_it.freeze(name)
        time.sleep(LEASE_S + FRESH_S)
        for name in victims:
            all_of_it.thaw(name)
        done += len(victims)
    wait_until(lambda: not open_of(rows), seconds=task.patience_s)
    return done


def _marked_wrongly(rows: list[Reminder]) -> int:
    """Rows that ended as anything but accepted: every one of these may be delivered."""
    return Reminder.objects.filter(pk__in=[row.pk for row in rows]).exclude(state=ReminderState.ACCEPTED).count()
