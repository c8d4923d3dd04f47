"""The dose-response timeline as SVG. It prints, needs no JavaScript, and scales to a phone by its view box.

Built from numbers and escaped words alone, so that it is quick to draw.
"""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString

from clinic.caseload.rules.axis import LEFT, RIGHT, WIDTH, Tick
from clinic.caseload.rules.strips import Below, Strip
from clinic.caseload.rules.timeline import LETTER_WIDE, Dot, History, Lane, Panel, Picture, TableRow, picture, table

MARKERS = 3
LAST_WIDE = 14  # a score of two figures, as large as it is on a desk
# A cross, a diamond, a flag: rows are told apart by shape, not by color.
SIGNS: dict[str, Callable[[float, float], str]] = {
    "missed": lambda x, y: f"M{x - 4:g} {y - 4:g}l8 8m0 -8l-8 8",
    "result": lambda x, y: f"M{x:g} {y - 5:g}l5 5l-5 5l-5-5z",
    "event": lambda x, y: f"M{x:g} {y + 6:g}V{y - 6:g}l6 3l-6 3",
}


class Drawn(NamedTuple):
    """The picture, empty where there is nothing to draw, the rows of the table beside it, and how many they are."""

    picture: SafeString
    rows: SafeString
    row_count: int


def drawn(history: History, *, since: date, today: date) -> Drawn:
    """What the chart shows of a history."""
    shown, rows = picture(history, since=since, today=today), table(history, since=since, today=today)
    return Drawn(draw(shown) if shown else SafeString(""), draw_rows(rows), len(rows))


def draw(picture: Picture) -> SafeString:
    """The whole picture with its title and description for screen readers; the table beside it holds the data."""
    lanes = "".join(_lane(lane) for lane in picture.lanes)
    panels = "".join(_panel(panel, number % MARKERS) for number, panel in enumerate(picture.panels))
    return SafeString(
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {picture.height:g}" role="img" '
        'aria-labelledby="timeline-title timeline-desc"><title id="timeline-title">Doses and scores over time</title>'
        f'<desc id="timeline-desc">{escape(describe(picture))}</desc>'
        f"{_frame(picture)}{lanes}{panels}{_marks(picture)}{_below(picture.below)}</svg>"
    )


def draw_rows(rows: list[TableRow]) -> SafeString:
    """The rows of the table beside the picture."""
    return SafeString(
        "".join(
            f'<tr><td class="nowrap">{row.on:%b %-d, %Y}</td><td>{escape(row.what)}</td>'
            f"<td>{escape(row.value)}</td></tr>"
            for row in rows
        )
    )


def describe(picture: Picture) -> str:
    """The picture in words."""
    drugs = ", ".join(_named(lane) for lane in picture.lanes) or "no medication"
    scales = ", ".join(panel.title for panel in picture.panels) or "no scale"
    return (
        f"From {picture.axis.first_on:%b %-d, %Y} to {picture.axis.last_on:%b %-d, %Y}: doses of {drugs}; "
        f"scores of {scales}; visits: {len(picture.visits)}, worrying check-ins: {len(picture.worries)}"
        f"{_described(picture.below)}. "
        "Solid lines were taken, dashed ones are planned. The table below holds the same data."
    )


def _named(lane: Lane) -> str:
    """A medication with its dose now, and each other dose that is not taken every day."""
    return f"{lane.title} ({'; '.join(lane.rhythms)})" if lane.rhythms else lane.title


def _described(below: Below) -> str:
    counted = [f", side effects: {len(below.bars)}"] if below.bars else []
    counted += [f", {strip.title.lower()}: {len(strip.ticks)}" for strip in below.strips]
    return "".join(counted)


def _frame(picture: Picture) -> str:
    bottom = picture.below.bottom - 6
    months = "".join(
        f'<path class="tl-grid" d="M{month.x:g} 4V{bottom:g}"/>'
        f'<text class="tl-month{" tl-tight" if number % 2 else ""}" x="{month.x:g}" y="{month.y:g}">'
        f"{month.words}</text>"
        for number, month in enumerate(picture.months)
    )
    return (
        f'{months}<path class="tl-today" d="M{picture.today_x:g} 4V{bottom:g}"/>'
        f'<text class="tl-now" x="{min(picture.today_x, RIGHT - 16):g}" y="{bottom + 12:g}">today</text>'
    )


def _lane(lane: Lane) -> str:
    labels = "".join(
        f'<text class="tl-dose{" tl-tight" if label.is_tight else ""}" x="{label.x:g}" y="{label.y:g}">'
        f"{label.words}</text>"
        for label in lane.labels
    )
    return (
        f'<text class="tl-name" x="{LEFT}" y="{lane.top + 13:g}">{escape(lane.title)}</text>'
        f'<path class="tl-base" d="M{LEFT} {lane.base:g}H{RIGHT}"/>'
        f'<path class="tl-taken" d="{lane.taken}"/><path class="tl-planned" d="{lane.planned}"/>{labels}'
    )


