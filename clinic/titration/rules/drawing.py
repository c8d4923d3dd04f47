"""Two dose plans on one axis of days as SVG: it prints, needs no JavaScript, and scales to a phone by its view box.

Days on which both are taken are hatched and said, days without either dotted and said; the table beside it holds
the same data. Built from numbers and escaped words alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString

from clinic.titration.rules.numbers import plain
from clinic.titration.rules.steps import Step
from clinic.titration.rules.switching import SwitchSpan, Together

WIDTH, LEFT, RIGHT = 600, 8, 592
LANE_TOPS = (34, 128)
TITLE, LANE_HEIGHT, RISE = 14, 84, 46
BOTTOM, HEIGHT = 220, 250
# What an open end is drawn for: a tenth of the rest, a week at least.
OPEN_PART, LEAST_OPEN_DAYS = 10, 7
TICK_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
MOST_TICKS = 7
# Narrower than this, a label is left to wide screens, or to the table.
ROOM_ON_A_PHONE, ROOM = 64, 30
PATTERNS = (
    '<defs><pattern id="switch-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="sw-ink" d="M0 0V6"/></pattern>'
    '<pattern id="switch-dots" width="7" height="7" patternUnits="userSpaceOnUse">'
    '<circle class="sw-dot" cx="2" cy="2" r="1"/></pattern></defs>'
)
BANDS = {Together.BOTH: ("both", "switch-hatch"), Together.NEITHER: ("neither", "switch-dots")}


@dataclass(frozen=True, slots=True)
class Axis:
    """Days as places: the first day at the left edge, the day after the last at the right."""

    first_on: date
    last_on: date

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    def x(self, day: date) -> float:
        """Where a day begins."""
        return round(LEFT + (RIGHT - LEFT) * (day - self.first_on).days / self.days, 1)

    def after(self, day: date | None) -> float:
        """Where a last day ends; the right edge where there is none."""
        return RIGHT if day is None else self.x(day + timedelta(days=1))


def draw_switch(spans: Sequence[SwitchSpan], leaving: str, coming: str, today: date) -> SafeString:
    """The picture of a switch with its title and its description for screen readers."""
    axis = _axis(spans)
    lanes = "".join(
        _lane(axis, top, f"{name[:1].upper()}{name[1:]} {way}", [(one, _step(one, way)) for one in spans])
        for top, name, way in zip(LANE_TOPS, (leaving, coming), ("leaves", "comes"), strict=True)
    )
    bands = "".join(_band(axis, one) for one in _runs(spans))
    return SafeString(
        f'<svg class="switch-picture" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="switch-title switch-desc"><title id="switch-title">Both dose plans over time</title>'
        f'<desc id="switch-desc">{escape(describe(spans, leaving, coming))}</desc>'
        f"{PATTERNS}{bands}{_ticks(axis)}{lanes}{_today(axis, today)}</svg>"
    )


def describe(spans: Sequence[SwitchSpan], leaving: str, coming: str) -> str:
    """The picture in words: on which days both are taken and on which neither is."""
    said = [f"{_days_words(one)} {BANDS[one.together][0]}" for one in _runs(spans)]
    marked = "; ".join(said) or "no day with both and none without either"
    return f"{leaving} and {coming} on one axis: {marked}. The table holds the same data."


def _axis(spans: Sequence[SwitchSpan]) -> Axis:
    first, last = spans[0], spans[-1]
    if last.last_on is not None:
        return Axis(first.first_on, last.last_on)
    shown = max((last.first_on - first.first_on).days // OPEN_PART, LEAST_OPEN_DAYS)
    return Axis(first.first_on, last.first_on + timedelta(days=shown - 1))


def _step(span: SwitchSpan, way: str) -> Step | None:
    return span.leaving if way == "leaves" else span.coming


def _runs(spans: Sequence[SwitchSpan]) -> Iterator[SwitchSpan]:
    """Unbroken days with both or with neither, each as one span."""
    run: SwitchSpan | None = None
    for span in spans:
        if run is not None and run.together is span.together:
            run = SwitchSpan(run.first_on, span.last_on, run.leaving, run.coming)
            continue
        if run is not None and run.together in BANDS:
            yield run
        run = span
    if run is not None and run.together in BANDS:
        yield run


def _band(axis: Axis, run: SwitchSpan) -> str:
    words, pattern = BANDS[run.together]
    x, end = axis.x(run.first_on), axis.after(run.last_on)
    label = f"{words} {_length_words(run)}"
    middle = min(max((x + end) / 2, LEFT + 3.4 * len(label)), RIGHT - 3.4 * len(label))
    return (
        f'<rect class="sw-{words}" fill="url(#{pattern})" x="{x:g}" y="20" width="{end - x:g}" height="{BOTTOM - 20}">'
        f"<title>{_days_words(run)}: {words}</title></rect>"
        f'<text class="sw-word{_tight(end - x)}" x="{middle:g}" y="13">{label}</text>'
    )


def _lane(axis: Axis, top: int, title: str, taken: Sequence[tuple[SwitchSpan, Step | None]]) -> str:
    """One medication as a line of steps, filled below, with the amount above each step that has room for it."""
    base = top + LANE_HEIGHT
    most = max((step.mg_per_day for _, step in taken if step), default=Decimal(1))
    fill, line, labels, last_mg = [], [], [], Decimal()
    for span, step in taken:
        if step is None:
            line.append(f"V{base}" if last_mg else "")
            last_mg = Decimal()
            continue
        x, end = axis.x(span.first_on), axis.after(span.last_on)
        y = round(base - RISE * float(step.mg_per_day / most), 1)
        line.append(f"{'' if last_mg else f'M{x:g} {base}'}V{y:g}H{end:g}")
        fill.append(f"M{x:g} {base}V{y:g}H{end:g}V{base}z")
        if step.mg_per_day != last_mg and end - x >= ROOM:
            labels.append(_dose_label(x, y, end - x, step))
        last_mg = step.mg_per_day
    return (
        f'<text class="sw-name" x="{LEFT}" y="{top + TITLE}">{escape(title)}</text>'
        f'<path class="sw-base" d="M{LEFT} {base}H{RIGHT}"/><path class="sw-fill" d="{"".join(fill)}"/>'
        f'<path class="sw-line" d="{"".join(line)}"/>{"".join(labels)}'
    )


def _dose_label(x: float, y: float, room: float, step: Step) -> str:
    rhythm = "" if step.every_days == 1 else f" / {step.every_days} d"
    return f'<text class="sw-dose{_tight(room)}" x="{x + 3:g}" y="{y - 4:g}">{plain(step.mg_per_day)} mg{rhythm}</text>'


def _ticks(axis: Axis) -> str:
    every = next((days for days in TICK_DAYS if axis.days <= days * MOST_TICKS), TICK_DAYS[-1])
    days = [axis.first_on + timedelta(days=number) for number in range(0, axis.days, every)]
    return "".join(
        f'<path class="sw-grid" d="M{axis.x(day):g} 20V{BOTTOM}"/>'
        f'<text class="sw-day{" sw-tight" if number % 2 else ""}" x="{axis.x(day):g}" y="{BOTTOM + 14}">'
        f"{day:%b} {day.day}</text>"
        for number, day in enumerate(days)
        if axis.x(day) < RIGHT - ROOM
    )


def _today(axis: Axis, today: date) -> str:
    x = axis.x(today)
    return (
        f'<path class="sw-today" d="M{x:g} 20V{BOTTOM}"/>'
        f'<text class="sw-now" x="{min(max(x, LEFT + 20), RIGHT - 20):g}" y="{BOTTOM + 27}">today</text>'
    )


def _tight(room: float) -> str:
    return "" if room >= ROOM_ON_A_PHONE else " sw-tight"


def _length_words(run: SwitchSpan) -> str:
    if run.days is None:
        return "from then on"
    return "1 day" if run.days == 1 else f"{run.days} days"


def _days_words(run: SwitchSpan) -> str:
    first = f"{run.first_on:%b} {run.first_on.day}, {run.first_on.year}"
    if run.last_on is None:
        return f"From {first}"
    last = f"{run.last_on:%b} {run.last_on.day}, {run.last_on.year}"
    return first if run.last_on == run.first_on else f"{first} to {last}"
