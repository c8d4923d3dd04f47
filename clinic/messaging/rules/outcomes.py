"""What became of a try, and what follows from it."""

from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
NOT_A_THIRD_TIME = "not sent a third time"


class Outcome(StrEnum):
    """How a try to hand a message over ended. `unknown`: bytes left, and no answer came back.

    `not tried`: it was ready, and nothing left, because the gateway rests or the last look was too long ago.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"


class AfterUnknown(StrEnum):
    """What to do about a message that may or may not have arrived."""

    ASK = "ask"
    SEND_AGAIN = "send again"
    GIVE_UP = "give up"


def classify_status(status: int) -> Outcome:
    """Read a gateway's HTTP status: 202 and 409 (this key was accepted before) are accepted, 429 and 5xx are to be
    tried again, any other 4xx is refused for good; what the contract does not name is unknown.
    """
    if status in {202, 409}:
        return Outcome.ACCEPTED
    if status == 429 or 500 <= status < 600:
        return Outcome.RETRY
    if 400 <= status < 500:
        return Outcome.REFUSED
    return Outcome.UNKNOWN


def wait_before_try(attempts: int, *, asked_wait: timedelta | None = None) -> timedelta:
    """How long to wait after the n-th try: 10 s, doubled each time up to 15 min, or what the gateway asks (≤ 24 h)."""
    doublings = min(max(attempts - 1, 0), 10)
    wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return min(max(wait, asked_wait or timedelta()), GIVE_UP_AFTER)


def is_past_cap(due_at: datetime, now: datetime) -> bool:
    """A message still not handed over 24 h after it was due is given up and becomes a duty to phone."""
    return now - due_at >= GIVE_UP_AFTER


def after_unknown(*, keeps_keys: bool, can_ask: bool, times: int) -> AfterUnknown:
    """A gateway that can be asked is asked; one that keeps keys gets the same key again, as often as needed.

    One that can neither gets the message again once: at most one extra. A second unknown (`times` 2) is for a person.
    """
    if can_ask:
        return AfterUnknown.ASK
    if keeps_keys or times < 2:
        return AfterUnknown.SEND_AGAIN
    return AfterUnknown.GIVE_UP
