"""Deeds on life events: tell one, take one back."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.intake import rules
from clinic.intake.models import LifeEvent
from clinic.intake.services.history import locked_client
from clinic.staff.models import User


@transaction.atomic
def add_life_event(
    *, client_id: UUID, words: str, happened_on: date | None = None, by: User, now: datetime
) -> LifeEvent:
    """Record what happened in a client's life on a day, today where none is given; it is drawn in the timeline.

    The same words on the same day again answer the row that stands. Raises RuleBroken, or 404 for a closed chart.
    """
    client = locked_client(client_id, by)
    today = local_day(now)
    on = happened_on or today
    kept = rules.check_life_event(words, on, born_on=client.birth_on, today=today)
    for row in LifeEvent.objects.filter(client=client, happened_on=on).standing():
        if rules.same_words(row.words, kept):
            return row
    event = LifeEvent(client=client, happened_on=on, words=kept, recorded_by=by, recorded_at=now)
    event.full_clean()
    event.save(force_insert=True)
    record("life_event_added", by=by, subject=event)
    return event


@transaction.atomic
def withdraw_life_event(*, event_id: UUID, by: User, now: datetime) -> LifeEvent:
    """Take back a life event that was recorded in error; the row stays. Twice withdrawn is once withdrawn."""
    event = LifeEvent.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=event_id).first()
    if event is None:
        raise Http404
    if event.withdrawn_at is None:
        event.withdrawn_by, event.withdrawn_at = by, now
        event.save(update_fields=["withdrawn_by", "withdrawn_at", "updated_at"])
        record("life_event_withdrawn", by=by, subject=event)
    return event
