"""Forms of the visit, and how each medication stands on its page."""

from clinic.visits.forms.phrases import NoteTemplateForm, PhraseForm
from clinic.visits.forms.visit import (
    OFFERED,
    REASONS,
    AddendumForm,
    StartForm,
    Unkept,
    VisitForm,
    time_chosen,
)

__all__ = [
    "OFFERED",
    "REASONS",
    "AddendumForm",
    "NoteTemplateForm",
    "PhraseForm",
    "StartForm",
    "Unkept",
    "VisitForm",
    "time_chosen",
]
