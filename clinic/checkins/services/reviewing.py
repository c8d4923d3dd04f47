"""The team reads an answer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.checkins import queries
from clinic.checkins.models import AnswerReview
from clinic.core.rules import RuleBroken
from clinic.staff.models import User


@transaction.atomic
def review_answer(*, answer_id: UUID, words: str = "", by: User, now: datetime) -> AnswerReview:
    """A clinician has read an answer and says what follows; said once, by whoever reads it first."""
    answer = queries.get_answer(by, answer_id)
    review = AnswerReview(answer=answer, by=by, at=now, words=words)
    AnswerReview.objects.bulk_create([review], ignore_conflicts=True)
    kept = AnswerReview.objects.select_related("by").get(answer=answer)
    if kept.pk != review.pk:
        raise RuleBroken(f"{kept.by.full_name} has already read and acknowledged this answer.")
    record("checkin_answer_reviewed", by=by, subject=kept, client_id=answer.client_id)
    return review
