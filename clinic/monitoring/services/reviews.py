"""Deeds on weight that was gained: a prescriber looked at it and says what follows."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.core.rules import RuleBroken
from clinic.intake.services.history import locked_client
from clinic.monitoring import queries
from clinic.monitoring.rules.gain import check_review
from clinic.monitoring.services.results import due_reason
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome, WorkItem

NOTHING = "There is nothing to review any more: it was reviewed meanwhile, or a newer weight stands."


@transaction.atomic
def review_gain(*, client_id: UUID, about: str, words: str, by: User, now: datetime) -> WorkItem:
    """Weight gained on an antipsychotic was looked at, and what follows is said: its duty ends.

    It asks again once as much more is gained. The same words again are one review; RuleBroken where nothing stands.
    """
    client = locked_client(client_id, by)
    words = check_review(words)
    line = next((one for one in queries.lines_of_client(client, now) if one.is_gain and one.about == about), None)
    if line is None:
        made = queries.gain_reviews(client).filter(about=about, closed_by=by, outcome_note=words).first()
        if made is None:
            raise RuleBroken(NOTHING)
        return made
    duty = worklist.open_item(
        kind=DutyKind.WEIGHT_GAIN,
        about=about,
        reason=due_reason(line),
        owner_role=Role.PRESCRIBER,
        due_at=now,
        client=client,
        by=by,
        now=now,
    )
    return worklist.close_item(item_id=duty.pk, outcome=Outcome.DONE, note=words, by=by, now=now)
