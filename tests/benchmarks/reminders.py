"""How fast reminders leave: `python -m tests.benchmarks.reminders [--sms 20000] [--emails 10000]`.

Everything falls due in one minute; two sender processes as in production, a real broker, database and providers on
this machine. Beside it in the same run: bare HTTP posts, bare smtplib on one connection, Celery tasks that do nothing.
"""

import argparse
import contextlib
import os
import shutil
import signal
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks import server
from tests.providers.running import PROJECT, Running, running

SENDERS = 2
WARM = 400
DELAY_MS = 20
BARE = 3000
NO_OPS = 3000
SENDER = """
import sys, time
import django
django.setup()
from clinic.messaging import services
from clinic.messaging.models import Channel, Reminder
from clinic.messaging.purposes import register
from tests.factories.messaging import purpose
register(purpose())
# A worker that has sent before: addresses are known and the connection to the database stands.
from django.urls import reverse
reverse(purpose().view_name, args=["x"]), services.claim(limit=1)
before = time.process_time()
print("ready", flush=True)
sys.stdin.readline()
while services.send_due(channel=Channel(sys.argv[1]), for_seconds=3600):
    pass
print(time.process_time() - before, flush=True)
"""
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="reminders", description="Measure how fast reminders leave.")
    parser.add_argument("--sms", type=int, default=20_000)
    parser.add_argument("--emails", type=int, default=10_000)
    options = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="clinic-bench-"))
    # Postgres started by root runs as another user and must reach its folder.
    place.chmod(0o711)
    server.set_environment(place)
    os.environ["MESSAGES_TO_OUTBOX"] = "off"
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    try:
        with contextlib.ExitStack() as running_now:
            measure(options, place, running_now)
    except KeyboardInterrupt:
        print("\nStopped.")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measure(options: argparse.Namespace, place: Path, stack: contextlib.ExitStack) -> None:
    settings = f'{{"delay_s": {DELAY_MS / 1000}}}'
    provider = stack.enter_context(running("http", place / "sms.log", "--settings", settings))
    mail = stack.enter_context(running("smtp", place / "mail.log"))
    os.environ |= {"SMS_GATEWAY_URL": provider.url, "SMS_GATEWAY_TOKEN": "secret"}
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
    import django

    django.setup()
    from django.core.management import call_command

    from clinic.messaging.purposes import register
    from medmgmt import embedded
    from tests.factories.messaging import purpose

    stack.enter_context(embedded.postgres().in_use())
    call_command("migrate", verbosity=0, interactive=False)
    register(purpose())
    if options.emails:
        bare = [bare_mails(mail)]
        ours = drained("email", options.emails, mail)
        bare.append(bare_mails(mail))
        show("e-mail, two senders", ours, wanted="1,200/s")
        print(f"  bare smtplib, one connection: {statistics.mean(bare):,.0f}/s; ", end="")
        print(f"ours is {ours['rate'] / statistics.mean(bare):.2f} times that; wanted 0.5")
    if options.sms:
        bare = [bare_posts(provider)]
        ours = drained("sms", options.sms, provider)
        bare.append(bare_posts(provider))
        show(f"SMS at {DELAY_MS} ms, two senders of eight connections", ours, wanted="20,000 in 600 s")
        print(f"  bare HTTP posts, two times eight connections: {statistics.mean(bare):,.0f}/s")
    print(f"Celery tasks that do nothing, two processes: {no_ops(place):,.0f}/s")


def show(title: str, seen: dict[str, Any], *, wanted: str) -> None:
    print(f"{title}: {seen['count']:,} in {seen['seconds']:.1f} s, {seen['rate']:,.0f}/s; wanted {wanted}")
    print(f"  lateness: median {seen['median']:.1f} s, p99 {seen['p99']:.1f} s; ", end="")
    print(f"copies received {seen['copies']:,}; CPU of the senders {seen['cpu_ms']:.2f} ms each")


