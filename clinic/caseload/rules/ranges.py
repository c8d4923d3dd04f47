"""How far back the whole timeline looks, and which medications it draws."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from clinic.caseload.rules.courses import Course
from clinic.caseload.rules.timeline import LONGEST_AHEAD, MOST_LANES, Frame

SHOWN_FIRST = "2y"
PANELS = 8


class Range(NamedTuple):
    """Days that the timeline looks back, by the code of its address."""

    code: str
    words: str
    days: int

    def since(self, today: date) -> date:
        """The first day that may be shown."""
        return today - timedelta(days=self.days)

    @property
    def frame(self) -> Frame:
        """What is planned takes at most a third of the picture."""
        return Frame(min(timedelta(days=self.days // 2), LONGEST_AHEAD), PANELS, is_whole=True)


RANGES = (
    Range("6w", "6 weeks", 42),
    Range("3m", "3 months", 91),
    Range("6m", "6 months", 182),
    Range("1y", "1 year", 365),
    Range(SHOWN_FIRST, "2 years", 730),
    Range("5y", "5 years", 1826),
)


def range_of(code: str) -> Range:
    """The range of a code; two years where there is no such range."""
    by_code = {one.code: one for one in RANGES}
    return by_code.get(code, by_code[SHOWN_FIRST])


def within(given: Sequence[Course], since: date) -> list[Course]:
    """The medications that were taken, or are to be, since a day."""
    return [course for course in given if any(s.last_on is None or s.last_on >= since for s in course.segments)]


def chosen(given: Sequence[Course], wanted: Collection[UUID]) -> list[Course]:
    """One to four of the medications: those that are wanted, else the newest."""
    found = [course for course in given if course.dose_plan_id in wanted]
    return (found or list(given))[:MOST_LANES]
