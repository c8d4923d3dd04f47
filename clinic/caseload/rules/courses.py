"""The doses of one medication over time, as signed: what is taken on a day and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from clinic.titration.rules.signed import is_running_on

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the version in force; a dose plan without any step has one row without days."""

    dose_plan_id: UUID
    medication: str
    treats: str
    stop_on: date | None
    first_on: date | None
    last_on: date | None
    every_days: int | None
    mg_per_day: Decimal | None
    words: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """Days from `first_on` to `last_on` (None: open-ended) on which `mg_per_day` is taken every `every_days`."""

    first_on: date
    last_on: date | None
    every_days: int
    mg_per_day: Decimal
    words: str

    def holds_on(self, day: date) -> bool:
        return is_running_on(self, day)


@dataclass(frozen=True, slots=True)
class Course:
    """One medication's segments in order, and the first day without it where one is set."""

    dose_plan_id: UUID
    medication: str
    treats: str
    segments: tuple[Segment, ...]
    stop_on: date | None

    def on(self, day: date) -> Segment | None:
        """The segment that holds on a day."""
        return next((segment for segment in self.segments if segment.holds_on(day)), None)

    def after(self, day: date) -> Segment | None:
        """The next segment that begins after a day."""
        return next((segment for segment in self.segments if segment.first_on > day), None)

    def is_running(self, day: date) -> bool:
        """Taken on that day, or to be taken later."""
        return self.on(day) is not None or self.after(day) is not None


def courses(rows: Iterable[StepRow]) -> list[Course]:
    """Courses in the order in which their dose plans come; nothing holds from the day of a stop on.

    A version keeps the past of those it replaced, so the version in force tells all that was taken.
    """
    by_plan: dict[UUID, list[StepRow]] = {}
    for row in rows:
        by_plan.setdefault(row.dose_plan_id, []).append(row)
    return [_course(plan_rows) for plan_rows in by_plan.values()]


def _course(rows: list[StepRow]) -> Course:
    segments = sorted(filter(None, map(_segment, rows)), key=lambda segment: segment.first_on)
    first = rows[0]
    return Course(first.dose_plan_id, first.medication, first.treats, tuple(segments), first.stop_on)


def _segment(row: StepRow) -> Segment | None:
    if row.first_on is None or row.mg_per_day is None or (row.stop_on and row.first_on >= row.stop_on):
        return None
    last_on = row.last_on
    if row.stop_on and (last_on is None or last_on >= row.stop_on):
        last_on = row.stop_on - DAY
    return Segment(row.first_on, last_on, row.every_days or 1, row.mg_per_day, row.words or "")
