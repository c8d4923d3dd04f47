"""The laws of coverage: which moves a prior authorization allows and when a cover holds. Pure."""

from datetime import date, timedelta

from clinic.core.rules import RuleBroken

ALLOWED_MOVES = {
    "needed": {"submitted", "withdrawn"},
    "submitted": {"approved", "denied", "withdrawn"},
    "denied": {"appealed", "withdrawn"},
    "appealed": {"approved", "denied", "withdrawn"},
    "approved": {"withdrawn"},
    "withdrawn": set(),
}

# A cover is asked about again each month and at each new plan year: custom of clinic billing offices.
CHECK_AGAIN_AFTER = timedelta(days=30)


def check_days(began_on: date | None, ended_on: date | None) -> None:
    """A cover ends on or after the day it began."""
    if began_on and ended_on and ended_on < began_on:
        raise RuleBroken("The last day of the cover must not be before its first.", field="ended_on")


def check_move(old: str, new: str, *, expires_on: date | None) -> None:
    """A prior authorization goes from needed over submitted to a decision; an approval has a last day."""
    if new not in ALLOWED_MOVES.get(old, set()):
        raise RuleBroken(f"A prior authorization that is {old} cannot become {new}.", field="status")
    if new == "approved" and expires_on is None:
        raise RuleBroken("Say until when it is approved: the last day is needed to renew in time.", field="expires_on")


def needs_check(last_checked_on: date | None, today: date) -> bool:
    """Never asked, or not for a month."""
    return last_checked_on is None or today - last_checked_on > CHECK_AGAIN_AFTER
