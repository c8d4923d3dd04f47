"""The doses of one medication over time, as signed: what is taken on a day and what comes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
class Missed:
    """Days from `first_on` to `last_on` on which doses of a dose plan were not taken."""

    dose_plan_id: UUID
    first_on: date
    last_on: date


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


def courses(rows: Iterable[StepRow], missed: Sequence[Missed] = ()) -> list[Course]:
    """Courses in the order in which their dose plans come; nothing holds from the day of a stop on.

    A version keeps the past of those it replaced, so the version in force tells all that was planned; days on
    which it was not taken are left out.
    """
    by_plan: dict[UUID, list[StepRow]] = {}
    for row in rows:
        by_plan.setdefault(row.dose_plan_id, []).append(row)
    return [_course(plan_rows, missed) for plan_rows in by_plan.values()]


def treated_from(given: Iterable[Course], today: date) -> date | None:
    """The first day of what is taken now, the longest taken first; None where nothing is."""
    running = (course.segments for course in given if course.is_running(today))
    return min((segment.first_on for segments in running for segment in segments), default=None)


def _course(rows: list[StepRow], missed: Sequence[Missed]) -> Course:
    segments = sorted(filter(None, map(_segment, rows)), key=lambda segment: segment.first_on)
    first = rows[0]
    for gap in missed:
        if gap.dose_plan_id == first.dose_plan_id:
            segments = [left for segment in segments for left in _without(segment, gap)]
    return Course(first.dose_plan_id, first.medication, first.treats, tuple(segments), first.stop_on)


def _without(segment: Segment, gap: Missed) -> list[Segment]:
    """What is left of a segment on both sides of days that were missed."""
    if gap.last_on < segment.first_on or (segment.last_on is not None and gap.first_on > segment.last_on):
        return [segment]
    left = []
    if segment.first_on < gap.first_on:
        left.append(replace(segment, last_on=gap.first_on - DAY))
    if segment.last_on is None or segment.last_on > gap.last_on:
        left.append(replace(segment, first_on=gap.last_on + DAY))
    return left


def _segment(row: StepRow) -> Segment | None:
    if row.first_on is None or row.mg_per_day is None or (row.stop_on and row.first_on >= row.stop_on):
        return None
    last_on = row.last_on
    if row.stop_on and (last_on is None or last_on >= row.stop_on):
        last_on = row.stop_on - DAY
    return Segment(row.first_on, last_on, row.every_days or 1, row.mg_per_day, row.words or "")
