"""How fast reminders leave: `python -m tests.benchmarks.reminders [--sms 20000] [--emails 10000] [--rounds 3]`.

Everything falls due in one minute; two sender processes as in production, a real broker, database and providers on
this machine. Beside it in the same run, in turn with it: what could do the same with the least (`floors.py`).
"""

import argparse
import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks import floors, server
from tests.providers.running import PROJECT, Running, running

SENDERS = 2
WARM = 400
DELAY_MS = 20
SETTINGS = f'{{"delay_s": {DELAY_MS / 1000}}}'
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


@dataclass(frozen=True)
class Drained:
    """How so many left: seconds in all and by lateness, copies, and the CPU that each cost its parts, in µs."""

    count: int
    seconds: float
    median: float
    p99: float
    copies: int
    sender_us: float
    database_us: float
    provider_us: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="reminders", description="Measure how fast reminders leave.")
    parser.add_argument("--sms", type=int, default=20_000)
    parser.add_argument("--emails", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="how often e-mails and their floors take turns")
    options = parser.parse_args()
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    in_a_place_of_its_own(measure, options)


def in_a_place_of_its_own(
    measured: Callable[[argparse.Namespace, Path, contextlib.ExitStack], None], options: argparse.Namespace
) -> None:
    """Measure in a folder that is gone afterwards, with messages that truly leave, until it is done or broken off."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="clinic-bench-"))
    # Postgres started by root runs as another user and must reach its folder.
    place.chmod(0o711)
    server.set_environment(place)
    os.environ["MESSAGES_TO_OUTBOX"] = "off"
    try:
        with contextlib.ExitStack() as stack:
            measured(options, place, stack)
    except KeyboardInterrupt:
        print("\nStopped.")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def providers(place: Path, stack: contextlib.ExitStack) -> tuple[Running, Running]:
    """Who takes text messages, as slowly as a provider, and who takes e-mail; both named in the environment."""
    text = stack.enter_context(running("http", place / "sms.log", "--settings", SETTINGS))
    mail = stack.enter_context(running("smtp", place / "mail.log"))
    os.environ |= {"SMS_GATEWAY_URL": text.url, "SMS_GATEWAY_TOKEN": "secret"}
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
    return text, mail


def measure(options: argparse.Namespace, place: Path, stack: contextlib.ExitStack) -> None:
    provider, mail = providers(place, stack)
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
        show_emails([round_of_emails(options.emails, mail) for _ in range(options.rounds)])
    if options.sms:
        bare = [floors.posts(provider)]
        ours = drained("sms", options.sms, provider)
        bare.append(floors.posts(provider))
        print(f"SMS at {DELAY_MS} ms, two senders of eight connections; wanted 20,000 in 600 s")
        show(ours)
        print(f"  bare HTTP posts, two times eight connections: {statistics.mean(bare):,.0f}/s")
    print(f"Celery tasks that do nothing, two processes: {floors.no_ops(place):,.0f}/s")


def round_of_emails(count: int, mail: Running) -> tuple[Drained, float, float]:
    """Ours, and before and after it each floor."""
    before = floors.one_message(mail), floors.letters_made(mail)
    ours = drained("email", count, mail)
    after = floors.one_message(mail), floors.letters_made(mail)
    return ours, statistics.mean([before[0], after[0]]), statistics.mean([before[1], after[1]])


def show_emails(rounds: list[tuple[Drained, float, float]]) -> None:
    """Each round, then the middle one of each ratio: a machine that others use changes from round to round."""
    print("E-mail, two senders; wanted 1,200/s and 0.5 of bare smtplib on one connection in the same run")
    for ours, once, made in rounds:
        show(ours)
        print(f"  smtplib, one connection, one message made once: {once:,.0f}/s, ours is {ours.rate / once:.2f} of it")
        print(f"  smtplib, one connection, each letter made anew: {made:,.0f}/s, ours is {ours.rate / made:.2f} of it")
    middle: Callable[[list[float]], float] = statistics.median
    print(
        f"  middle of {len(rounds)}: {middle([ours.rate for ours, _, _ in rounds]):,.0f}/s,"
        f" {middle([ours.rate / once for ours, once, _ in rounds]):.2f} of one message made once,"
        f" {middle([ours.rate / made for ours, _, made in rounds]):.2f} of letters made anew"
    )


def show(seen: Drained) -> None:
    print(f"  {seen.count:,} in {seen.seconds:.1f} s, {seen.rate:,.0f}/s; copies received {seen.copies:,}")
    print(
        f"  lateness: median {seen.median:.1f} s, p99 {seen.p99:.1f} s; CPU each: senders {seen.sender_us:.0f} µs, ",
        end="",
    )
    print(f"database {seen.database_us:.0f}, provider {seen.provider_us:.0f}; load {os.getloadavg()[0]:.1f}")


def drained(channel: str, count: int, provider: Running) -> Drained:
    """Make `count` due now, let two senders loose on them and see when the last one has left."""
    from django.db import connection

    from medmgmt import embedded

    senders = ready_senders(channel)
    due_at = make_due(channel, count)
    copies = sum(provider.copies().values())
    database = psutil.Process(int((embedded.postgres().data / "postmaster.pid").read_text().split()[0]))
    cpu = cpu_of(database), cpu_of(psutil.Process(provider.process.pid))
    began = time.perf_counter()
    spent = let_loose(senders)
    seconds = time.perf_counter() - began
    used = cpu_of(database) - cpu[0], cpu_of(psutil.Process(provider.process.pid)) - cpu[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY late), percentile_cont(0.99)"
            " WITHIN GROUP (ORDER BY late) FROM (SELECT extract(epoch FROM accepted_at - due_at)::float AS late"
            " FROM messaging_reminder WHERE state = 'accepted' AND channel = %s AND due_at = %s) AS each",
            [channel, due_at],
        )
        accepted, median, p99 = cursor.fetchone()
    assert accepted == count, f"{accepted} of {count} accepted"
    copies = sum(provider.copies().values()) - copies
    sender_us, database_us, provider_us = (1e6 * part / count for part in (sum(spent), *used))
    return Drained(count, seconds, median, p99, copies, sender_us, database_us, provider_us)


def ready_senders(channel: str) -> list[subprocess.Popen[bytes]]:
    """Two senders as in production, which wait for a word."""
    command = [sys.executable, "-c", SENDER, channel]
    senders = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(SENDERS)
    ]
    for sender in senders:
        assert sender.stdout
        sender.stdout.readline()
    return senders


def let_loose(senders: list[subprocess.Popen[bytes]]) -> list[float]:
    """Have them send until nothing is due: the seconds that each computed."""
    # All are told before any is waited for.
    for sender in senders:
        assert sender.stdin
        sender.stdin.write(b"go\n")
        sender.stdin.flush()
    return [float(sender.communicate()[0]) for sender in senders]


def make_due(channel: str, count: int) -> Any:
    """So many rows due at one instant, which is answered, in a database that has sent before and is at rest."""
    from django.db import connection

    from clinic.messaging import services
    from clinic.messaging.models import Channel
    from tests.factories.messaging import make_many_due

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
    return due_at


def cpu_of(process: psutil.Process) -> float:
    """Seconds that a process, its children that live and those that ended have computed."""
    spent = process.cpu_times()
    total = spent.user + spent.system + spent.children_user + spent.children_system
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(child.cpu_times()[:2])
    return float(total)


if __name__ == "__main__":
    main()
