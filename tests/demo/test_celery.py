"""The worker looks by itself, whatever becomes of the broker; beat only asks for what exists."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Task

from medmgmt.celery import (
    CHANNELS,
    HOLD_WAITING,
    LOOK_FOR_LEAVERS,
    PLAN_CHECKINS,
    PLAN_REMINDERS,
    RAISE_SCALE_ALERTS,
    SEND_DUE,
    TELL_ON_CALL,
    WATCH_QUEUE,
    Sweep,
    SweepStep,
    app,
)
from medmgmt.embedded_services.valkey import Valkey

PROJECT = Path(__file__).resolve().parents[2]

# A worker whose tasks write a line each time they run, so that a test can count who asked.
WORKER = """
import os
from medmgmt import celery as machinery
app = machinery.app
app.conf.update(broker_url=os.environ["BROKER"])
app.loader.import_default_modules()
machinery.Sweep.__init__.__kwdefaults__["every_s"] = 1
def note(channel="", asked=False):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(("asked" if asked else "swept") + "\\n")
for name in (*machinery.SWEPT, machinery.SEND_DUE):
    app.tasks[name].run = note
app.worker_main(["worker", "--concurrency", "1", "--loglevel", "WARNING"])
"""

BEGINS = """
import sys, django
from celery import signals
django.setup()
from medmgmt import celery
print("clinic.checkins.views" in sys.modules)
signals.worker_init.send(sender=None)
print("clinic.checkins.views" in sys.modules)
"""


class Recorder:
    """A task that counts, and fails when told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.name = "recorder"
        self.calls = 0
        self.called = threading.Event()
        self.failure = failure

    def __call__(self) -> None:
        self.calls += 1
        self.called.set()
        if self.failure is not None:
            raise self.failure


def sweep_of(*tasks: Any) -> Sweep:
    return Sweep(list(tasks), every_s=0.01)


def test_a_failing_look_does_not_stop_the_sweep(caplog: pytest.LogCaptureFixture) -> None:
    broken, whole = Recorder(RuntimeError("the database is away")), Recorder()
    sweep = sweep_of(broken, whole)
    sweep.look()
    sweep.look()
    assert (broken.calls, whole.calls) == (2, 2)
    assert "the sweep of recorder failed" in caplog.text


def test_a_look_plans_before_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Sweep] = []
    monkeypatch.setattr(Sweep, "start", lambda sweep: begun.append(sweep))
    app.loader.import_default_modules()
    step = SweepStep(None)
    step.start(None)
    step.stop(None)
    assert [sweep.looks[-1].args for sweep in begun] == [("email",), ("sms",)]
    assert [look.name for look in begun[1].looks] == [SEND_DUE]
    assert [look.name for look in begun[0].looks] == [
        HOLD_WAITING,
        PLAN_CHECKINS,
        PLAN_REMINDERS,
        LOOK_FOR_LEAVERS,
        RAISE_SCALE_ALERTS,
        TELL_ON_CALL,
        WATCH_QUEUE,
        SEND_DUE,
    ]


def test_a_sweep_leaves_a_sign_after_each_look_and_none_while_it_hangs(tmp_path: Path) -> None:
    sign, seen = tmp_path / "sweep-email", list[bool]()

    def look() -> None:
        seen.append(sign.exists())
        raise RuntimeError

    look.name = "look"  # type: ignore[attr-defined] - as a task has
    Sweep([look], sign=sign).look()  # type: ignore[list-item] - as a task is called
    assert (seen, sign.exists()) == ([False], True)


def test_each_sweep_has_its_sign_where_a_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun: list[Sweep] = []
    monkeypatch.setattr(Sweep, "start", lambda sweep: begun.append(sweep))
    monkeypatch.setenv("SWEEP_SIGNS", str(tmp_path))
    app.loader.import_default_modules()
    SweepStep(None).start(None)
    assert [sweep.sign for sweep in begun] == [tmp_path / "sweep-email", tmp_path / "sweep-sms"]


def test_every_channel_has_its_tick_and_its_sweep() -> None:
    from clinic.messaging.models import Channel

    assert list(CHANNELS) == Channel.values


def test_the_sweep_runs_until_it_is_ended() -> None:
    task = Recorder()
    sweep = sweep_of(task)
    sweep.start()
    assert task.called.wait(10)
    sweep.ended.set()
    sweep.join(10)
    assert not sweep.is_alive()


def test_the_settings_keep_the_promises_of_the_queue() -> None:
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.task_ignore_result
    # A claimed row's lease (120 s) outlives the longest task.
    assert conf.task_time_limit < 120
    # What sweeps must not end with its broker: away for however long, or up and refusing.
    assert conf.broker_connection_max_retries is None
    assert conf.broker_channel_error_retry


def test_beat_asks_only_for_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    asked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert asked <= set(app.tasks)


@pytest.mark.django_db
def test_ended_sessions_are_forgotten() -> None:
    from datetime import UTC, datetime

    from django.contrib.sessions.models import Session

    Session.objects.create(session_key="old", session_data="", expire_date=datetime(2020, 1, 1, tzinfo=UTC))
    clear: Task[Any, Any] = app.tasks["medmgmt.celery.clear_sessions"]
    clear()
    assert not Session.objects.filter(session_key="old").exists()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "valkey")
    with server.in_use():
        yield server


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def worker(broker: Valkey, notes: Path) -> Iterator[subprocess.Popen[bytes]]:
    url = broker.url.replace("unix://", "redis+socket://", 1)
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=PROJECT,
        env={**os.environ, "BROKER": url, "NOTES": str(notes), "DEPLOYMENT": "test"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(is_so: Callable[[], bool], *, within_s: float = 60) -> bool:
    patience = time.monotonic() + within_s
    while time.monotonic() < patience:
        if is_so():
            return True
        threading.Event().wait(0.1)
    return False


def count(notes: Path, word: str) -> int:
    return notes.read_text().split().count(word)


def ask(broker: Valkey) -> None:
    from celery import Celery

    url = broker.url.replace("unix://", "redis+socket://", 1)
    with Celery("asker", broker=url) as asker:
        asker.send_task("clinic.messaging.tasks.send_due", kwargs={"asked": True}, ignore_result=True)


@pytest.mark.faults
def test_the_worker_sweeps_without_a_broker_and_listens_again_to_an_empty_one(
    broker: Valkey, worker: subprocess.Popen[bytes], notes: Path
) -> None:
    ask(broker)
    assert until(lambda: count(notes, "asked") == 1)
    broker.forget()
    swept = count(notes, "swept")
    assert until(lambda: count(notes, "swept") >= swept + 4)
    broker.folder.mkdir()
    broker.ensure()
    ask(broker)
    assert until(lambda: count(notes, "asked") == 2)
    assert worker.poll() is None


def test_a_worker_knows_the_addresses_of_links_before_it_forks() -> None:
    seen = subprocess.run([sys.executable, "-c", BEGINS], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["False", "True"]
