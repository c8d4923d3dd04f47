"""Deeds of a visit: start, save, copy text, decide, sign, add to. A signed visit never changes."""

from clinic.visits.services.copied import copy_text, delete_phrase, review_text, save_phrase
from clinic.visits.services.drafts import decide, save_visit, start_visit
from clinic.visits.services.next_visit import book_next
from clinic.visits.services.note_templates import (
    delete_note_template,
    keep_as_note_template,
    save_note_template,
    use_note_template,
)
from clinic.visits.services.signing import add_addendum, cosign_visit, sign_visit

__all__ = [
    "add_addendum",
    "book_next",
    "copy_text",
    "cosign_visit",
    "decide",
    "delete_note_template",
    "delete_phrase",
    "keep_as_note_template",
    "review_text",
    "save_note_template",
    "save_phrase",
    "save_visit",
    "sign_visit",
    "start_visit",
    "use_note_template",
]
