"""What a client is asked to watch for, in plain words, where a confirmed boxed warning stands behind them."""

from collections.abc import Iterable, Sequence
from datetime import date

ANYTHING_NEW = "Anything new, or anything that worries you: tell us."
# A word of the label's boxed warning as the formulary keeps it, and what it means for the person who takes it. What
# is not here (such as a warning for other people than our clients) adds nothing to the general sentence.
PLAIN_WORDS: Sequence[tuple[str, str]] = (
    ("suicid", "New or stronger thoughts of harming yourself: call us at once, or call or text 988."),
    ("skin rash", "Any new rash: call us at once, the same day."),
    ("neutropenia", "Fever, a sore throat or other signs of an infection: call us at once."),
    ("myocarditis", "Chest pain, or trouble breathing: call 911."),
    ("seizures", "Fainting or a seizure: call 911."),
)


def waiting_words(days: Iterable[date]) -> tuple[str, ...]:
    """For each step that waits: until the clinic says that it may begin, the dose before goes on."""
    return tuple(
        f"From {day:%a}, {day:%b} {day.day}: the new dose only if we told you that it may begin. Until then stay on "
        "the dose before."
        for day in sorted(days)
    )


def watch_words(boxed_warning: str, *, is_confirmed: bool) -> tuple[str, ...]:
    """Plain words for a boxed warning that was confirmed against the label; nothing for one that was not."""
    if not is_confirmed:
        return ()
    told = boxed_warning.lower()
    return tuple(words for sign, words in PLAIN_WORDS if sign in told)
