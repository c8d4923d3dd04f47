"""Geometry of the dose-response timeline: days across, one lane a medication, one panel a scale.

Units are those of the picture (560 wide); it is scaled to the page by its view box.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from clinic.caseload.rules.axis import LEFT, RIGHT, Axis, Mark, Tick
from clinic.caseload.rules.courses import Course, Segment
from clinic.caseload.rules.strips import Below, Span, lay_out, nothing_at
from clinic.titration.rules.words import how_often

TITLE_ROW = 20
LANE_ROW = 40
PANEL_ROW = 96
MARKS_ROW = 34
AXIS_ROW = 26
MOST_LANES = 4
MOST_PANELS = 3
SHORTEST = timedelta(days=42)
LONGEST_AHEAD = timedelta(days=180)
ROOM_FOR_LABEL = 46
LETTER_WIDE = 9.2  # as large as they are on a phone
WORDS_WIDE = 100
SCORE_WIDE = 22  # a dot and the score beside it
WORDS_HIGH = 14
ROOM_ON_PHONE = 100
MONTHS_APART = 58


class ScorePoint(NamedTuple):
    """One total of one instrument on one day."""

    on: date
    total: int
    band: str


@dataclass(frozen=True, slots=True)
class ScoreSeries:
    """The totals of one instrument in order, its range and where each band begins."""

    title: str
    minimum: int
    maximum: int
    bands: tuple[tuple[int, str], ...]
    points: tuple[ScorePoint, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What the timeline shows."""

    courses: Sequence[Course]
    scores: Sequence[ScoreSeries]
    visits: Sequence[Mark]
    worries: Sequence[Mark]
    missed: Sequence[Mark] = ()
    effects: Sequence[Span] = ()
    results: Sequence[Mark] = ()
    events: Sequence[Mark] = ()


