"""What changed since somebody last looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Pages opened one after the other are one look: what was new at the first stays new until the reader goes away.
ONE_SITTING = timedelta(hours=1)
MOST_NEWS = 12


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that came onto the chart at an instant, in words."""

    at: datetime
    words: str


def news(happenings: Iterable[Happening], *, since: datetime) -> list[Happening]:
    """What came after an instant, newest first, at most twelve lines."""
    fresh = [happening for happening in happenings if happening.at > since]
    return sorted(fresh, key=lambda happening: happening.at, reverse=True)[:MOST_NEWS]
