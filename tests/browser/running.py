"""The clinic's own processes on a database and a broker of their own, as `script/demo` runs them."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from medmgmt.demo import processes
from medmgmt.demo.prepare import collect_static
from medmgmt.embedded_services.valkey import Valkey
from tests.database import PROJECT, Copies
from tests.factories.messaging import daytime_zone

STATIC = PROJECT / ".data" / "test" / "static"
START_S = 40


class RunningClinic:
    """Web, worker and beat of one database. It is noon there, so that nothing depends on the hour of the run."""

    def __init__(self, copies: Copies, folder: Path) -> None:
        self.copies = copies
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.valkey = Valkey(folder / "valkey")
        self.zone = daytime_zone()
        self.running: list[subprocess.Popen[bytes]] = []

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    def start(self, *parts: str) -> None:
        """Start the named parts of the demo, and wait until the pages answer."""
        self.valkey.start()
        self._run(*parts)

    def _run(self, *parts: str) -> None:
        commands = processes.commands(port=self.port, data=self.folder)
        environment = {**os.environ, **self.environment()}
        with self.log.open("a") as log:
            for part in parts:
                self.running.append(
                    subprocess.Popen(
                        commands[part],
                        cwd=PROJECT,
                        env=environment,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        self.wait_until_open()

    def crash(self) -> None:
        """Every process dies at once, as by `kill -9`."""
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def start_again(self, *parts: str) -> None:
        """After a crash: the same database and the same broker."""
        self._run(*parts)

    def environment(self) -> dict[str, str]:
        words = connection.get_connection_params()
        where = quote(str(words.get("host", "")), safe="")
        who = f"{words['user']}:{words['password']}" if words.get("password") else words["user"]
        port = f":{words['port']}" if words.get("port") else ""
        return {
            "DEPLOYMENT": "demo",
            "DJANGO_SETTINGS_MODULE": "medmgmt.settings",
            "DATABASE_URL": f"postgres://{who}@{port}/{self.copies.name}?host={where}",
            "REDIS_URL": self.valkey.url,
            "DATA_DIR": str(self.folder),
            "SITE_URL": self.url,
            "STATIC_ROOT": str(STATIC),
            "CLINIC_TIME_ZONE": self.zone,
            "LOG_LEVEL": "WARNING",
        }

    def wait_until_open(self) -> None:
        patience = time.monotonic() + START_S
        while time.monotonic() < patience:
            with contextlib.suppress(URLError, ConnectionError), urllib.request.urlopen(f"{self.url}/readyz"):  # noqa: S310
                return
            time.sleep(0.1)
        pytest.fail(f"The clinic did not open:\n{self.log.read_text()}")

    def stop(self) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.valkey.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def collect_files() -> None:
    """The pages' files as the demo serves them; kept between runs, made by whoever comes first."""
    STATIC.parent.mkdir(parents=True, exist_ok=True)
    with (STATIC.parent / "static.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        patch = pytest.MonkeyPatch()
        patch.setenv("DEPLOYMENT", "demo")
        patch.setenv("STATIC_ROOT", str(STATIC))
        collect_in_the_demos_settings()
        patch.undo()


def collect_in_the_demos_settings() -> None:
    from django.test import override_settings

    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    backends = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": storage},
    }
    with override_settings(STORAGES=backends, STATIC_ROOT=STATIC):
        collect_static()


@contextlib.contextmanager
def working_on(copies: Copies) -> Iterator[None]:
    """The test's own queries go to the running clinic's database meanwhile."""
    before = connection.settings_dict["NAME"]
    copies.use(copies.name)
    try:
        yield
    finally:
        copies.use(before)