def drained(channel: str, count: int, provider: Running) -> dict[str, Any]:
    """Make `count` due now, let two senders loose on them and see when the last one has left."""
    from django.db import connection

    from clinic.messaging import services
    from clinic.messaging.models import Channel
    from tests.factories.messaging import make_many_due

    senders = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, channel], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(SENDERS)
    ]
    for sender in senders:
        assert sender.stdout
        sender.stdout.readline()
    # Statistics of empty tables would plan for empty tables: a clinic has sent before.
    make_many_due(WARM, channel=channel)
    services.send_due(channel=Channel(channel))
    make_many_due(count, channel=channel)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_reminder SET due_at = now(), next_try_at = now() WHERE state = 'due'")
        cursor.execute("SELECT max(due_at) FROM messaging_reminder")
        (due_at,) = cursor.fetchone()
        # As a database that has been up for a day: rows counted, dead ones swept, all on disk.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    before = sum(provider.copies().values())
    began = time.perf_counter()
    # All are told before any is waited for.
    for sender in senders:
        assert sender.stdin
        sender.stdin.write(b"go\n")
        sender.stdin.flush()
    spent = [float(sender.communicate()[0]) for sender in senders]
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY late), percentile_cont(0.99)"
            " WITHIN GROUP (ORDER BY late) FROM (SELECT extract(epoch FROM accepted_at - due_at)::float AS late"
            " FROM messaging_reminder WHERE state = 'accepted' AND channel = %s AND due_at = %s) AS each",
            [channel, due_at],
        )
        accepted, median, p99 = cursor.fetchone()
    assert accepted == count, f"{accepted} of {count} accepted"
    copies = sum(provider.copies().values()) - before
    figures = {"median": median, "p99": p99, "cpu_ms": 1000 * sum(spent) / count}
    return {"count": count, "seconds": seconds, "rate": count / seconds, "copies": copies, **figures}


def bare_mails(mail: Running) -> float:
    """Plain smtplib: one connection, one message made once, nothing read, nothing marked."""
    message = EmailMessage()
    message["From"], message["To"] = "Clinic <no-reply@clinic.example>", "person@mail.example"
    message["Subject"], message["Message-ID"] = "You have a check-in", "<bare@clinic.example>"
    message.set_content("Hello,\n\nYou have a check-in: https://portal.clinic.example/check-ins/a/" + "x" * 300)
    ready = message.as_bytes()
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", mail.port) as line:
        for number in range(BARE):
            line.sendmail("no-reply@clinic.example", [f"person{number}@mail.example"], ready)
    return BARE / (time.perf_counter() - began)


def bare_posts(provider: Running) -> float:
    """Plain posts by as many connections as two senders have, from one process."""

    def post(numbers: range, line: httpx.Client) -> None:
        for number in numbers:
            body = {"idempotency_key": f"bare{number}-{began}", "to": "+18015550100", "sender": "x", "text": "x" * 120}
            line.post(f"{provider.url}/messages", json=body).raise_for_status()

    began = time.perf_counter()
    lines = SENDERS * 8
    with httpx.Client(timeout=10, limits=httpx.Limits(max_connections=lines), trust_env=False) as line:
        together([lambda n=n: post(range(n, BARE, lines), line) for n in range(lines)])
    return BARE / (time.perf_counter() - began)


def together(works: list[Callable[[], None]]) -> None:
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
        worker = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "BROKER": url, "NOTES": str(notes)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return rate_of(notes)
        finally:
            server.stop(worker)


def rate_of(notes: Path) -> float:
    """From the first sign to the last."""
    until_sign(notes, 1)
    began, first = time.perf_counter(), notes.stat().st_size
    until_sign(notes, NO_OPS)
    return (NO_OPS - first) / (time.perf_counter() - began)


def until_sign(notes: Path, size: int) -> None:
    patience = time.monotonic() + 120
    while not notes.exists() or notes.stat().st_size < size:
        if time.monotonic() > patience:
            raise RuntimeError("Celery's worker did not come.")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
