"""What may become of a duty."""

from datetime import datetime, timedelta

from clinic.core.rules import RuleBroken

LONGEST_SNOOZE = timedelta(days=30)


def check_open(closed_at: datetime | None) -> None:
    """A duty ends once: a closed one cannot be taken, put off or closed again."""
    if closed_at is not None:
        raise RuleBroken("This duty is already closed. Look at the board again for what is open.")


def check_snooze(until: datetime, *, now: datetime) -> None:
    """A duty may be put off to a later moment, at most 30 days ahead, so that none is put away for good."""
    if until <= now:
        raise RuleBroken("Choose a time that is still to come.", field="until")
    if until - now > LONGEST_SNOOZE:
        raise RuleBroken(
            "A duty may be put off for at most 30 days. Close it if it is no longer needed.", field="until"
        )


def is_overdue(due_at: datetime, *, now: datetime) -> bool:
    """Whether the moment by which the duty was to be done has passed."""
    return due_at < now
