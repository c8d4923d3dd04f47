"""Days across the timeline: where a day stands, and what stands on it.

Units are those of the picture (560 wide); it is scaled to the page by its view box.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

WIDTH = 560
RIGHT = 548
LEFT = 12


class Mark(NamedTuple):
    """Something that happened on a day, in words."""

    on: date
    words: str


class Tick(NamedTuple):
    """A mark at a place, with its words for those who point at it or have it read to them."""

    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps days to places: `first_on` at the left edge, `last_on` at the right."""

    first_on: date
    last_on: date

    def x(self, day: date) -> float:
        """The place of the beginning of a day, held within the picture."""
        share = (day - self.first_on).days / max((self.last_on - self.first_on).days, 1)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def shows(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on
