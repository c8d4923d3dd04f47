"""Forms of the visit, and how each medication stands on its page."""

from clinic.visits.forms.visit import OFFERED, REASONS, AddendumForm, StartForm, VisitForm

__all__ = ["OFFERED", "REASONS", "AddendumForm", "StartForm", "VisitForm"]
