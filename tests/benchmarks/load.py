"""Asking a server over raw sockets, and what its processes spent meanwhile."""

import resource
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from tests.benchmarks.measured import Ask, body

CSRF = "a" * 32
TIMEOUT_S = 60


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long."""

    status: int
    body: bytes
    seconds: float


@dataclass
class Asker:
    """One person at a browser: a session, and how often they have asked."""

    port: int
    session: str
    number: int
    ask: Callable[[int, int], Ask]
    asked: int = 0

    def next(self) -> Answer:
        """Ask once more; the server closes the connection after each answer, as it does behind its proxy."""
        wanted = self.ask(self.number, self.asked)
        self.asked += 1
        message = request_of(wanted, self.port, self.session)
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S) as line:
            line.sendall(message)
            parts = []
            while part := line.recv(1 << 18):
                parts.append(part)
        seconds = time.perf_counter() - began
        head, _, content = b"".join(parts).partition(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), content, seconds)
        if answer.status != 200:
            raise RuntimeError(f"{wanted.path} answered {answer.status}: {head[:300]!r}")
        return answer


def request_of(wanted: Ask, port: int, session: str) -> bytes:
    """The bytes of one request."""
    lines = [
        f"{'POST' if wanted.form else 'GET'} {wanted.path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: session={session}; csrf={CSRF}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in wanted.headers.items()),
    ]
    content = body(wanted)
    if content:
        lines += [f"X-CSRFToken: {CSRF}", "Content-Type: application/x-www-form-urlencoded"]
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class Measured:
    """What was seen of one page over all rounds."""

    alone: list[float] = field(default_factory=list)
    together_s: float = 0.0
    together: int = 0
    cpu_s: float = 0.0
    own_cpu_s: float = 0.0
    requests: int = 0
    body: bytes = b""

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_s / self.requests


class Meter:
    """CPU of some process trees, ended children included."""

    def __init__(self, roots: Sequence[psutil.Process]) -> None:
        self.roots = roots

    def seconds(self) -> float:
        total = 0.0
        for root in self.roots:
            spent = root.cpu_times()
            # A child that ended is in its parent's account once the parent has seen to it.
            total += spent.user + spent.system + spent.children_user + spent.children_system
            for child in root.children(recursive=True):
                try:
                    spent = child.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += spent.user + spent.system
        return total


def own_cpu() -> float:
    """What this process has spent: the price of asking."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def run_alone(measured: Measured, asker: Asker, meter: Meter, times: int) -> None:
    """One asker, one request after the other."""
    before, own = meter.seconds(), own_cpu()
    for _ in range(times):
        answer = asker.next()
        measured.alone.append(answer.seconds)
    _count(measured, meter, before, own, times)
    measured.body = answer.body


def run_together(measured: Measured, askers: Sequence[Asker], meter: Meter, times: int) -> None:
    """All askers at once, each `times`."""
    failures: list[BaseException] = []

    def work(asker: Asker) -> None:
        try:
            for _ in range(times):
                asker.next()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=[asker], daemon=True) for asker in askers]
    before, own, began = meter.seconds(), own_cpu(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    measured.together_s += time.perf_counter() - began
    measured.together += times * len(askers)
    _count(measured, meter, before, own, times * len(askers))
    if failures:
        raise failures[0]


def _count(measured: Measured, meter: Meter, before: float, own: float, requests: int) -> None:
    measured.cpu_s += meter.seconds() - before
    measured.own_cpu_s += own_cpu() - own
    measured.requests += requests
