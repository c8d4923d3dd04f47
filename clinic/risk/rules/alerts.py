"""What may become of an alert about danger to a person."""

from datetime import datetime
from uuid import UUID

from clinic.core.rules import RuleBroken


def check_raised(reason: str, done_so_far: str) -> None:
    """Who raises an alert says what was seen or said and what was done so far, so that the next one can go on."""
    if not reason.strip():
        raise RuleBroken("Write what was seen or said.", field="reason")
    if not done_so_far.strip():
        raise RuleBroken("Write what was done so far, or that nothing was.", field="done_so_far")


def check_not_closed(closed_at: datetime | None) -> None:
    """A closed alert stays as it was closed; new danger is a new alert."""
    if closed_at is not None:
        raise RuleBroken("This alert is already closed. Raise a new one if there is danger again.")


def check_not_held(holder_name: str) -> None:
    """One person takes an alert on, so that the client is called once and by somebody who knows it is theirs."""
    if holder_name:
        raise RuleBroken(f"{holder_name} has already taken this alert on.")


def check_disposition(disposition: str, what_was_done: str) -> None:
    """An alert is closed only with what came of it and what was done, in words."""
    if not disposition:
        raise RuleBroken("Choose what came of it.", field="disposition")
    if not what_was_done.strip():
        raise RuleBroken("Write what was done: who was reached, what was agreed.", field="what_was_done")


def needs_second_person(*, is_false_alarm: bool, by: UUID, raised_by: UUID | None) -> bool:
    """Nobody switches off alone what they raised: a false alarm that the same person closes needs another to agree."""
    return is_false_alarm and raised_by == by
