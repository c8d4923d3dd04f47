"""What reminders are held against: the least that could do the same, with nothing read, claimed or marked."""

import os
import secrets
import smtplib
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx

from clinic.messaging.rules import email_text
from tests.benchmarks import server
from tests.providers.running import Running

BARE = 3000
MADE = 1000
NO_OPS = 3000
LINES = 16
NO_OP = """
import os
from celery import Celery
app = Celery("bare", broker=os.environ["BROKER"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_acks_late=True)
@app.task(name="nothing")
def nothing(number):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write("x")
if __name__ == "__main__":
    app.worker_main(["worker", "--concurrency", "2", "--loglevel", "ERROR"])
"""


def one_message(mail: Running) -> float:
    """Plain smtplib on one connection with one message made once: its bytes go out again and again, so many a second.

    No reminder is that: each has an address, a key, a date and a link of its own.
    """
    ready = _letter(0).as_bytes()
    with _timed() as took, smtplib.SMTP("127.0.0.1", mail.port) as line:
        for number in range(BARE):
            line.sendmail("no-reply@clinic.example", [f"person{number}@mail.example"], ready)
    return BARE / took[0]


def letters_made(mail: Running) -> float:
    """Plain smtplib on one connection with what reminders are: each letter made anew by the standard library."""
    with _timed() as took, smtplib.SMTP("127.0.0.1", mail.port) as line:
        for number in range(MADE):
            line.send_message(_letter(number))
    return MADE / took[0]


def _letter(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Clinic <no-reply@clinic.example>", f"person{number}@mail.example"
    message["Subject"], message["Message-ID"] = "You have a check-in", f"<{uuid.uuid4()}@clinic.example>"
    message["Date"], message["Auto-Submitted"] = formatdate(), "auto-generated"
    link = f"https://portal.clinic.example/check-ins/a/{secrets.token_urlsafe(32)}/"
    text = email_text(
        sender="Clinic",
        words="You have a check-in:",
        link=link,
        how_long="works once",
        language="en",
        phone="(801) 555-0100",
    )
    # By itself it would wrap the link, which costs as much again.
    message.set_content(text, cte="7bit")
    return message


@contextmanager
def _timed() -> Iterator[list[float]]:
    began, took = time.perf_counter(), [0.0]
    yield took
    took[0] = time.perf_counter() - began


def posts(provider: Running) -> float:
    """Plain posts by as many connections as two senders have, from one process."""

    def post(numbers: range, line: httpx.Client) -> None:
        for number in numbers:
            body = {"idempotency_key": f"bare{number}-{began}", "to": "+18015550100", "sender": "x", "text": "x" * 120}
            line.post(f"{provider.url}/messages", json=body).raise_for_status()

    began = time.perf_counter()
    with httpx.Client(timeout=10, limits=httpx.Limits(max_connections=LINES), trust_env=False) as line:
        _together([lambda n=n: post(range(n, BARE, LINES), line) for n in range(LINES)])
    return BARE / (time.perf_counter() - began)


def _together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def no_ops(place: Path) -> float:
    """Celery on the same broker with tasks that only leave a sign."""
    from celery import Celery

    from medmgmt.embedded_services.valkey import Valkey

    notes, script = place / "notes", place / "no_op.py"
    script.write_text(NO_OP)
    broker = Valkey(place / "valkey")
    with broker.in_use():
        url = broker.url.replace("unix://", "redis+socket://", 1)
        with Celery("asker", broker=url) as asker:
            for number in range(NO_OPS):
                asker.send_task("nothing", args=[number], ignore_result=True)
        worker: subprocess.Popen[Any] = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "BROKER": url, "NOTES": str(notes)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return _rate_of(notes)
        finally:
            server.stop(worker)


def _rate_of(notes: Path) -> float:
    """From the first sign to the last."""
    _until_sign(notes, 1)
    began, first = time.perf_counter(), notes.stat().st_size
    _until_sign(notes, NO_OPS)
    return (NO_OPS - first) / (time.perf_counter() - began)


def _until_sign(notes: Path, size: int) -> None:
    patience = time.monotonic() + 120
    while not notes.exists() or notes.stat().st_size < size:
        if time.monotonic() > patience:
            raise RuntimeError("Celery's worker did not come.")
        time.sleep(0.02)
