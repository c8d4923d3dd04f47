"""Runs of days as whole numbers, so that a long plan is checked by its edges and not day by day.

A run is (first, last), both counted. `ALWAYS` stands before every day and `OPEN` after every day of the calendar.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

Run = tuple[int, int]
ALWAYS = 0
OPEN = date.max.toordinal() + 1


def first_number(day: date | None) -> int:
    """The number of a first day; None is since always."""
    return ALWAYS if day is None else day.toordinal()


def last_number(day: date | None) -> int:
    """The number of a last day; None is no end known."""
    return OPEN if day is None else day.toordinal()


def day_of_number(number: int) -> date | None:
    """The day of a number, None for since always and for no end known."""
    return date.fromordinal(number) if ALWAYS < number < OPEN else None


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same days as few runs: what overlaps or follows without a day between is one."""
    joined: list[Run] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def common(runs: Sequence[Run], others: Sequence[Run]) -> tuple[Run, ...]:
    """The days that stand in both, as runs."""
    shared = ((max(a[0], b[0]), min(a[1], b[1])) for a in runs for b in others)
    return tuple(sorted(run for run in shared if run[0] <= run[1]))


def pieces(edges: Iterable[int], first: int, last: int) -> Iterator[Run]:
    """The days from `first` to `last` cut before every edge within them."""
    starts = sorted({first, *(edge for edge in edges if first < edge <= last)})
    for start, following in zip(starts, [*starts[1:], last + 1], strict=True):
        yield start, following - 1


def covers(runs: Sequence[Run], day: int) -> bool:
    """Whether a day stands in one of the runs."""
    return any(first <= day <= last for first, last in runs)
