"""The dose-response timeline as SVG. It prints, needs no JavaScript, and scales to a phone by its view box."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clinic.caseload.rules.timeline import (
    LEFT,
    RIGHT,
    WIDTH,
    Dot,
    Label,
    Lane,
    Panel,
    Picture,
    Tick,
)

MARKERS = 3


def draw(picture: Picture) -> SafeString:
    """The whole picture with its title and description for screen readers; the table beside it holds the data."""
    return format_html(
        '<svg class="timeline" viewBox="0 0 {} {:g}" role="img" aria-labelledby="timeline-title timeline-desc">'
        '<title id="timeline-title">Doses and scores over time</title><desc id="timeline-desc">{}</desc>'
        "{}{}{}{}</svg>",
        WIDTH,
        picture.height,
        describe(picture),
        _frame(picture),
        format_html_join("", "{}", ((_lane(lane),) for lane in picture.lanes)),
        format_html_join("", "{}", ((_panel(panel, n % MARKERS),) for n, panel in enumerate(picture.panels))),
        _marks(picture),
    )


def describe(picture: Picture) -> str:
    """The picture in two sentences."""
    drugs = ", ".join(lane.title for lane in picture.lanes) or "no medication"
    scales = ", ".join(panel.title for panel in picture.panels) or "no scale"
    return (
        f"From {picture.axis.first_on:%b %-d, %Y} to {picture.axis.last_on:%b %-d, %Y}: doses of {drugs}; "
        f"scores of {scales}; {len(picture.visits)} visits, {len(picture.worries)} worrying check-ins. "
        "Solid lines were taken, dashed ones are planned. The table below holds the same data."
    )


def _frame(picture: Picture) -> SafeString:
    bottom = picture.marks_y + 28
    months = format_html_join(
        "",
        '<path class="tl-grid" d="M{0:g} 4V{1:g}"/><text x="{0:g}" y="{2:g}"{3}>{4}</text>',
        (
            (m.x, bottom, m.y, SafeString(' class="tl-tight"') if n % 2 else "", m.words)
            for n, m in enumerate(picture.months)
        ),
    )
    return format_html(
        '{}<path class="tl-today" d="M{:g} 4V{:g}"/><text class="tl-now" x="{:g}" y="{:g}">today</text>',
        months,
        picture.today_x,
        bottom,
        min(picture.today_x, RIGHT - 16),
        bottom + 24,
    )


def _lane(lane: Lane) -> SafeString:
    return format_html(
        '<g><text class="tl-name" x="{}" y="{:g}">{}</text><path class="tl-base" d="M{} {:g}H{}"/>'
        '<path class="tl-taken" d="{}"/><path class="tl-planned" d="{}"/>{}</g>',
        LEFT,
        lane.top + 13,
        lane.title,
        LEFT,
        lane.base,
        RIGHT,
        lane.taken,
        lane.planned,
        _labels(lane.labels),
    )


def _labels(labels: tuple[Label, ...]) -> SafeString:
    return format_html_join(
        "",
        '<text class="{}" x="{:g}" y="{:g}">{}</text>',
        (("tl-dose tl-tight" if label.is_tight else "tl-dose", label.x, label.y, label.words) for label in labels),
    )


def _panel(panel: Panel, marker: int) -> SafeString:
    bands = format_html_join(
        "",
        '<path class="tl-band" d="M{} {:g}H{:g}"/><text class="tl-word tl-tight" x="{:g}" y="{:g}">{}</text>',
        ((LEFT, band.y, band.x, band.x, band.y - 2, band.words) for band in panel.bands),
    )
    dots = format_html_join(
        "", '<path class="tl-dot" d="{}"><title>{}</title></path>', ((_shape(d, marker), d.words) for d in panel.dots)
    )
    last = panel.dots[-1]
    return format_html(
        '<g class="tl-scale{}"><text class="tl-name" x="{}" y="{:g}">{}</text><path class="tl-base" d="M{} {:g}H{}"/>'
        '{}<path class="tl-line" d="{}"/>{}<text class="tl-last" x="{:g}" y="{:g}">{}</text></g>',
        marker,
        LEFT,
        panel.top + 13,
        panel.title,
        LEFT,
        panel.base,
        RIGHT,
        bands,
        panel.line,
        dots,
        min(last.x + 7, RIGHT - 14),
        last.y + 4,
        last.total,
    )


def _shape(dot: Dot, marker: int) -> str:
    """A circle, a diamond or a square: scales are told apart by shape, not by color."""
    x, y = dot.x, dot.y
    if marker == 0:
        return f"M{x - 4:g} {y:g}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"
    if marker == 1:
        return f"M{x:g} {y - 5:g}l5 5l-5 5l-5-5z"
    return f"M{x - 3.5:g} {y - 3.5:g}h7v7h-7z"


def _marks(picture: Picture) -> SafeString:
    y = picture.marks_y
    return format_html(
        '<g><text class="tl-name" x="{}" y="{:g}">Visits <tspan class="tl-key">|</tspan>'
        ' worrying check-ins <tspan class="tl-key-worry">▲</tspan></text>{}{}</g>',
        LEFT,
        y - 7,
        _ticks(picture.visits, "tl-visit", f"{y + 2:g}v14"),
        _ticks(picture.worries, "tl-worry", f"{y + 14:g}l6 11h-12z"),
    )


def _ticks(ticks: tuple[Tick, ...], kind: str, shape: str) -> SafeString:
    return format_html_join(
        "", '<path class="{}" d="M{:g} {}"><title>{}</title></path>', ((kind, t.x, shape, t.words) for t in ticks)
    )