class Label(NamedTuple):
    """Words at a place; `is_tight` ones are left out on a phone."""

    x: float
    y: float
    words: str
    is_tight: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One medication: its doses taken as one line, those planned as another, amounts beside them.

    `rhythms` tell each other dose that is not taken every day, also where the picture has no room to say so.
    """

    title: str
    top: float
    base: float
    taken: str
    planned: str
    labels: tuple[Label, ...]
    rhythms: tuple[str, ...] = ()


class Dot(NamedTuple):
    """One point of a panel."""

    x: float
    y: float
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One scale: band lines, points and the line through them."""

    title: str
    top: float
    base: float
    bands: tuple[Label, ...]
    line: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the timeline draws."""

    height: float
    axis: Axis
    lanes: tuple[Lane, ...]
    panels: tuple[Panel, ...]
    marks_y: float
    visits: tuple[Tick, ...]
    worries: tuple[Tick, ...]
    months: tuple[Label, ...]
    today_x: float
    below: Below


@dataclass(frozen=True, slots=True)
class Frame:
    """How much a timeline shows: days planned ahead, panels, and whether what lies below doses and scores is drawn."""

    ahead: timedelta = LONGEST_AHEAD
    panels: int = MOST_PANELS
    is_whole: bool = False


ON_CHART = Frame()


def picture(history: History, *, since: date, today: date, frame: Frame = ON_CHART) -> Picture | None:
    """Lay out the timeline from the first thing that happened after `since`; None when nothing has."""
    days = list(_days(history))
    if not days:
        return None
    axis = _axis(days, since=since, today=today, ahead=frame.ahead)
    shown = [course for course in history.courses if _is_shown(course, axis)][:MOST_LANES]
    y = 4.0
    lanes = []
    for course in shown:
        lanes.append(_lane(course, axis, top=y, today=today))
        y += TITLE_ROW + LANE_ROW
    panels = []
    shown_scores = [one for one in history.scores if any(axis.shows(point.on) for point in one.points)]
    for series in shown_scores[: frame.panels]:
        panels.append(_panel(series, axis, top=y))
        y += TITLE_ROW + PANEL_ROW
    marks_y = y + TITLE_ROW
    below = (
        _below(history, axis, top=marks_y + MARKS_ROW, today=today)
        if frame.is_whole
        else nothing_at(marks_y + MARKS_ROW)
    )
    return Picture(
        height=below.bottom + AXIS_ROW,
        axis=axis,
        lanes=tuple(lanes),
        panels=tuple(panels),
        marks_y=marks_y,
        visits=_ticks(history.visits, axis),
        worries=_ticks(history.worries, axis),
        months=_months(axis, y=below.bottom + 18),
        today_x=axis.x(today),
        below=below,
    )


def _below(history: History, axis: Axis, *, top: float, today: date) -> Below:
    rows = (
        ("Doses not taken", "missed", history.missed),
        ("Results", "result", history.results),
        ("Life events", "event", history.events),
    )
    return lay_out(history.effects, rows, axis, top=top, today=today)


def _days(history: History) -> Iterable[date]:
    for course in history.courses:
        for segment in course.segments:
            yield segment.first_on
            if segment.last_on:
                yield segment.last_on
    for series in history.scores:
        yield from (point.on for point in series.points)
    yield from (mark.on for mark in history.visits)
    for marks in (history.worries, history.results, history.events):
        yield from (mark.on for mark in marks)
    yield from (effect.first_on for effect in history.effects)


def _axis(days: list[date], *, since: date, today: date, ahead: timedelta) -> Axis:
    """From the first thing shown to a little after today or the last thing planned; at least six weeks."""
    last_on = min(max([*days, today + timedelta(days=7)]), today + ahead)
    first_on = max(min(days), since)
    return Axis(min(first_on, last_on - SHORTEST), last_on)


def _is_shown(course: Course, axis: Axis) -> bool:
    return any(s.first_on <= axis.last_on and (s.last_on or axis.last_on) >= axis.first_on for s in course.segments)


def _lane(course: Course, axis: Axis, *, top: float, today: date) -> Lane:
    highest = max((s.mg_per_day for s in course.segments), default=Decimal(0))
    base = top + TITLE_ROW + LANE_ROW - 6
    room = LANE_ROW - 20

    def height(segment: Segment) -> float:
        share = float(segment.mg_per_day / highest) if highest else 0.0
        return round(base - share * room, 1)

    taken, planned, labels, rhythms = _Line(base), _Line(base), [], []
    today_x = axis.x(today)
    for segment in course.segments:
        end = segment.last_on + timedelta(days=1) if segment.last_on else axis.last_on
        left, right = axis.x(segment.first_on), axis.x(end)
        if right <= left:
            continue
        y = height(segment)
        if segment.first_on <= today:
            taken.go(left, min(right, today_x), y)
        if end > today:
            planned.go(max(left, today_x), right, y, follows=taken.at == max(left, today_x))
        if segment.every_days > 1 and not segment.holds_on(today):
            rhythms.append(f"{_amount_words(segment)} from {segment.first_on:%b %-d, %Y}")
        if right - left >= ROOM_FOR_LABEL:
            whole = _amount_words(segment)
            words = whole if right - left >= LETTER_WIDE * len(whole) else _mg_words(segment)
            labels.append(Label(left + 3, y - 3, words, is_tight=right - left < ROOM_ON_PHONE))
    title = _lane_title(course, today)
    return Lane(title, top, base, taken.path, planned.path, tuple(labels), tuple(rhythms))


def _lane_title(course: Course, today: date) -> str:
    held = course.on(today)
    return f"{course.medication}, {_amount_words(held)} now" if held else f"{course.medication}, not now"


def _mg_words(segment: Segment) -> str:
    return f"{segment.mg_per_day.normalize():,f} mg"


def _amount_words(segment: Segment) -> str:
    """Such as "25 mg every other day"; every day goes without saying."""
    amount = _mg_words(segment)
    return f"{amount} {how_often(segment.every_days)}" if segment.every_days > 1 else amount


class _Line:
    """A stair of doses; it falls to nothing where no dose holds."""

    def __init__(self, base: float) -> None:
        self.base = base
        self.path = ""
        self.at: float | None = None

    def go(self, left: float, right: float, y: float, *, follows: bool = False) -> None:
        """Draw one dose; `follows` says that another line ended here at the same height."""
        if right <= left:
            return
        if self.at == left:
            self.path += f"V{y:g}H{right:g}"
        elif follows:
            self.path += f"M{left:g} {y:g}H{right:g}"
        else:
            self.path += f"M{left:g} {self.base:g}V{y:g}H{right:g}"
        self.at = right


def _panel(series: ScoreSeries, axis: Axis, *, top: float) -> Panel:
    base = top + TITLE_ROW + PANEL_ROW - 8
    room = PANEL_ROW - 12
    span = max(series.maximum - series.minimum, 1)

    def y(total: int) -> float:
        return round(base - (total - series.minimum) / span * room, 1)

    dots = tuple(
        Dot(axis.x(p.on), y(p.total), p.total, f"{series.title} {p.total}, {p.band}".rstrip(", "))
        for p in series.points
        if axis.shows(p.on)
    )
    words_x = _room_for_words(dots, [y(start) for start, _ in series.bands])
    return Panel(
        title=f"{series.title}, {series.minimum} to {series.maximum}",
        top=top,
        base=base,
        bands=tuple(Label(words_x, y(start), f"{word} {start}+") for start, word in series.bands),
        line="M" + "L".join(f"{dot.x:g} {dot.y:g}" for dot in dots),
        dots=dots,
    )


def _room_for_words(dots: Sequence[Dot], heights: Sequence[float]) -> float:
    """The place across, from the left, where the line of scores meets the fewest words of the bands."""
    across, ups = [dot.x for dot in dots], [dot.y for dot in dots]
    met: dict[float, int] = {}
    for x in range(LEFT, RIGHT - WORDS_WIDE, 48):
        right = x + WORDS_WIDE
        near = ups[bisect_left(across, x - SCORE_WIDE) : bisect_right(across, right)]
        near += [_height_at(edge, across, ups) for edge in (x, right) if across[0] <= edge <= across[-1]]
        if not near:
            return x
        low, high = min(near) - 5, max(near) + WORDS_HIGH
        met[x] = sum(low <= height <= high for height in heights)
        if not met[x]:
            return x
    return min(met, key=met.__getitem__)


def _height_at(x: float, across: Sequence[float], ups: Sequence[float]) -> float:
    """Where the line through the dots is at a place between the first and the last of them."""
    after = bisect_left(across, x)
    before = max(after - 1, 0)
    wide = across[after] - across[before]
    return ups[before] + (ups[after] - ups[before]) * (x - across[before]) / wide if wide > 0 else ups[before]


def _ticks(marks: Iterable[Mark], axis: Axis) -> tuple[Tick, ...]:
    return tuple(Tick(axis.x(mark.on), mark.words) for mark in marks if axis.shows(mark.on))


def _months(axis: Axis, *, y: float) -> tuple[Label, ...]:
    """First days of months, as many as have room; the first of each year carries the year."""
    labels: list[Label] = []
    year = 0
    month = axis.first_on.replace(day=1)
    while (month := (month + timedelta(days=32)).replace(day=1)) <= axis.last_on:
        x = axis.x(month)
        if x > RIGHT - 30 or (labels and x - labels[-1].x < MONTHS_APART):
            continue
        labels.append(Label(x, y, f"{month:%b}" if month.year == year else f"{month:%b %Y}"))
        year = month.year
    return tuple(labels)


class TableRow(NamedTuple):
    """One line of the table that says what the picture shows."""

    on: date
    what: str
    value: str


def table(history: History, *, since: date, today: date) -> list[TableRow]:
    """The same data as the picture, newest first; what began before it and goes on stands at its own day."""
    rows = [
        TableRow(segment.first_on, course.medication, _dose_words(segment, today))
        for course in history.courses
        for segment in course.segments
        if segment.last_on is None or segment.last_on >= since
    ]
    rows += [
        TableRow(point.on, series.title, f"{point.total} {point.band}".strip())
        for series in history.scores
        for point in series.points
        if point.on >= since
    ]
    rows += [TableRow(mark.on, "Visit", mark.words) for mark in history.visits if mark.on >= since]
    rows += [TableRow(mark.on, "Check-in", mark.words) for mark in history.worries if mark.on >= since]
    named = (("Not taken", history.missed), ("Result", history.results), ("Life event", history.events))
    rows += [TableRow(mark.on, what, mark.words) for what, marks in named for mark in marks if mark.on >= since]
    rows += [_effect_row(one) for one in history.effects if (one.last_on or today) >= since]
    return sorted(rows, key=lambda row: row.on, reverse=True)


def _effect_row(one: Span) -> TableRow:
    until = f"until {one.last_on:%b %-d, %Y}" if one.last_on else "still there"
    return TableRow(one.first_on, "Side effect", f"{one.words}, {until}")


def _dose_words(segment: Segment, today: date) -> str:
    amount = _amount_words(segment)
    return f"{amount}, planned" if segment.first_on > today else amount
