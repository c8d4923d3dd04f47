"""Real processes on a real broker and a database that really commits."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from medmgmt.embedded_services.valkey import Valkey

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Worker:
    """A worker with two processes that can be killed and started again."""

    environment: dict[str, str]
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "medmgmt", "worker", "--concurrency", "2"]
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [*command, "--loglevel", "WARNING", "--include", "tests.faults.planted"],
                cwd=PROJECT,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)

    def kill(self) -> None:
        """Kill -9 the worker and its children, as a machine that loses its power does."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A broker of this test alone; not started yet."""
    valkey = Valkey(tmp_path_factory.mktemp("valkey"))
    yield valkey
    kill_broker(valkey)


def kill_broker(valkey: Valkey) -> None:
    """Kill -9 the broker and forget all it held."""
    valkey._kill(valkey._strays(["valkey-server"], valkey.folder))
    shutil.rmtree(valkey.folder)
    valkey.folder.mkdir()


@pytest.fixture
def worker(broker: Valkey, database_url: str, tmp_path: Path) -> Iterator[Worker]:
    """A worker on this test's broker and database; not started yet. Leases last 5 s instead of 120."""
    environment = {"DATABASE_URL": database_url, "REDIS_URL": broker.url, "MESSAGE_LEASE_SECONDS": "5"}
    made = Worker(environment, tmp_path / "worker.log")
    yield made
    made.kill()
