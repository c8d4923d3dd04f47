"""Deeds about text that comes into a note from elsewhere, and about the phrases of a prescriber."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.core.templatetags.clinic_ui import day
from clinic.staff.models import User
from clinic.visits import queries
from clinic.visits.models import CopiedPassage, FollowUpVisit, Phrase
from clinic.visits.rules import copied as rules
from clinic.visits.rules.copied import Origin, Review
from clinic.visits.services.root import locked_draft


@transaction.atomic
def copy_text(*, visit_id: UUID, part: str, origin: str, phrase_name: str = "", by: User) -> CopiedPassage:
    """Bring text into a draft, marked as copied: of the last visit, of a phrase, or what happened since, told.

    It is no part of the note until it is reviewed; the same text in the same part waits once. Raises RuleBroken.
    """
    rules.check_origin(part, origin)
    visit = locked_draft(visit_id, by)
    text, came_from = _source(visit, part, origin, phrase_name, by)
    return bring(visit, part, origin, text, came_from, by)


def bring(visit: FollowUpVisit, part: str, origin: str, text: str, came_from: str, by: User) -> CopiedPassage:
    """Put a text beside a part of a draft, marked as copied; what is typed there stays as it is."""
    same = CopiedPassage.objects.filter(visit=visit, part=part, copied_text=text, review="")
    if waiting := same.first():
        return waiting
    words = {"came_from": came_from, "copied_text": text, "text": text}
    passage = CopiedPassage(visit=visit, part=part, origin=origin, **words)
    passage.save(force_insert=True)
    record("visit_text_copied", by=by, subject=visit, part=part, origin=origin)
    return passage


@transaction.atomic
def review_text(*, visit_id: UUID, passage_id: UUID, keep: bool, by: User, now: datetime) -> CopiedPassage:
    """Keep copied text as it stands in its box, which puts it into the note, or drop it; reviewed once.

    Raises RuleBroken where nothing is left of it to keep.
    """
    visit = locked_draft(visit_id, by)
    passage = CopiedPassage.objects.filter(visit=visit, pk=passage_id).first()
    if passage is None:
        raise Http404
    if passage.review:
        return passage
    passage.review = Review.DROPPED
    if keep:
        passage.review = rules.review_of(passage.pk.hex, passage.copied_text, passage.text)
    passage.reviewed_at = now
    passage.save(update_fields=["review", "reviewed_at", "updated_at"])
    if keep:
        setattr(visit, passage.part, rules.joined(getattr(visit, passage.part), passage.text))
        visit.version += 1
        visit.save(update_fields=[passage.part, "version", "updated_at"])
    record("visit_text_reviewed", by=by, subject=visit, part=passage.part, review=str(passage.review))
    return passage


def _source(visit: FollowUpVisit, part: str, origin: str, phrase_name: str, by: User) -> tuple[str, str]:
    """The text to copy, and where it comes from in words."""
    if origin == Origin.PHRASE:
        phrase = queries.phrase_named(by, phrase_name)
        if phrase is None:
            raise RuleBroken("You have no phrase of this name.", field=f"phrase_{part}")
        return phrase.text, f"the phrase “{phrase.name}”"
    since = queries.since_last_visit(visit.client, before=visit)
    if origin == Origin.EVENTS:
        return rules.told_history(since.lines, since.on), "what happened since"
    text = getattr(since.last, part, "").strip()
    if not text:
        raise RuleBroken("The last visit says nothing there.")
    return text, f"the visit of {day(since.on)}"


def save_phrase(*, name: str, text: str, is_shared: bool, by: User, phrase_id: UUID | None = None) -> Phrase:
    """Write a phrase of one's own, or change one: what was copied from it before stays. Raises RuleBroken."""
    rules.check_phrase(name, text)
    phrase = queries.get_own_phrase(by, phrase_id) if phrase_id else Phrase(prescriber=by)
    phrase.name, phrase.text, phrase.is_shared = name.strip(), text.strip(), is_shared
    try:
        with transaction.atomic():
            phrase.save()
            record("phrase_saved", by=by, subject=phrase)
    except IntegrityError as error:
        raise RuleBroken("You have a phrase of this name already: change that one.", field="name") from error
    return phrase


@transaction.atomic
def delete_phrase(*, phrase_id: UUID, by: User) -> None:
    """Take away one of one's own phrases; what was copied from it stays where it is."""
    phrase = Phrase.objects.filter(prescriber=by, pk=phrase_id).first()
    if phrase is not None:
        record("phrase_deleted", by=by, subject=phrase)
        phrase.delete()
