"""Results over time as pictures: one small picture a test, with the range of a source and the same as a table.

Units are those of the picture (320 wide); it is scaled to the page by its view box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clinic.monitoring.rules.ranges import RANGES, Range
from clinic.monitoring.rules.results import KINDS, PRESSURE, result_words, together

WIDTH, HEIGHT = 320, 132
LEFT, RIGHT, TOP, BOTTOM = 44, 308, 14, 106
BODY_MASS = "bmi"
HUNDRED = Decimal(100)
TENTH = Decimal("0.1")
FEWEST = 2


class Reading(NamedTuple):
    """One value in the unit of its kind, on one day."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one kind in order of time."""

    kind: str
    label: str
    unit: str
    readings: tuple[Reading, ...]


class Dot(NamedTuple):
    """One reading at its place."""

    x: float
    y: float
    words: str


class Line(NamedTuple):
    """The readings of one kind as a line."""

    label: str
    dots: tuple[Dot, ...]
    last: str


class Level(NamedTuple):
    """A height with words beside it."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of one test: lines, the range of a source, values at the side, first and last day below.

    `began` are the places at which a medication began, with its name.
    """

    title: str
    lines: tuple[Line, ...]
    band: tuple[float, float] | None
    sides: tuple[Level, ...]
    days: tuple[str, str]
    began: tuple[tuple[float, str], ...]


class TrendRow(NamedTuple):
    """One day of the table: the values of the picture's kinds, in words; empty where none was taken."""

    on: date
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """One test over time: its picture, where there are two readings, and the table that says the same."""

    code: str
    title: str
    group: str
    newest: str
    newest_on: date
    picture: Picture | None
    heads: tuple[str, ...]
    rows: tuple[TrendRow, ...]
    range_words: str


def body_mass(weights: Sequence[Reading], heights: Sequence[Reading]) -> tuple[Reading, ...]:
    """The body mass index (kg/m²) of each weight (kg), by the last height (cm) until then, else the first after."""
    if not heights:
        return ()
    found = []
    for on, kg in weights:
        meters = next((one.value for one in reversed(heights) if one.on <= on), heights[0].value) / HUNDRED
        found.append(Reading(on, (kg / meters**2).quantize(TENTH, ROUND_HALF_UP)))
    return tuple(found)


def trends_of(readings: Mapping[str, Sequence[Reading]], began: Sequence[tuple[date, str]]) -> list[Trend]:
    """Every test that was taken, in the order of the catalogue; both numbers of a blood pressure in one picture.

    `began` are the days on which medications began whose weight is watched: told in the pictures of weight.
    """
    found = []
    mass = body_mass(readings.get("weight", ()), readings.get("height", ()))
    for code, kind in KINDS.items():
        taken = tuple(readings.get(code, ()))
        if not taken or code in {"height", PRESSURE[1]}:
            continue
        if code == PRESSURE[0]:
            both = [Series(one, KINDS[one].label, kind.unit, tuple(readings.get(one, ()))) for one in PRESSURE]
            found.append(_trend(code, "Blood pressure", kind.group, both))
            continue
        starts = began if code == "weight" else ()
        trend = _trend(code, kind.label, kind.group, [Series(code, kind.label, kind.unit, taken)], starts)
        found.append(replace(trend, picture=None) if kind.answers else trend)
        if code == "weight" and mass:
            series = Series(BODY_MASS, "Body mass index", "kg/m²", mass)
            found.append(_trend(BODY_MASS, series.label, kind.group, [series], starts))
    return found


def _trend(
    code: str, title: str, group: str, series: Sequence[Series], began: Sequence[tuple[date, str]] = ()
) -> Trend:
    days = sorted({one.on for each in series for one in each.readings}, reverse=True)
    rows = tuple(TrendRow(on, tuple(_on_day(each, on) for each in series)) for on in days)
    limits = RANGES.get(code)
    return Trend(
        code=code,
        title=title,
        group=group,
        newest=together([value for value in rows[0].values if value], series[0].unit),
        newest_on=days[0],
        picture=_picture(title, series, limits, began) if len(days) >= FEWEST else None,
        heads=tuple(each.label for each in series),
        rows=rows,
        range_words=limits.words if limits else "",
    )


def _on_day(series: Series, on: date) -> str:
    return next((_words(series, one.value) for one in series.readings if one.on == on), "")


def _words(series: Series, value: Decimal) -> str:
    if series.kind == BODY_MASS:
        return f"{value:f} {series.unit}"
    return result_words(series.kind, value, series.unit)


def _picture(title: str, series: Sequence[Series], limits: Range | None, began: Sequence[tuple[date, str]]) -> Picture:
    days = [one.on for each in series for one in each.readings]
    values = [one.value for each in series for one in each.readings]
    first, last = min(days), max(days)
    low, high = min(values), max(values)
    if limits is not None:
        low, high = min(low, limits.low), max(high, limits.high)
    span = (high - low) or max(abs(high) / 10, Decimal(1))

    def x(on: date) -> float:
        return round(LEFT + (on - first) / max(last - first, timedelta(days=1)) * (RIGHT - LEFT), 1)

    def y(value: Decimal) -> float:
        return round(BOTTOM - float((value - low) / span) * (BOTTOM - TOP), 1)

    lines = tuple(
        Line(
            each.label,
            tuple(Dot(x(one.on), y(one.value), f"{_day(one.on)}: {_words(each, one.value)}") for one in each.readings),
            _number(each.readings[-1].value),
        )
        for each in series
        if each.readings
    )
    band = (y(limits.high), y(limits.low)) if limits is not None else None
    sides = (low, high) if high > low else (low,)
    return Picture(
        title=title,
        lines=lines,
        band=band,
        sides=tuple(Level(y(value), _number(value)) for value in sides),
        days=(_day(first), _day(last)),
        began=tuple((x(on), name) for on, name in began if first <= on <= last),
    )


def _number(value: Decimal) -> str:
    return f"{value.quantize(TENTH, ROUND_HALF_UP).normalize():,f}"


def _day(on: date) -> str:
    return f"{on:%b} {on.day}, {on.year}"
