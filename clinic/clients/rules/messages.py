"""What a client agrees to when they let the clinic write to them."""

from collections.abc import Collection

from clinic.core.rules import RuleBroken

# The text that is read to or by the client; a new wording gets a new version, and consents keep the one they had.
MESSAGE_TEXT_VERSION = "2026-11"
MESSAGE_TEXT = (
    "We may send you check-ins, reminders of tests and of appointments, and pages to read this way. The messages say "
    "no name and nothing about your treatment, only that there is something for you, and a link. Your carrier may "
    "charge for text messages. You can end this at any time: reply STOP to a text message, or call us."
)


def check_still_stands(*, read: Collection[tuple[str, str]], standing: Collection[tuple[str, str]]) -> None:
    """Consent is changed from what stands alone: meanwhile the client may have ended by link what was read here."""
    if set(read) != set(standing):
        raise RuleBroken(
            "What the client agrees to changed after you opened this page: beside each box is what stands now. Your "
            "ticks are kept. Save again if they are what the client says."
        )


def check_may_be_agreed(*, has_address: bool) -> None:
    """Consent to a channel needs an address of the client that may be used for it."""
    if not has_address:
        raise RuleBroken(
            "There is no number or address that may be used for this. Edit the client's contact first, and tick that "
            "reminders may be sent."
        )
