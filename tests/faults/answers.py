"""R05, R09, R11 and R13: what providers, clients and rows do to a sender."""

import datetime as dt
import time
from collections import Counter
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from clinic.clients.models import Client, ClientStatus, ContactPoint
from clinic.messaging import services
from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState, ReportedState
from tests.factories.messaging import KIND
from tests.faults.herd import herd, sender
from tests.faults.ledger import Ledger, balance
from tests.faults.scenario import Task, keys_of, make_due, open_of, wait_until
from tests.providers.running import running

A_DAY = dt.timedelta(hours=24)
MODES = ("500", "503", "429", "reset", "drop", "unreadable", "twice", "slow")


def misbehave(task: Task) -> Ledger:
    """R05: the provider fails in every way it can, mode after mode, and e-mail does not wait for it."""
    rows, chance = make_due(task.due), task.chance
    refused = ContactPoint.objects.filter(client__in=[row.client_id for row in rows[: max(1, task.due // 50)]])
    with running("http", task.log("r05"), "--seed", str(task.seed)) as provider:
        provider.control(slow_s=1.5, delay_s=0.01, refuses=list(refused.values_list("value", flat=True)))
        with herd(task.world(provider)) as all_of_it:
            for name in ("one", "other"):
                all_of_it.start(name, sender, "sms")
            done = 0
            while done < task.faults and open_of(rows):
                provider.control(faults={MODES[done % len(MODES)]: chance.uniform(0.3, 1)})
                time.sleep(chance.uniform(0.2, 0.5))
                done += 1
            provider.control(faults={})
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
        return balance("R05 a bad provider", keys_of(rows), provider.copies(), seed=task.seed, faults=done)


def take_back(task: Task) -> Ledger:
    """R09: cancelled, stopped, discharged while senders hold them; what was begun before that is counted apart."""
    rows, chance = make_due(task.due), task.chance
    taken_back: dict[UUID, object] = {}
    # Slow enough that every deed finds rows that are still open.
    with running("http", task.log("r09"), "--settings", '{"delay_s": 0.05}') as provider:
        with herd(task.world(provider, batch=40)) as all_of_it:
            for name in ("one", "other"):
                all_of_it.start(name, sender, "sms")
            for row in chance.sample(rows[len(rows) // 10 :], task.faults):
                _take_back(row, chance.choice(["cancel", "stop", "discharge"]))
                taken_back[row.pk] = _now()
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
        copies = provider.copies()
    began = DeliveryAttempt.objects.filter(reminder__in=taken_back).values_list("reminder", "reminder__idem_key", "at")
    after = sum(copies[str(key)] for pk, key, at in began if at > taken_back[pk])  # type: ignore[operator] - instants
    wrong = {"sent after it was taken back": after}
    return balance("R09 taken back", keys_of(rows), copies, seed=task.seed, faults=task.faults, wrong=wrong)


def _take_back(row: Reminder, how: str) -> None:
    if how == "cancel":
        services.cancel_reminders(about_kind=KIND, about_ids=[row.about_id], because="moved", now=timezone.now())
    elif how == "stop":
        number = ContactPoint.objects.get(client=row.client_id).value
        services.stop_messages(channel=Channel.SMS, address=number, by=None, now=timezone.now())
    else:
        Client.objects.filter(pk=row.client_id).update(status=ClientStatus.DISCHARGED, version=F("version") + 1)


def _now() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def poison(task: Task) -> Ledger:
    """R11: rows that cannot be prepared, and numbers that nobody has; the others leave as if there were none."""
    rows, chance = make_due(task.due), task.chance
    bad = chance.sample(rows, task.faults)
    unknown, nobody = bad[::2], bad[1::2]
    # Long due: what cannot be prepared is given up after a day.
    Reminder.objects.filter(pk__in=[row.pk for row in unknown]).update(
        about_kind="nobody's", due_at=F("due_at") - A_DAY
    )
    numbers = ContactPoint.objects.filter(client__in=[row.client_id for row in nobody])
    with running("http", task.log("r11")) as provider:
        provider.control(refuses=list(numbers.values_list("value", flat=True)))
        with herd(task.world(provider, batch=100)) as all_of_it:
            for name in ("one", "other"):
                all_of_it.start(name, sender, "sms")
            wait_until(lambda: not open_of(rows), seconds=task.patience_s)
        mine = Reminder.objects.filter(pk__in=[row.pk for row in rows])
        ends = dict(mine.filter(pk__in=[row.pk for row in bad]).values_list("pk", "state"))
        wrong = {
            "poison not given up": sum(ends[row.pk] != ReminderState.GAVE_UP for row in unknown),
            "no number not refused": sum(ends[row.pk] != ReminderState.REFUSED for row in nobody),
        }
        return balance(
            "R11 poison, bad numbers", keys_of(rows), provider.copies(), seed=task.seed, faults=len(bad), wrong=wrong
        )


def report(task: Task) -> Ledger:
    """R13: delivery reports twice, late, in any order, even before our own mark; delivered stands in the end."""
    rows, chance = make_due(task.due), task.chance
    for row in rows:
        events = [("mark", ""), ("accepted", "a"), ("failed", "b"), ("delivered", "c"), ("delivered", "d")]
        events += chance.sample(events, 2)
        chance.shuffle(events)
        for event, name in events:
            if event == "mark":
                mine = Reminder.objects.filter(pk=row.pk, state=ReminderState.DUE)
                ended = {"accepted_at": row.due_at, "closed_at": row.due_at}
                mine.update(state=ReminderState.ACCEPTED, provider_ref=f"ref-{row.pk}", **ended)
            else:
                services.take_report(
                    event_id=f"{row.pk}-{name}",
                    reference=f"ref-{row.pk}",
                    state=ReportedState(event),
                    at=row.due_at,
                    now=timezone.now(),
                )
    while services.apply_waiting_reports(now=timezone.now()):
        pass
    mine = Reminder.objects.filter(pk__in=[row.pk for row in rows])
    right = mine.filter(state=ReminderState.ACCEPTED, delivered_at__isnull=False).count()
    copies = {str(row.idem_key): 1 for row in rows}
    wrong = {"not delivered in the end": len(rows) - right}
    return balance(
        "R13 reports in any order", keys_of(rows), Counter(copies), seed=task.seed, faults=len(rows), wrong=wrong
    )
