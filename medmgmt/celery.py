"""Celery: the app, what beat asks for and when, and the sweep by which a worker looks without being asked.

Celery only says "go and look"; what is due stands in Postgres. Two beats, a lost tick or no broker at all
change nothing but the minute in which a worker looks.
"""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celery import Celery, Signature, bootsteps, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")

SEND_DUE = "clinic.messaging.tasks.send_due"
PLAN_CHECKINS = "clinic.checkins.tasks.plan_checkins"
PLAN_REMINDERS = "clinic.scheduling.tasks.plan_reminders"
LOOK_FOR_LEAVERS = "clinic.scheduling.tasks.look_for_leavers"
WATCH_QUEUE = "clinic.messaging.tasks.watch_queue"
LOOK_AT_SUPPLY = "clinic.titration.tasks.look_at_supply"
LOOK_AT_DUE = "clinic.monitoring.tasks.look_at_due"
PLAN_TESTS = "clinic.monitoring.tasks.plan_reminders"
RAISE_SCALE_ALERTS = "clinic.checkins.tasks.raise_scale_alerts"
TELL_ON_CALL = "clinic.risk.tasks.tell_on_call"
HOLD_WAITING = "clinic.titration.tasks.hold_waiting"
CLEAR_SESSIONS = "medmgmt.celery.clear_sessions"
# Planned first: what a look finds due today leaves in the same look, not in the next.
SWEPT = (HOLD_WAITING, PLAN_CHECKINS, PLAN_REMINDERS, LOOK_FOR_LEAVERS, RAISE_SCALE_ALERTS, TELL_ON_CALL, WATCH_QUEUE)
CHANNELS = ("email", "sms")
SWEEP_EVERY_S = 15
PLAN_EVERY_S = 300
SUPPLY_EVERY_S = 3600
TELL_EVERY_S = 60

log = logging.getLogger(__name__)

app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # A tick that nobody took in time is worth nothing: the next one asks the same.
    **{
        f"send what is due by {channel}": {
            "task": SEND_DUE,
            "args": [channel],
            "schedule": SWEEP_EVERY_S,
            "options": {"expires": SWEEP_EVERY_S},
        }
        for channel in CHANNELS
    },
    "plan check-ins": {"task": PLAN_CHECKINS, "schedule": PLAN_EVERY_S, "options": {"expires": PLAN_EVERY_S}},
    "plan reminders": {"task": PLAN_REMINDERS, "schedule": PLAN_EVERY_S, "options": {"expires": PLAN_EVERY_S}},
    "look for leavers": {
        "task": LOOK_FOR_LEAVERS,
        "schedule": TELL_EVERY_S,
        "options": {"expires": TELL_EVERY_S},
    },
    "watch the queue": {"task": WATCH_QUEUE, "schedule": SWEEP_EVERY_S, "options": {"expires": SWEEP_EVERY_S}},
    "look at supply": {"task": LOOK_AT_SUPPLY, "schedule": SUPPLY_EVERY_S, "options": {"expires": SUPPLY_EVERY_S}},
    "look at what is due": {"task": LOOK_AT_DUE, "schedule": SUPPLY_EVERY_S, "options": {"expires": SUPPLY_EVERY_S}},
    "plan reminders of tests": {
        "task": PLAN_TESTS,
        "schedule": SUPPLY_EVERY_S,
        "options": {"expires": SUPPLY_EVERY_S},
    },
    "hold steps that wait": {"task": HOLD_WAITING, "schedule": PLAN_EVERY_S, "options": {"expires": PLAN_EVERY_S}},
    "raise alerts of scales": {
        "task": RAISE_SCALE_ALERTS,
        "schedule": TELL_EVERY_S,
        "options": {"expires": TELL_EVERY_S},
    },
    "tell who is on call": {"task": TELL_ON_CALL, "schedule": TELL_EVERY_S, "options": {"expires": TELL_EVERY_S}},
    "forget ended sessions": {"task": CLEAR_SESSIONS, "schedule": crontab(hour="3", minute="20")},
}


@signals.setup_logging.connect
def keep_our_logs(**_: object) -> None:
    """Celery's own lines would hold an exception's words; that somebody listens here keeps ours in place."""


@signals.worker_init.connect
def know_addresses(**_: object) -> None:
    """Read the addresses of all pages before the worker forks: its first message would wait for that in a transaction,
    in each of its processes."""
    from django.urls import get_resolver

    get_resolver().reverse_dict  # noqa: B018 - read to be filled


@app.task(name=CLEAR_SESSIONS)
def clear_sessions() -> None:
    """Remove the rows of sessions that ended."""
    from django.core.management import call_command

    call_command("clearsessions")


def swept() -> list[list[Signature[Any]]]:
    """What each sweep looks for: a channel has one of its own, so that a gateway that hangs delays no other."""
    found = [app.tasks[name].s() for name in SWEPT]
    email, *others = [app.tasks[SEND_DUE].s(channel) for channel in CHANNELS]
    return [[*found, email], *[[other] for other in others]]


class Sweep(threading.Thread):
    """Looks for what is due every 15 s, broker or no broker: a dead broker delays no message for long."""

    def __init__(
        self, looks: Sequence[Signature[Any]], *, every_s: float = SWEEP_EVERY_S, sign: Path | None = None
    ) -> None:
        super().__init__(name="sweep", daemon=True)
        self.looks = looks
        self.every_s = every_s
        self.sign = sign
        self.ended = threading.Event()

    def run(self) -> None:
        """Sweep until the worker ends."""
        while not self.ended.wait(self.every_s):
            self.look()

    def look(self) -> None:
        """Look for each thing; a failure is logged and the next look comes as if nothing had been.

        A sign is left after each look: a supervisor ends a worker whose looks do not end.
        """
        from django.db import connections

        for look in self.looks:
            try:
                look()
            except Exception:
                log.exception("the sweep of %s failed", look.name)
            finally:
                # No connection stays open between looks: the worker forks, and a database may be replaced.
                connections.close_all()
        if self.sign:
            self.sign.touch()


class SweepStep(bootsteps.StartStopStep):
    """Lives with the worker itself, not with its link to the broker, which comes and goes."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.sweeps: list[Sweep] = []

    def start(self, parent: Any) -> None:
        folder = os.environ.get("SWEEP_SIGNS", "")
        signs = [Path(folder, f"sweep-{channel}") if folder else None for channel in CHANNELS]
        self.sweeps = [Sweep(looks, sign=sign) for looks, sign in zip(swept(), signs, strict=True)]
        for sweep in self.sweeps:
            sweep.start()

    def stop(self, parent: Any) -> None:
        for sweep in self.sweeps:
            sweep.ended.set()

    terminate = stop


app.steps["worker"].add(SweepStep)
