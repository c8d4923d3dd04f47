"""What lies below doses and scores on the whole timeline: side effects as bars, and rows of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from clinic.caseload.rules.axis import LEFT, RIGHT, Axis, Mark, Tick

STRIP_ROW = 34
TITLE_ROW = 18
BAR_ROW = 27
BELOW_STRIPS = 8
MOST_BARS = 8
LEAST_WIDE = 2.0


class Span(NamedTuple):
    """Something that stood from one day to another, to be told in words; None while it stands."""

    first_on: date
    last_on: date | None
    words: str


class Bar(NamedTuple):
    """A span at its place; `is_open` where it still stands."""

    left: float
    right: float
    y: float
    words: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of days below the picture, by the kind that decides its sign; `y` is its middle."""

    title: str
    kind: str
    top: float
    y: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Below:
    """Everything below doses and scores, and where it ends. `left_out` says how many bars had no room."""

    bars_top: float
    bars: tuple[Bar, ...]
    left_out: int
    strips: tuple[Strip, ...]
    bottom: float


def nothing_at(top: float) -> Below:
    """A timeline that ends with its marks."""
    return Below(top, (), 0, (), top)


def lay_out(
    effects: Sequence[Span], rows: Iterable[tuple[str, str, Sequence[Mark]]], axis: Axis, *, top: float, today: date
) -> Below:
    """Side effects as bars, the newest eight, then a row of each kind of day that has any within the axis."""
    shown = [one for one in effects if one.first_on <= axis.last_on and (one.last_on or today) >= axis.first_on]
    newest = sorted(shown, key=lambda one: one.first_on, reverse=True)[:MOST_BARS]
    y = top + (TITLE_ROW if newest else 0)
    bars = []
    for one in sorted(newest, key=lambda one: one.first_on):
        bars.append(_bar(one, axis, y=y + BAR_ROW - 6, today=today))
        y += BAR_ROW
    y += 6 if newest else 0
    strips = []
    for title, kind, marks in rows:
        ticks = tuple(Tick(axis.x(mark.on), mark.words) for mark in marks if axis.shows(mark.on))
        if ticks:
            strips.append(Strip(title, kind, y, y + 24, ticks))
            y += STRIP_ROW
    bottom = y + BELOW_STRIPS if strips else y
    return Below(top, tuple(bars), len(shown) - len(bars), tuple(strips), bottom)


def _bar(one: Span, axis: Axis, *, y: float, today: date) -> Bar:
    """From the beginning of its first day to the end of its last; one that stands reaches to today."""
    end = one.last_on or today
    left, right = axis.x(one.first_on), axis.x(end + timedelta(days=1))
    right = min(max(right, left + LEAST_WIDE), float(RIGHT))
    return Bar(max(min(left, right - LEAST_WIDE), float(LEFT)), right, y, one.words, one.last_on is None)
