"""Changes to a running plan: days before a change always read exactly as they did."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from clinic.titration.rules.course import Course, Stretch
from clinic.titration.rules.order import Action, Change
from clinic.titration.rules.reading import BadOrder

FIELD_OF_LENGTH = {
    Action.PAUSE: "days",
    Action.SLOW: "interval_days",
    Action.BACK_ONE_STEP: "on",
    Action.STOP: "on",
}


class Running(NamedTuple):
    """The stretch that runs on the day of a change: its place, itself and the days of it that are past."""

    place: int
    stretch: Stretch
    days_past: int


def apply_changes(course: Course, changes: Sequence[Change]) -> Course:
    """The course after all changes in their order; BadOrder for a day outside the plan or no step before."""
    for place, change in enumerate(changes):
        path = f"changes[{place}]"
        running = _running_on(course, change.on, path)
        if change.action is Action.PAUSE:
            course = _pause(course, running, change.days)
        elif change.action is Action.SLOW:
            course = _slow(course, running, change.days)
        elif change.action is Action.STOP:
            course = replace(course, stretches=_until(course, running), stops=True)
        else:
            course = _back_one_step(course, running, change.on, changes[:place], path)
        course.check_length(f"{path}.{FIELD_OF_LENGTH[change.action]}")
    return course


def _running_on(course: Course, on: date, path: str) -> Running:
    found = None
    for place, (stretch, first_on) in enumerate(course.first_days()):
        if first_on <= on:
            found = Running(place, stretch, (on - first_on).days)
    end_on = course.end_on
    if found is None or (end_on is not None and on >= end_on):
        raise BadOrder(f"{path}.on", "This day is not within the plan.")
    return found


def _pause(course: Course, running: Running, days: int) -> Course:
    """The running step lasts so many days longer, later ones move; an open-ended step needs no longer."""
    place, stretch, _ = running
    if stretch.days is None or stretch.full_days is None:
        return course
    longer = replace(stretch, days=stretch.days + days, full_days=stretch.full_days + days)
    return replace(course, stretches=(*course.stretches[:place], longer, *course.stretches[place + 1 :]))


def _slow(course: Course, running: Running, interval_days: int) -> Course:
    """Every stretch that begins later lasts at least so long."""
    later = running.place + 1
    slowed = [_at_least(stretch, interval_days) for stretch in course.stretches[later:]]
    return replace(course, stretches=(*course.stretches[:later], *slowed))


def _back_one_step(course: Course, running: Running, on: date, earlier: Sequence[Change], path: str) -> Course:
    """The step before is taken again in full from that day, then the current one in full, then the rest.

    The step before is the one before it in the order, also when the current one is itself taken again.
    """
    place, current, _ = running
    if current.rung == 0:
        raise BadOrder(f"{path}.action", "There is no step before the first one to go back to.")
    before = next(one for one in reversed(course.stretches[:place]) if one.rung == current.rung - 1)
    again = [replace(stretch, days=stretch.full_days) for stretch in (before, current)]
    for slow in earlier:
        if slow.action is Action.SLOW and slow.on < on:
            again = [_at_least(stretch, slow.days) for stretch in again]
    stretches = (*_until(course, running), *again, *course.stretches[place + 1 :])
    return replace(course, stretches=stretches)


def _until(course: Course, running: Running) -> tuple[Stretch, ...]:
    """The course up to the day before the change."""
    past = course.stretches[: running.place]
    return (*past, replace(running.stretch, days=running.days_past)) if running.days_past else past


def _at_least(stretch: Stretch, days: int) -> Stretch:
    if stretch.days is None or stretch.full_days is None:
        return stretch
    return replace(stretch, days=max(stretch.days, days), full_days=max(stretch.full_days, days))
