"""What may be done to the queue by hand, and from when on it is late."""

from clinic.core.rules import RuleBroken

# The house's promise: whoever runs the portal hears within a minute and a half that messages stand still.
LATE_AFTER_S = 90
RESENT_FROM = {"accepted": True, "refused": False, "gave_up": False}


def check_reason(reason: str) -> None:
    """What is done to messages by hand is done for a reason that others can read."""
    if not reason.strip():
        raise RuleBroken("Say why.", field="reason")


def needs_new_key(state: str) -> bool:
    """Whether a message sent again by hand is a message of its own: yes if the gateway took it over before.

    One that may or may not have arrived keeps its key, so that it arrives once. Raises RuleBroken for a message that
    still waits or that nobody wants any more.
    """
    if state not in RESENT_FROM:
        raise RuleBroken("This message still waits, or nobody wants it any more. Only one that ended is sent again.")
    return RESENT_FROM[state]
