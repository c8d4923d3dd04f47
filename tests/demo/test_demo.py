"""The demo as a person runs it: opens, refuses in one line, ends without a trace, recovers from kill -9."""

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from clinic.staff.models import User
from clinic.staff.roles import Role
from medmgmt import embedded
from medmgmt.demo import __main__ as demo
from medmgmt.demo import prepare, processes
from medmgmt.embedded_services.postgres import Postgres
from medmgmt.embedded_services.service import Service
from medmgmt.embedded_services.valkey import Valkey
from tests.browser.chromium import CHROMIUM
from tests.demo import seeded_day

PROJECT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Demo:
    """One `script/demo` in its own place, without the installing."""

    def __init__(self, place: Path, *words: str) -> None:
        self.port = free_port()
        self.place = place
        self.log = place.parent / f"log-{time.monotonic_ns()}"
        hidden = {"DATABASE_URL", "REDIS_URL", "DEPLOYMENT", processes.MARK}
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "medmgmt.demo", "--port", str(self.port), *words],
                cwd=PROJECT,
                env={**environment, "DATA_DIR": str(place)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def is_open(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/livez", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def opens(self) -> bool:
        return until(lambda: self.is_open() or self.process.poll() is not None) and self.is_open()


def until(is_so: Callable[[], bool], *, within_s: float = 480) -> bool:
    patience = time.monotonic() + within_s
    while time.monotonic() < patience:
        if is_so():
            return True
        time.sleep(0.2)
    return False


def alive(place: Path) -> list[psutil.Process]:
    """Whatever runs of a demo's place, its servers included."""
    servers = [process for service in own(place) for process in service._strays(["postgres", "valkey"], at(service))]
    return processes.leftovers(place) + servers


def own(place: Path) -> list[Service]:
    return [Postgres(place / "postgres"), Valkey(place / "valkey")]


def at(service: Service) -> Path:
    return service.data if isinstance(service, Postgres) else service.folder


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    for process in alive(folder):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def workers(place: Path) -> list[psutil.Process]:
    """The worker and its children, which begin when the web has read its code."""
    return [one for one in processes.leftovers(place) if {"celery", "worker"} <= set(one.cmdline())]


def accounts(place: Path) -> int:
    with Postgres(place / "postgres").connect("clinic") as connection:
        row = connection.execute("SELECT count(*) FROM staff_user").fetchone()
    return int(row[0]) if row else 0


@pytest.mark.faults
def test_the_demo_opens_survives_kill_9_and_ends_without_a_trace(place: Path, request: pytest.FixtureRequest) -> None:
    """One clinic from its first start to its end: only the first start makes everybody's year, which takes long."""
    first = Demo(place)
    assert first.opens(), first.said()
    # Without a browser script/test says so, and what follows is tried all the same.
    if Path(CHROMIUM).exists() or os.environ.get("CI") == "true":
        seeded_day.walk(request.getfixturevalue("chromium"), f"http://127.0.0.1:{first.port}")
    before = accounts(place)
    assert f"The clinic is open at http://127.0.0.1:{first.port}/" in first.said()

    # A second one in the same place is refused in one line.
    second = Demo(place)
    assert second.process.wait(60) == 1
    assert second.said().strip() == f"The demo already runs here (process {first.process.pid}): stop it first."

    # The parent alone is killed: its children are cleared by the next start.
    first.process.kill()
    first.process.wait()
    again = Demo(place)
    assert again.opens(), again.said()
    assert accounts(place) == before

    # Everything is killed at once.
    for process in [*alive(place), psutil.Process(again.process.pid)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    again.process.wait()
    third = Demo(place)
    assert third.opens(), third.said()

    # A part that is killed ends the others.
    assert until(lambda: workers(place) != [])
    workers(place)[0].kill()
    assert third.process.wait(60) != 0
    assert alive(place) == []
    last = Demo(place)
    assert last.opens(), last.said()
    assert accounts(place) == before

    # A killed server is brought back while the demo runs.
    for service in own(place):
        for process in service._strays(["postgres", "valkey"], at(service)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    assert until(lambda: all(service._is_up() for service in own(place)))  # type: ignore[attr-defined]

    last.process.send_signal(signal.SIGHUP)
    assert last.process.wait(60) == 0, last.said()
    assert alive(place) == []
    assert not (place / "demo.json").exists()


def test_a_taken_port_is_refused_in_one_line(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        clinic = Demo(place, "--port", str(port))
        assert clinic.process.wait(60) == 1
    assert clinic.said().strip() == (f"Port {port} is taken by another program or not allowed: choose one with --port.")
    assert alive(place) == []


def test_charts_that_are_not_there_are_refused(place: Path) -> None:
    clinic = Demo(place, "--fhir", "/no/such/charts")
    assert clinic.process.wait(60) == 2
    assert "there is nothing at /no/such/charts" in clinic.said()


def test_resetting_leaves_a_database_of_ones_own_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://else.where/x")
    with pytest.raises(demo.DemoRefused, match="DATABASE_URL is set"):
        demo.reset()


def test_resetting_forgets_everything(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(embedded, "DATA", place)
    (place / "static").mkdir(parents=True)
    (place / "beat-schedule").touch()
    with embedded.valkey().in_use():
        pass
    demo.reset()
    assert list(place.iterdir()) == []


def failed_by(cause: BaseException) -> Exception:
    error = RuntimeError("the page could not be made")
    error.__cause__ = cause
    return error


class NoRoomLeftError(Exception):
    sqlstate = "53100"


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (failed_by(NoRoomLeftError()), True),
        (failed_by(OSError(errno.EACCES, "Permission denied")), False),
        (ValueError("else"), False),
    ],
)
def test_a_full_disk_is_known_whoever_met_it(error: Exception, is_full: bool) -> None:
    assert demo.is_full_disk(error) is is_full


def test_a_note_of_a_dead_demo_is_not_believed(tmp_path: Path) -> None:
    note = tmp_path / "demo.json"
    assert processes.running_demo(note) is None
    parent = psutil.Process(os.getppid())
    note.write_text(json.dumps({"pid": parent.pid, "since": parent.create_time()}))
    assert processes.running_demo(note) == parent.pid
    note.write_text(json.dumps({"pid": parent.pid, "since": parent.create_time() - 60}))
    assert processes.running_demo(note) is None
    note.write_text("half a no")
    assert processes.running_demo(note) is None


def test_a_leftover_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 0.5)
    stubborn = "import signal, sys; signal.signal(15, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-c", stubborn],
        env={**os.environ, processes.MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = processes.leftovers(tmp_path)
        assert [process.pid for process in found] == [child.pid]
        processes.end(found)
    assert processes.leftovers(tmp_path) == []


def test_static_files_are_collected_again_when_one_changes(tmp_path: Path) -> None:
    lock, folder = tmp_path / "uv.lock", tmp_path / "static"
    lock.write_text("packages")
    folder.mkdir()
    (folder / "a.css").write_text("a")
    before = prepare.fingerprint([folder], lock)
    assert prepare.fingerprint([folder], lock) == before
    (folder / "a.css").write_text("ab")
    assert prepare.fingerprint([folder], lock) != before


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process as the demo of an empty place, up to where pages would be served."""
    monkeypatch.setattr(embedded, "DATA", place)
    for name in ("STATIC_ROOT", "SITE_URL", "LOG_LEVEL", "PYTHONUNBUFFERED", "DEPLOYMENT"):
        monkeypatch.setenv(name, os.environ.get(name, "of-this-test"))
    monkeypatch.setenv(processes.MARK, str(place))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(signal, "signal", lambda *words: None)
    monkeypatch.setattr(demo, "prepare_and_greet", lambda options: None)
    monkeypatch.setattr(sys, "argv", ["demo", "--port", str(free_port()), "--reset"])
    return place


def test_services_are_up_while_the_clinic_is_open_and_down_after(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*, port: int, data: Path) -> int:
        assert all(service._is_up() for service in own(data))  # type: ignore[attr-defined]
        assert processes.running_demo(data / "demo.json") is None
        assert (data / "demo.json").exists()
        return 0

    monkeypatch.setattr(processes, "run", serve)
    assert demo.main() == 0
    assert [process for process in alive(here) if process.name() in ("postgres", "valkey-server")] == []
    assert not (here / "demo.json").exists()


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (KeyboardInterrupt(), 0, ""),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "is full: make room and start again."),
        (demo.DemoRefused("Said in one line."), 1, "Said in one line."),
    ],
)
def test_an_end_is_told_in_one_line_or_none(
    failure: BaseException,
    code: int,
    said: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(options: object) -> int:
        raise failure

    monkeypatch.setattr(demo, "serve", fail)
    assert demo.main() == code
    told = capsys.readouterr().err.strip()
    assert told.endswith(said)
    assert "\n" not in told


def test_a_fault_of_ours_is_not_hidden(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(options: object) -> int:
        raise ValueError("a fault")

    monkeypatch.setattr(demo, "serve", fail)
    with pytest.raises(ValueError, match="a fault"):
        demo.main()


def test_being_asked_to_leave_is_like_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt):
        demo.leave(signal.SIGTERM, None)


class Called:
    """Stands for Django's commands: notes which were called, and refuses when told to."""

    def __init__(self, refuses: str = "") -> None:
        self.names: list[str] = []
        self.refuses = refuses

    def __call__(self, name: str, *words: object, **more: object) -> None:
        self.names.append(name)
        if name == self.refuses:
            raise SystemExit(1)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Called:
    called = Called()
    settings.STATIC_ROOT = str(tmp_path / "static")
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(prepare, "call_command", called)
    return called


@pytest.mark.django_db
def test_an_empty_place_is_seeded_and_gets_its_charts_and_files(commands: Called, tmp_path: Path) -> None:
    prepare.prepare(charts=tmp_path)
    assert commands.names == ["load_formulary", "seed_demo", "import_fhir", "collectstatic"]
    commands.names.clear()
    prepare.prepare(charts=None)
    assert "collectstatic" not in commands.names


@pytest.mark.django_db
def test_a_refused_chart_does_not_keep_the_clinic_closed(
    commands: Called, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.refuses = "import_fhir"
    prepare.prepare(charts=tmp_path)
    assert "Not every chart went in" in capsys.readouterr().out
    assert commands.names[-1] == "collectstatic"


@pytest.mark.django_db
def test_a_clinic_with_staff_is_not_seeded_again(commands: Called) -> None:
    User.objects.create_user(
        email="ruth@clinic.example",
        password="x",
        full_name="Ruth Example",
        roles=[Role.PRESCRIBER],
        is_demo=True,
    )
    prepare.prepare(charts=None)
    assert "seed_demo" not in commands.names
    assert "ruth@clinic.example" in prepare.welcome(port=8000)
