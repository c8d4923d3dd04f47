"""The demo's own time: a year goes by in the order of its days."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Iterator

from django.utils import timezone

from clinic.core.clock import local_day

Way = Iterator[dt.datetime]


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A wall-clock time of the clinic as an instant."""
    return dt.datetime.combine(day, dt.time(hour, minute), timezone.get_current_timezone())


def walk(
    ways: Iterable[Way], *, until: dt.datetime, each_day: Callable[[dt.datetime], None], first_day: dt.date
) -> None:
    """Let every way take its next step when its time has come, and what happens each day happen at six.

    A way yields the instant of its next step and takes it when asked again; what lies after `until` is to come.
    """
    waiting: list[tuple[dt.datetime, int, Way]] = []
    for number, way in enumerate(ways):
        _wait(waiting, number, way, until)
    morning = at(first_day, 6)
    while waiting or morning <= until:
        if not waiting or morning <= waiting[0][0]:
            if morning > until:
                return
            each_day(morning)
            morning = at(local_day(morning) + dt.timedelta(days=1), 6)
            continue
        _, number, way = heapq.heappop(waiting)
        _wait(waiting, number, way, until)


def _wait(waiting: list[tuple[dt.datetime, int, Way]], number: int, way: Way, until: dt.datetime) -> None:
    instant = next(way, None)
    if instant is not None and instant <= until:
        heapq.heappush(waiting, (instant, number, way))
