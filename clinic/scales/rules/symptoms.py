"""Target symptoms: what shall get better in the client's own words, rated from 0 to 10."""

from collections.abc import Iterable
from datetime import date

from clinic.core.rules import RuleBroken

LEAST, MOST = 0, 10
# The clinic's own limits, no clinical numbers: few enough to be asked each time, short enough to be read at a glance.
MOST_AT_ONCE = 5
LONGEST_WORDS = 80
SCALE_WORDS = {LEAST: "not at all", MOST: "as bad as it can be"}


def check_new(words: str, standing: Iterable[str]) -> str:
    """A client has up to five target symptoms at once, each worded once; answers the words as they are kept."""
    kept = " ".join(words.split())
    others = list(standing)
    if not kept or len(kept) > LONGEST_WORDS:
        raise RuleBroken(f"Write it in up to {LONGEST_WORDS} letters, in the client's own words.", field="words")
    if kept.casefold() in {other.casefold() for other in others}:
        raise RuleBroken("This symptom is rated already.", field="words")
    if len(others) >= MOST_AT_ONCE:
        raise RuleBroken(f"{MOST_AT_ONCE} at once are enough: end one before another is added.", field="words")
    return kept


def check_rating(value: int, *, ended_on: date | None) -> None:
    """A symptom that has not ended is rated from 0, not at all, to 10, as bad as it can be."""
    if not LEAST <= value <= MOST:
        raise RuleBroken(f"Choose a number from {LEAST} to {MOST}.")
    if ended_on is not None:
        raise RuleBroken(f"This symptom is rated no more since {ended_on:%b %-d, %Y}.")


def rating_words(values: list[int]) -> str:
    """How a symptom moved, from ratings that come newest first: "4 of 10, was 7", "not rated yet"."""
    if not values:
        return "not rated yet"
    words = f"{values[0]} of {MOST}"
    return f"{words}, was {values[1]}" if len(values) > 1 and values[1] != values[0] else words
