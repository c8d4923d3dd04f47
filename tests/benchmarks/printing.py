"""How long a dose calendar takes to print in a process that has printed before: python -m tests.benchmarks.printing"""

import datetime as dt
import os
import statistics
import time

os.environ.setdefault("DEPLOYMENT", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")
# Nothing here asks the database.
os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")

import django

django.setup()

from clinic.core.printing import print_pdf  # noqa: E402 - after the set-up
from clinic.handouts.rules.calendar import calendar_of  # noqa: E402 - after the set-up
from clinic.handouts.rules.paper import Paper, calendar_values  # noqa: E402 - after the set-up
from tests.handouts.papers import MONDAY, SCORED, changing, head, on_paper  # noqa: E402 - after the set-up
from tests.titration.orders import order, step  # noqa: E402 - after the set-up

ROUNDS = 15


def main() -> None:
    """Every round prints other days for another name: the compiler remembers what it has set before."""
    filling = [order(SCORED, steps=[step(9, morning="25"), step(morning="75", bedtime="25")])] * 4
    more = [on_paper(wanted, letter=letter) for wanted, letter in zip(filling, "BCDE", strict=True)]
    for count in (1, 3, 5):
        plans = [changing(), *more][:count]
        walls, cpus = zip(*[_printed(plans, number) for number in range(ROUNDS + 1)][1:], strict=True)
        print(
            f"{count} medications: median {statistics.median(walls):.0f} ms, slowest {max(walls):.0f} ms; "
            f"of the processor {statistics.median(cpus):.0f} ms"
        )


def _printed(plans: list[object], number: int) -> tuple[float, float]:
    calendar = calendar_of(plans, MONDAY + dt.timedelta(days=number))  # type: ignore[arg-type]  # plans on paper
    values = calendar_values(calendar, head(f"Ada Byron {number}"), Paper.LETTER, large=False)
    wall, cpu = time.perf_counter(), time.process_time()
    print_pdf("handouts/calendar.typ", values)
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


if __name__ == "__main__":
    main()
