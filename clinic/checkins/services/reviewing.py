"""The team reads an answer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.checkins import queries
from clinic.checkins.models import AnswerReview
from clinic.core.rules import RuleBroken
from clinic.staff.models import User


@transaction.atomic
def review_answer(*, answer_id: UUID, words: str = "", by: User, now: datetime) -> AnswerReview:
    """A clinician has read an answer and says what follows; said once, by whoever reads it first.

    The same words of the same person again are the first ones.
    """
    answer = next(iter(queries.answer_to_review(by, answer_id)), None)
    if answer is None:
        raise Http404
    review = AnswerReview(answer=answer, by=by, at=now, words=words)
    AnswerReview.objects.bulk_create([review], ignore_conflicts=True)
    [kept] = queries.review_of(answer.pk)
    if kept.pk != review.pk and (kept.by_id, kept.words) == (by.pk, words):
        return kept
    if kept.pk != review.pk:
        raise RuleBroken(f"{kept.by.full_name} has already read and acknowledged this answer.")
    record("checkin_answer_reviewed", by=by, subject=kept, client_id=answer.client_id)
    return review
