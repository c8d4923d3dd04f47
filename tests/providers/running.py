"""Providers as processes of their own, on this machine alone."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A provider that runs: where, and the log of what it took."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def copies(self) -> Counter[str]:
        """How often it delivered each key."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter(line.split()[1] for line in lines)

    def told_at(self) -> dict[str, float]:
        """When it delivered each key last."""
        return {key: float(at) for at, key in (line.split() for line in self.log.read_text().splitlines())}

    def control(self, **words: Any) -> None:
        """Change how an HTTP provider behaves."""
        asked = urllib.request.Request(f"{self.url}/control", json.dumps(words).encode())  # noqa: S310 - our own
        urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310 - our own


@contextlib.contextmanager
def running(kind: str, log: Path, *more: str, port: int = 0) -> Iterator[Running]:
    """A provider of a kind (`http`, `smtp`) until the block ends."""
    port = port or free_port()
    command = [sys.executable, "-m", f"tests.providers.{kind}", "--port", str(port)]
    process = subprocess.Popen([*command, "--log", str(log), *more], cwd=PROJECT)
    try:
        wait_until_up(process, port)
        yield Running(port, log, process)
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    patience = time.monotonic() + 30
    while time.monotonic() < patience and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The provider did not start.")
