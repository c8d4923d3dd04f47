"""Text that comes into a note from elsewhere: marked as copied until somebody keeps, edits or drops it."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import models

from clinic.core.rules import RuleBroken, refuse, unless
from clinic.visits.rules.note import Problem, too_long
from clinic.visits.rules.since import Line, day_beside

LONGEST_PHRASE_NAME = 40
LONGEST_TEMPLATE_TEXT = 4000
PARTS = {"subjective": "What the client reports", "assessment": "Assessment", "next_steps": "What follows"}


class Origin(models.TextChoices):
    """Where copied text comes from."""

    LAST_VISIT = "last_visit", "The last visit"
    PHRASE = "phrase", "A phrase"
    TEMPLATE = "template", "A note template"
    EVENTS = "events", "What happened since"


class Review(models.TextChoices):
    """What became of copied text: it went into the note as it was or edited, or it was dropped."""

    KEPT = "kept", "kept"
    EDITED = "edited", "edited"
    DROPPED = "dropped", "dropped"


# What happened is the client's history: it is proposed for no other part of the note.
ORIGINS = {
    "subjective": (Origin.EVENTS, Origin.LAST_VISIT, Origin.PHRASE),
    "assessment": (Origin.LAST_VISIT, Origin.PHRASE),
    "next_steps": (Origin.LAST_VISIT, Origin.PHRASE),
}


def check_origin(part: str, origin: str) -> None:
    """Text is copied into one of the three parts of the note; only the history is proposed from what happened."""
    if origin not in ORIGINS.get(part, ()):
        raise RuleBroken("Choose what is copied and into which part of the note.")


def passage_field(key: str) -> str:
    """The form field in which a copied text stands; `key` is its number without dashes."""
    return f"passage_{key}"


def review_of(key: str, copied: str, now: str) -> Review:
    """Kept where not a word was changed, else edited; RuleBroken where nothing is left of it."""
    if not now.strip():
        raise RuleBroken("Nothing is left of the copied text. Drop it instead.", field=passage_field(key))
    return Review.KEPT if now.split() == copied.split() else Review.EDITED


def joined(text: str, passage: str) -> str:
    """A part of the note with a passage below what stands in it."""
    return "\n".join(part for part in (text.rstrip(), passage.strip()) if part)


def unreviewed(key: str, came_from: str, part: str) -> Problem:
    """Copied text that nobody has reviewed keeps a visit from being signed: what is signed was meant today."""
    words = f"Keep or drop the text copied from {came_from} into “{PARTS[part]}”."
    return Problem(passage_field(key), words)


def told_history(lines: Iterable[Line], on: date | None) -> str:
    """The interval history as it is proposed: what happened since the last visit, a line each, the oldest first."""
    in_order = sorted(lines, key=lambda line: line.on)
    told = [f"{day_beside(line.on, in_order[-1].on)}: {line.words}" for line in in_order]
    if not told:
        raise RuleBroken("Nothing came in since the last visit: there is nothing to propose.")
    head = f"Since the visit of {on:%b} {on.day}, {on.year}:" if on else "So far:"
    return "\n".join((head, *told))


def check_phrase(name: str, text: str) -> None:
    """A phrase has a short name, of which it is asked for, and a text."""
    refuse(_short_name(name), unless(text.strip(), "Write the text of the phrase.", field="text"))


def check_note_template(name: str, texts: Mapping[str, str], *, name_field: str = "name") -> None:
    """A note template has a short name and a text for at least one part of the note, none above 4,000 characters.

    It holds words alone: mental status and risk are answered anew each time, and never come out of a template.
    """
    has_text = any(text.strip() for text in texts.values())
    long = [too_long(part, f"“{PARTS[part]}”", text, LONGEST_TEMPLATE_TEXT) for part, text in texts.items()]
    refuse(
        _short_name(name, name_field),
        unless(has_text, "Write something for at least one part of the note.", field=name_field),
        *(problem.refusal for problems in long for problem in problems),
    )


def _short_name(name: str, field: str = "name") -> RuleBroken | None:
    is_short = name.strip() and len(name) <= LONGEST_PHRASE_NAME
    return unless(is_short, f"Give a short name of at most {LONGEST_PHRASE_NAME} characters.", field=field)
