"""The top of the hour: how long a chart takes while reminders leave: `python -m tests.benchmarks.rush`.

Somebody opens a chart each 50 ms, first with nothing else going on, then while two senders empty the queue as fast as
they can, which here share two cores with the providers. Wanted: the 95th of a hundred at most twice as long.
"""

import argparse
import contextlib
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import server
from tests.benchmarks.pages import make_template, p95
from tests.benchmarks.reminders import in_a_place_of_its_own, let_loose, make_due, providers, ready_senders

if TYPE_CHECKING:
    from tests.benchmarks.load import Asker

EVERY_S = 0.05
IDLE_S = 15
WARM = 60
CHANNELS = ("email", "sms")


@dataclass
class Reader:
    """Somebody who opens charts, one after the other at a steady pace, until told to stop."""

    asker: "Asker"
    seconds: list[float] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        while not self.is_over.is_set():
            began = time.perf_counter()
            self.seconds.append(self.asker.next().seconds)
            time.sleep(max(EVERY_S - (time.perf_counter() - began), 0))


def main() -> None:
    parser = argparse.ArgumentParser(prog="rush", description="Measure charts while reminders leave.")
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--reminders", type=int, default=10_000)
    options = parser.parse_args()
    in_a_place_of_its_own(measure, options)


def measure(options: argparse.Namespace, place: Path, stack: contextlib.ExitStack) -> None:
    providers(place, stack)
    import django

    django.setup()
    from django.utils import timezone

    from clinic.messaging.purposes import register
    from medmgmt import embedded
    from medmgmt.demo.prepare import collect_static
    from tests.benchmarks.load import Asker
    from tests.benchmarks.measured import pages
    from tests.benchmarks.seeding import analyze, seed, session_for
    from tests.factories.messaging import purpose

    collect_static()
    postgres = embedded.postgres()
    stack.enter_context(postgres.in_use())
    make_template(postgres)
    register(purpose())
    seeded = seed(options.clients, timezone.now())
    analyze()
    session = session_for(seeded.prescriber)
    [chart] = [page for page in pages(seeded) if page.name == "chart"]
    (place / "bare").mkdir()
    port, _ = stack.enter_context(server.serving("clinic", postgres.socket_folder, place / "bare"))
    asker = Asker(port, session, 0, chart.ask)
    for _ in range(WARM):
        asker.next()
    print(f"{options.clients:,} clients, a chart each {1000 * EVERY_S:.0f} ms")
    show("nothing else", *read_while(asker, lambda: time.sleep(IDLE_S)))
    for channel in CHANNELS:
        senders = ready_senders(channel)
        make_due(channel, options.reminders)
        seconds, taken = read_while(asker, lambda senders=senders: let_loose(senders))
        show(f"{options.reminders:,} by {channel}", seconds, taken)
    show("nothing else", *read_while(asker, lambda: time.sleep(IDLE_S)))


def read_while(asker: "Asker", work: Callable[[], object]) -> tuple[list[float], float]:
    """How long each chart took while the work was done, and how long that took."""
    reader = Reader(asker)
    thread = threading.Thread(target=reader.read, daemon=True)
    began = time.perf_counter()
    thread.start()
    work()
    taken = time.perf_counter() - began
    reader.is_over.set()
    thread.join()
    return reader.seconds, taken


def show(what: str, seconds: list[float], taken: float) -> None:
    print(
        f"  {what:<20}{taken:>6.1f} s, {len(seconds):>5} charts: median {1000 * statistics.median(seconds):>6.1f} ms,"
        f" p95 {1000 * p95(seconds):>6.1f} ms, worst {1000 * max(seconds):>6.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
