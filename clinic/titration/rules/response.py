"""From when the clinic asks whether a medication helps."""

from dataclasses import dataclass
from datetime import date, timedelta

from clinic.core.rules import refuse, unless

LONGEST_WEEKS = 52
# The clinic's own limit: it only catches a slip of typing and says nothing clinical.
LONGEST_STAY = timedelta(days=366)
MOST_POINTS = 80


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The clinic's thresholds, by default those it began with: weeks at an effective dose until a trial is adequate,
    percent by which a score is at least lower to count as better, points by which more is worse, weeks without a score.
    """

    adequate_weeks: int = 4
    better_percent: int = 20
    worse_points: int = 5
    silent_weeks: int = 6


def check_stay(until: date, reason: str, today: date) -> None:
    """A plan that was reviewed stays until a day after today, within a year, and says why."""
    is_near = today < until <= today + LONGEST_STAY
    refuse(
        unless(is_near, "Choose a day after today, within a year.", field="until"),
        unless(reason.strip(), "Say why the plan stays.", field="reason"),
    )


def check_thresholds(thresholds: Thresholds) -> None:
    """Weeks lie between 1 and 52, percent between 1 and 100, points between 1 and the most that a scale has."""
    given, weeks = thresholds, "Weeks lie between 1 and 52."
    points = f"Points lie between 1 and {MOST_POINTS}."
    refuse(
        unless(1 <= given.adequate_weeks <= LONGEST_WEEKS, weeks, field="adequate_weeks"),
        unless(1 <= given.better_percent <= 100, "Percent lie between 1 and 100.", field="better_percent"),
        unless(1 <= given.worse_points <= MOST_POINTS, points, field="worse_points"),
        unless(1 <= given.silent_weeks <= LONGEST_WEEKS, weeks, field="silent_weeks"),
    )
