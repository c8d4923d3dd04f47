"""The clinic changes what its messages say: one person writes, another approves."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.messaging import queries, rules
from clinic.messaging.models import MessageText
from clinic.messaging.purposes import Purpose, purpose_of
from clinic.staff.models import User


@transaction.atomic
def write_text(*, about_kind: str, language: str, words: str, subject: str, by: User, now: datetime) -> MessageText:
    """Write what messages of a kind are to say in a language; they say it once a second person approved it.

    The same text written again by the same person is the one that waits.
    """
    purpose = _purpose(about_kind, language)
    rules.check_text(
        words=words,
        subject=subject,
        sender=settings.MESSAGE_SENDER_NAME,
        longest_link=queries.longest_link(purpose.view_name),
        language=language,
    )
    newest = queries.newest_text(about_kind, language)
    if newest and (newest.words, newest.subject, newest.written_by_id) == (words, subject, by.pk):
        return newest
    text = MessageText(
        about_kind=about_kind,
        language=language,
        number=newest.number + 1 if newest else 1,
        words=words,
        subject=subject,
        written_by=by,
        written_at=now,
    )
    text.clean_fields()
    text.save(force_insert=True)
    record("message_text_written", by=by, subject=text, about_kind=about_kind, language=language, number=text.number)
    return text


@transaction.atomic
def approve_shipped_text(*, about_kind: str, language: str, by: User, now: datetime) -> MessageText:
    """A person of the clinic read the text that came with the portal: it is theirs from now on, whatever a later
    release brings.
    """
    purpose = _purpose(about_kind, language)
    rules.check_still_as_shipped(is_rewritten=queries.newest_text(about_kind, language) is not None)
    text = MessageText(
        about_kind=about_kind,
        language=language,
        number=1,
        words=purpose.words[language],
        subject=purpose.subject[language],
        written_at=now,
        approved_by=by,
        approved_at=now,
    )
    text.clean_fields()
    text.save(force_insert=True)
    record("message_text_approved", by=by, subject=text, number=text.number)
    return text


def _purpose(about_kind: str, language: str) -> Purpose:
    purpose = purpose_of(about_kind)
    if purpose is None or purpose.to_staff is not None or language not in purpose.words:
        raise RuleBroken("There is no such message to clients.")
    return purpose


@transaction.atomic
def approve_text(*, text_id: UUID, by: User, now: datetime) -> MessageText:
    """A second person read a text: from now on messages say it."""
    text = MessageText.objects.select_for_update().get(pk=text_id)
    newest = queries.newest_text(text.about_kind, text.language)
    rules.check_approver(
        is_author=text.written_by_id == by.pk,
        is_approved=text.approved_at is not None,
        is_newest=newest is not None and newest.pk == text.pk,
    )
    text.approved_by, text.approved_at = by, now
    text.save(update_fields=["approved_by", "approved_at", "updated_at"])
    record("message_text_approved", by=by, subject=text, number=text.number)
    return text
