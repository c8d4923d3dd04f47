"""The units of a signed dose as they are drawn: whole and half tablets, capsules, volumes in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.units import Form, Release
from clinic.titration.rules.words import HOW_RELEASED

HALF = Decimal("0.5")
DRAWN_ONE_BY_ONE = 4
# Width and outline of each shape in a box 26 high; a half tablet is a dome after the sign ½.
OUTLINES = {
    "tablet": (26, '<circle cx="13" cy="13" r="12"/>', 13),
    "half": (40, '<path d="M15 20a12 12 0 0 1 24 0z"/><text class="half-sign" x="6" y="18">½</text>', 27),
    "capsule": (38, '<rect x="1" y="3" width="36" height="20" rx="10"/>', 19),
    "volume": (58, '<rect x="1" y="3" width="56" height="20" rx="3"/>', 29),
}


class Shape(StrEnum):
    """How a unit is drawn; a volume is a number with mL."""

    TABLET = "tablet"
    HALF = "half"
    CAPSULE = "capsule"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Drawn:
    """So many of one shape. `mg_each` is in one whole piece, or in one mL; `count` is pieces, or mL of a volume."""

    shape: Shape
    count: Decimal
    mg_each: Decimal
    kind: str

    @property
    def mg(self) -> Decimal:
        """The dose that is drawn."""
        return self.count * self.mg_each * (HALF if self.shape is Shape.HALF else 1)

    @property
    def label(self) -> str:
        """What stands in the shape: the strength of the whole piece, or the volume with its unit."""
        return f"{plain(self.count)} mL" if self.shape is Shape.VOLUME else plain(self.mg_each)

    @property
    def pieces(self) -> int:
        """How often the shape is drawn: a volume once, pieces one by one up to four, more as one with a number."""
        return 1 if self.shape is Shape.VOLUME or self.is_many else int(self.count)

    @property
    def is_many(self) -> bool:
        """Whether there are too many pieces to be counted at a glance."""
        return self.shape is not Shape.VOLUME and self.count > DRAWN_ONE_BY_ONE

    @property
    def words(self) -> str:
        """What the drawing is, for a key beside it: "25 mg tablet", "half of a 25 mg tablet", "20 mg/mL solution"."""
        if self.shape is Shape.VOLUME:
            return f"{plain(self.mg_each)} mg/mL {self.kind}"
        piece = f"{plain(self.mg_each)} mg {self.kind}"
        return f"half of a {piece}" if self.shape is Shape.HALF else piece


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken at one time of a day, in drawings."""

    time: Time
    drawn: tuple[Drawn, ...]

    @property
    def picture(self) -> SafeString:
        """All of it for a web page; the words stand beside it, so screen readers pass it over."""
        return SafeString("".join(_pictures(one) for one in self.drawn))


def taken_of(doses: Sequence[Mapping[str, Any]]) -> tuple[Taken, ...]:
    """The doses of a step as they were signed (the contract's `doses`), in the order of the day, to be drawn."""
    return tuple(
        Taken(Time(dose["time"]), tuple(drawn for unit in dose["units"] for drawn in drawn_of(unit))) for dose in doses
    )


def drawn_of(unit: Mapping[str, Any]) -> tuple[Drawn, ...]:
    """One unit of the contract as drawings: one and a half tablets are a whole and a half one."""
    kind = f"{HOW_RELEASED[Release(unit['release'])]}{unit['form']}"
    count = Decimal(unit["count"])
    if "mg_per_ml" in unit:
        return (Drawn(Shape.VOLUME, count, Decimal(unit["mg_per_ml"]), kind),)
    mg = Decimal(unit["strength_mg"])
    if unit["form"] == Form.CAPSULE:
        return (Drawn(Shape.CAPSULE, count, mg, kind),)
    whole, rest = divmod(count, 1)
    drawn = (Drawn(Shape.TABLET, whole, mg, kind),) if whole else ()
    return (*drawn, Drawn(Shape.HALF, Decimal(1), mg, kind)) if rest else drawn


def _pictures(one: Drawn) -> str:
    width, outline, middle = OUTLINES[one.shape]
    label = f'<text x="{middle}" y="17">{escape(one.label)}</text>'
    shape = f'<svg class="unit unit-{one.shape}" viewBox="0 0 {width} 26" aria-hidden="true">{outline}{label}</svg>'
    many = f'<span class="unit-many">{plain(one.count)} ×</span>' if one.is_many else ""
    return many + shape * one.pieces
