"""Reads of copied text, and of the phrases and note templates it may come from."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.core.queries import prepared
from clinic.staff.models import User
from clinic.visits.models import CopiedPassage, FollowUpVisit, NoteTemplate, Phrase

Named = TypeVar("Named", Phrase, NoteTemplate)


def to_review(visit: FollowUpVisit) -> list[CopiedPassage]:
    """Copied text of a draft that nobody has reviewed, in the order in which it came; one query."""
    return _unreviewed(visit.pk)


@prepared
def _unreviewed(visit_id: UUID) -> QuerySet[CopiedPassage]:
    return CopiedPassage.objects.filter(visit=visit_id, review="").order_by("created_at")


def reviewed(visit: FollowUpVisit) -> list[CopiedPassage]:
    """Copied text that went into the note, as it was or edited."""
    kept = CopiedPassage.objects.filter(visit=visit).exclude(review__in=["", "dropped"])
    return list(kept.order_by("created_at"))


@prepared
def phrases_of(user: User) -> QuerySet[Phrase]:
    """A prescriber's own phrases, and those that others share, by name."""
    usable = Phrase.objects.filter(Q(prescriber=user) | Q(is_shared=True))
    return usable.select_related("prescriber").order_by("name", "created_at")


def phrase_named(user: User, name: str) -> Phrase | None:
    """The phrase of this name, whatever its case: one's own before one that is shared."""
    return _named(phrases_of(user), user, name)


def get_own_phrase(user: User, phrase_id: UUID) -> Phrase:
    """One of one's own phrases, else 404."""
    return get_object_or_404(Phrase, prescriber=user, pk=phrase_id)


@prepared
def note_templates_of(user: User) -> QuerySet[NoteTemplate]:
    """A prescriber's own note templates, and those that others share, by name."""
    usable = NoteTemplate.objects.filter(Q(prescriber=user) | Q(is_shared=True))
    return usable.select_related("prescriber").order_by("name", "created_at")


def note_template_named(user: User, name: str) -> NoteTemplate | None:
    """The note template of this name, whatever its case: one's own before one that is shared."""
    return _named(note_templates_of(user), user, name)


def get_own_note_template(user: User, note_template_id: UUID) -> NoteTemplate:
    """One of one's own note templates, else 404."""
    return get_object_or_404(NoteTemplate, prescriber=user, pk=note_template_id)


def _named(usable: Iterable[Named], user: User, name: str) -> Named | None:
    named = [one for one in usable if one.name.casefold() == name.strip().casefold()]
    return next(iter(sorted(named, key=lambda one: one.prescriber_id != user.pk)), None)
