"""Processes of the fault tests that live and die: senders, Celery workers and beats, forked from one that is ready."""

import contextlib
import datetime as dt
import functools
import logging
import multiprocessing
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.preload"])
SWEEP_EVERY_S, TICK_EVERY_S = 1.0, 1.0
WAIT = dt.timedelta(seconds=0.2)
LEASE_S, FRESH_S, TIMEOUT_S = 4, 1.2, 0.8


@dataclass(frozen=True)
class World:
    """Where the processes of a scenario live, and what they are made to believe.

    Waits between tries are a fiftieth of the real ones, a lease lasts 4 s, and a sweep comes every second. `mail_port`
    is where letters go.
    """

    database: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    broker: str = ""
    batch: int = 20
    planted: str = ""
    mail_port: int = 0

    def enter(self, ahead: dt.timedelta) -> None:
        """Make a forked process part of it; `ahead` is how wrong its own clock goes."""
        from django.conf import settings
        from django.db import connections

        from clinic.messaging.gateways import breaker, http
        from clinic.messaging.rules import outcomes
        from clinic.messaging.services import fresh

        # What fails on purpose is not worth a line each.
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        connections["default"].settings_dict.update(self.database)
        for name, value in {"MESSAGE_LEASE_SECONDS": LEASE_S, "MESSAGES_TO_OUTBOX": False, **self.settings}.items():
            setattr(settings, name, value)
        if self.mail_port:
            # The tests' own settings keep letters in memory.
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", self.mail_port
        outcomes.FIRST_WAIT, outcomes.LONGEST_WAIT = WAIT, 5 * WAIT
        breaker.RESTS_FOR, http.TIMEOUT_S = WAIT, TIMEOUT_S
        # What may still be handed over ends before half a lease does, as in production.
        fresh.FRESH_FOR_S = FRESH_S
        if ahead:
            import time_machine

            time_machine.travel(dt.datetime.now(dt.UTC) + ahead).start()
        if self.planted:
            from tests.faults.planting import PLANTED

            PLANTED[self.planted]()


def sender(world: World, channel: str, ahead: dt.timedelta) -> None:
    """Look for what is due without end; asked to end it finishes what it holds."""
    world.enter(ahead)
    from clinic.messaging import services
    from clinic.messaging.models import Channel

    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ended.append(number))
    while not ended:
        if not services.send_due(channel=Channel(channel), limit=world.batch, for_seconds=0):
            time.sleep(0.05)


def worker(world: World, channel: str, ahead: dt.timedelta) -> None:
    """Celery's own worker with its sweep."""
    world.enter(ahead)
    from clinic.messaging import services
    from medmgmt import celery

    services.send_due = functools.partial(services.send_due, limit=world.batch)  # type: ignore[assignment] - small batches
    celery.Sweep.__init__.__kwdefaults__["every_s"] = SWEEP_EVERY_S
    celery.app.conf.broker_url = world.broker
    celery.app.worker_main(["--quiet", "worker", "--pool", "solo", "--loglevel", "CRITICAL", "--without-mingle"])


def beat(world: World, channel: str, ahead: dt.timedelta) -> None:
    """Celery's own beat; it ticks every second."""
    world.enter(ahead)
    from medmgmt import celery

    celery.app.conf.broker_url = world.broker
    celery.app.conf.beat_schedule = {
        f"send by {name}": {"task": celery.SEND_DUE, "args": [name], "schedule": TICK_EVERY_S}
        for name in celery.CHANNELS
    }
    celery.app.Beat(loglevel="CRITICAL", schedule=f"/tmp/beat-{os.getpid()}", quiet=True).run()  # noqa: S108 - of this test


Role = Callable[[World, str, dt.timedelta], None]


class Herd:
    """The processes of one scenario, by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.alive: dict[str, ForkServerProcess] = {}

    def start(self, name: str, role: Role, channel: str = "", ahead: dt.timedelta = dt.timedelta()) -> None:
        process = FORKS.Process(target=role, args=(self.world, channel, ahead), daemon=True)
        process.start()
        self.alive[name] = process

    def kill(self, name: str) -> None:
        """Kill -9, at whatever instant of its work."""
        process = self.alive.pop(name)
        process.kill()
        process.join()

    def freeze(self, name: str) -> None:
        """Stop it where it stands, as a machine that hangs does: it holds what it holds and says nothing."""
        os.kill(self._pid(name), signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on, as if nothing had been."""
        os.kill(self._pid(name), signal.SIGCONT)

    def _pid(self, name: str) -> int:
        pid = self.alive[name].pid
        assert pid
        return pid

    def ended(self) -> int:
        """How many of them ended by themselves, which none ever should."""
        return sum(not process.is_alive() for process in self.alive.values())

    def end(self, name: str) -> float:
        """Ask it to end, as a deploy does; how many seconds that took."""
        process, began = self.alive.pop(name), time.monotonic()
        process.terminate()
        process.join(40)
        took = time.monotonic() - began
        process.kill()
        return took


@contextlib.contextmanager
def herd(world: World) -> Iterator[Herd]:
    """A herd until the block ends; none of it outlives that."""
    made = Herd(world)
    try:
        yield made
    finally:
        for name in list(made.alive):
            made.kill(name)


def this_database() -> dict[str, Any]:
    """The database that this process is connected to, for those of a herd."""
    from django.db import connection

    return {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