def _panel(panel: Panel, marker: int) -> str:
    bands = "".join(
        f'<path class="tl-band" d="M{LEFT} {band.y:g}H{RIGHT}"/>'
        f'<text class="tl-word tl-tight" x="{band.x:g}" y="{band.y - 2:g}">{escape(band.words)}</text>'
        for band in panel.bands
    )
    dots = "".join(
        f'<path class="tl-dot" d="{_shape(dot, marker)}"><title>{escape(dot.words)}</title></path>'
        for dot in panel.dots
    )
    return (
        f'<g class="tl-scale{marker}"><text class="tl-name" x="{LEFT}" y="{panel.top + 13:g}">{escape(panel.title)}'
        f'</text><path class="tl-base" d="M{LEFT} {panel.base:g}H{RIGHT}"/>{bands}'
        f'<path class="tl-line" d="{panel.line}"/>{dots}'
        f"{_last_total(panel)}</g>"
    )


def _last_total(panel: Panel) -> str:
    """Beside the last score; where the picture ends before the words would, above it, or below a line that falls."""
    last, end = panel.dots[-1], RIGHT - LAST_WIDE
    falls = any(dot.y < last.y and dot.x > end - LAST_WIDE for dot in panel.dots[:-1])
    y = last.y + 15 if falls and last.y + 15 < panel.base else last.y - 8
    x, y = (last.x + 7, last.y + 4) if last.x + 7 <= end else (end, y)
    return f'<text class="tl-last" x="{x:g}" y="{y:g}">{last.total}</text>'


def _shape(dot: Dot, marker: int) -> str:
    """A circle, a diamond or a square: scales are told apart by shape, not by color."""
    if marker == 0:
        return f"M{dot.x - 4:g} {dot.y:g}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
    if marker == 1:
        return f"M{dot.x:g} {dot.y - 5:g}l5 5l-5 5l-5-5z"
    return f"M{dot.x - 3.5:g} {dot.y - 3.5:g}h7v7h-7z"


def _marks(picture: Picture) -> str:
    y = picture.marks_y
    return (
        f'<text class="tl-name" x="{LEFT}" y="{y - 7:g}">Visits | worrying check-ins '
        '<tspan class="tl-key">▲</tspan></text>'
        f"{_ticks(picture.visits, 'tl-visit', f'{y + 2:g}v12')}"
        f"{_ticks(picture.worries, 'tl-worry', f'{y + 15:g}l6 11h-12z')}"
    )


def _ticks(ticks: tuple[Tick, ...], kind: str, shape: str) -> str:
    return "".join(
        f'<path class="{kind}" d="M{tick.x:g} {shape}"><title>{escape(tick.words)}</title></path>' for tick in ticks
    )


def _below(below: Below) -> str:
    if not (below.bars or below.strips):
        return ""
    more = f" ({below.left_out} older ones in the table)" if below.left_out else ""
    title = f'<text class="tl-name" x="{LEFT}" y="{below.bars_top + 12:g}">Side effects{more}</text>'
    bars = "".join(
        f'<path class="tl-effect{" tl-open" if bar.is_open else ""}" d="M{bar.left:g} {bar.y:g}H{bar.right:g}">'
        f"<title>{escape(bar.words)}</title></path>{_bar_words(bar.left, bar.y, bar.words)}"
        for bar in below.bars
    )
    return (title if below.bars else "") + bars + "".join(map(_strip, below.strips))


def _bar_words(left: float, y: float, words: str) -> str:
    """Above the bar from its beginning; further left where the words would run out of the picture."""
    most = int((RIGHT - LEFT) / LETTER_WIDE)
    said = words if len(words) <= most else f"{words[: most - 1]}…"
    x = max(min(left, RIGHT - len(said) * LETTER_WIDE), LEFT)
    return f'<text class="tl-say" x="{x:g}" y="{y - 6:g}">{escape(said)}</text>'


def _strip(strip: Strip) -> str:
    ticks = "".join(
        f'<path class="tl-{strip.kind}" d="{SIGNS[strip.kind](tick.x, strip.y)}"><title>{escape(tick.words)}</title>'
        f"</path>{_number(number, tick, strip)}"
        for number, tick in enumerate(strip.ticks, start=1)
    )
    return f'<text class="tl-name" x="{LEFT}" y="{strip.top + 12:g}">{escape(strip.title)}</text>{ticks}'


def _number(number: int, tick: Tick, strip: Strip) -> str:
    """Life events are numbered: their words stand below the picture, by number."""
    if strip.kind != "event":
        return ""
    return f'<text class="tl-say" x="{min(tick.x + 8, RIGHT - 10):g}" y="{strip.y + 5:g}">{number}</text>'
