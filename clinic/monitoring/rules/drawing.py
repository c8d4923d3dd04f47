"""The pictures of results over time as SVG, made of numbers and escaped words alone.

They print, need no JavaScript, and scale to a phone by their view box.
"""

from html import escape

from django.utils.safestring import SafeString

from clinic.monitoring.rules.trends import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Dot, Line, Picture

BESIDE = 8
HALF_A_LETTER = 4


def draw(picture: Picture) -> SafeString:
    """One picture with its title for screen readers; the table beside it holds the data."""
    low, high = picture.days
    lines = "".join(_line(line, number) for number, line in enumerate(picture.lines))
    return SafeString(
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(describe(picture))}">'
        f"{_band(picture)}{_sides(picture)}{_began(picture)}{lines}"
        f'<text class="trend-day" x="{LEFT}" y="{HEIGHT - 8}">{low}</text>'
        f'<text class="trend-day trend-end" x="{RIGHT}" y="{HEIGHT - 8}">{high}</text></svg>'
    )


def describe(picture: Picture) -> str:
    """The picture in words: what, from when to when, from which value to which."""
    told = "; ".join(f"{line.label}, {len(line.dots)} results, the last {line.last}" for line in picture.lines)
    first, last = picture.days
    return f"{picture.title} from {first} to {last}: {told}. The table below holds the same."


def _band(picture: Picture) -> str:
    if picture.band is None:
        return ""
    top, bottom = picture.band
    return f'<path class="trend-band" d="M{LEFT} {top:g}H{RIGHT}V{bottom:g}H{LEFT}z"/>'


def _sides(picture: Picture) -> str:
    return "".join(
        f'<path class="trend-base" d="M{LEFT} {side.y:g}H{RIGHT}"/>'
        f'<text class="trend-side" x="{LEFT - BESIDE}" y="{side.y + HALF_A_LETTER:g}">{side.words}</text>'
        for side in picture.sides
    )


def _began(picture: Picture) -> str:
    return "".join(
        f'<path class="trend-began" d="M{x:g} {TOP - 8}V{BOTTOM}"><title>{escape(name)} began</title></path>'
        for x, name in picture.began
    )


def _line(line: Line, number: int) -> str:
    path = "L".join(f"{dot.x:g} {dot.y:g}" for dot in line.dots)
    dots = "".join(
        f'<path class="trend-dot" d="{_shape(dot, number)}"><title>{escape(dot.words)}</title></path>'
        for dot in line.dots
    )
    return f'<g class="trend-{number}"><path class="trend-line" d="M{path}"/>{dots}</g>'


def _shape(dot: Dot, number: int) -> str:
    """A circle or a diamond: what stands in one picture is told apart by shape, not by color."""
    if number == 0:
        return f"M{dot.x - 3.5:g} {dot.y:g}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"
    return f"M{dot.x:g} {dot.y - 4.5:g}l4.5 4.5l-4.5 4.5l-4.5-4.5z"
