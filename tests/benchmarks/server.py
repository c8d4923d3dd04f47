"""The real server on a database of its own: gunicorn with two sync workers, as in production.

The deployment is `demo` because production refuses the embedded, trust-authenticated database. What costs time is
as in production: DEBUG off, templates cached, hashed and compressed static files, connections kept, commits durable.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

PROJECT = Path(__file__).resolve().parents[2]
START_S = 60


def set_environment(place: Path) -> None:
    """What this process and every server inherit; before any setting is read."""
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "SECRET_KEY"):
        os.environ.pop(name, None)
    os.environ |= {
        "DEPLOYMENT": "demo",
        "DJANGO_SETTINGS_MODULE": "medmgmt.settings",
        "DATA_DIR": str(place),
        "STATIC_ROOT": str(place / "static"),
        "LOG_LEVEL": "WARNING",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database: str, host: Path, bare: Path) -> Iterator[tuple[int, psutil.Process]]:
    """A server on one database until the block ends: its port and its process."""
    port = free_port()
    address = f"postgres://clinic@/{database}?host={quote(str(host), safe='')}"
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks.wsgi:application", "--workers", "2"]
    command += ["--worker-class", "sync", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": address, "BARE_PAGES": str(bare), "CONN_MAX_AGE": "36000"},
        start_new_session=True,
    )
    try:
        wait_until_up(process, port)
        yield port, psutil.Process(process.pid)
    finally:
        stop(process)


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    patience = time.monotonic() + START_S
    while time.monotonic() < patience and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and its workers, whatever state they are in."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        process.wait()
