"""R08: when a reminder leaves, against an oracle that only ever goes from an instant to a wall clock.

`python -m tests.faults.zones` takes 10,000 plans through every zone; tests take a sample.
"""

import argparse
import datetime as dt
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from clinic.messaging import rules

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2030, 12, 31)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
QUIET_ENDS, QUIET_BEGINS = 8, 21
# No zone is further from UTC.
FURTHEST = dt.timedelta(hours=15)


@dataclass(frozen=True)
class Stretch:
    """From one instant to another, a zone's clock is this far ahead of UTC; all without a zone, in UTC."""

    begins: dt.datetime
    ends: dt.datetime
    ahead: dt.timedelta


@cache
def stretches(name: str) -> list[Stretch]:
    """A zone's years as stretches of one offset, found by asking twice a day and then every minute of a change."""
    zone = ZoneInfo(name)

    def ahead(at: dt.datetime) -> dt.timedelta:
        return at.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None) - at

    begin = dt.datetime.combine(FIRST, dt.time()) - 3 * 24 * HOUR
    end = dt.datetime.combine(LAST, dt.time()) + 5 * 24 * HOUR
    edges, at = [begin], begin
    while at < end:
        if ahead(at) != ahead(at + 12 * HOUR):
            edges.append(next(at + n * MINUTE for n in range(1, 721) if ahead(at + n * MINUTE) != ahead(at)))
        at += 12 * HOUR
    return [Stretch(one, other, ahead(one)) for one, other in pairwise([*edges, end])]


def first_instant(wanted: dt.datetime, name: str) -> dt.datetime:
    """The first instant at which the wall clock shows the wanted minute or a later one between 8:00 and 21:00."""
    for stretch in stretches(name):
        wall = max(wanted, stretch.begins + stretch.ahead, wanted - FURTHEST + stretch.ahead)
        if wall.hour >= QUIET_BEGINS:
            wall = wall.replace(hour=QUIET_ENDS, minute=0) + 24 * HOUR
        elif wall.hour < QUIET_ENDS:
            wall = wall.replace(hour=QUIET_ENDS, minute=0)
        if wall - stretch.ahead < stretch.ends:
            return (wall - stretch.ahead).replace(tzinfo=dt.UTC)
    raise LookupError(name)


def plans(count: int, seed: int) -> Iterator[dt.datetime]:
    """Wall clocks on any day of the five years, 29 February among them."""
    chance = random.Random(seed)
    yield dt.datetime.combine(dt.date(2028, 2, 29), dt.time(10))
    for _ in range(count - 1):
        yield dt.datetime.combine(FIRST, dt.time()) + chance.randrange((LAST - FIRST).days * 1440) * MINUTE


def mismatches(wanted: Sequence[dt.datetime], names: Sequence[str]) -> tuple[int, list[str]]:
    """How many were compared, and where the rule and the oracle differ or the rule breaks quiet hours."""
    found = []
    for name in names:
        zone = ZoneInfo(name)
        for wall in wanted:
            due = rules.due_at(wall.date(), wall.time(), zone)
            if due != first_instant(wall, name) or not QUIET_ENDS <= due.astimezone(zone).hour < QUIET_BEGINS:
                found.append(f"{name} {wall}: {due}, not {first_instant(wall, name)}")
    return len(names) * len(wanted), found


def all_zones() -> list[str]:
    return sorted(available_timezones())


def main() -> None:
    parser = argparse.ArgumentParser(prog="zones", description="Hold the hours of messages against an oracle.")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    seed = parser.parse_args().seed
    count, found = mismatches(list(plans(10_000, seed)), all_zones())
    sys.stdout.write(f"seed {seed}: {count:,} times compared in {len(all_zones())} zones, mismatches {len(found)}\n")
    sys.stdout.writelines(f"{line}\n" for line in found[:20])
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
