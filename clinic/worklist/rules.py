"""What may become of a duty."""

from datetime import datetime, time

from clinic.core.rules import RuleBroken

LONGEST_SNOOZE_DAYS = 30
MORNING = time(8)


def check_open(closed_at: datetime | None) -> None:
    """A duty ends once: a closed one cannot be taken, put off or closed again."""
    if closed_at is not None:
        raise RuleBroken("This duty is already closed. Look at the board for what is open.")


def check_free(owner_name: str) -> None:
    """Whoever comes second is told whose a duty is: two people must not call the same client."""
    if owner_name:
        raise RuleBroken(f"{owner_name} has this duty. Ask them before you do anything about it.")


def check_by_hand(*, ends_alone: bool) -> None:
    """What follows from how things stand ends when they stand otherwise, and not because somebody says so."""
    if ends_alone:
        raise RuleBroken("This duty ends by itself once what it asks for is done.")


def check_word(note: str, *, needs_word: bool) -> None:
    """A duty that asks for a review ends only with what was looked at and decided."""
    if needs_word and not note.strip():
        raise RuleBroken("Say what was looked at and decided.", field="note")


def check_snooze(days: int) -> None:
    """A duty may be put off by 1 to 30 days, a clinic's own limit, so that none is put away for good."""
    if not 1 <= days <= LONGEST_SNOOZE_DAYS:
        raise RuleBroken("A duty may be put off by 1 to 30 days. Close it if it is no longer needed.", field="days")


def is_overdue(due_at: datetime, *, now: datetime) -> bool:
    """Whether the moment by which the duty was to be done has passed."""
    return due_at < now
