"""Deeds on duties: open, take, put off, close. Callers open and close by cause (`about`)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist import rules
from clinic.worklist.models import ENDS_ALONE, REVIEWS, DutyKind, Outcome, WorkItem


@transaction.atomic
def open_item(
    *,
    kind: DutyKind,
    about: str | None,
    reason: str,
    owner_role: Role,
    due_at: datetime,
    client: Client | None = None,
    owner: User | None = None,
    urgent: bool = False,
    by: User | None,
    now: datetime,
) -> WorkItem:
    """Open a duty for a role, once for one cause: asked again about the same cause, it answers that row.

    A cause that was closed stays closed. An urgent call raises an open duty that was not, never the reverse.
    """
    fresh = WorkItem(
        kind=kind,
        about=about,
        reason=reason,
        owner_role=owner_role,
        due_at=due_at,
        client=client,
        owner=owner,
        urgent=urgent,
    )
    fresh.clean_fields()
    if about is None:
        fresh.save(force_insert=True)
        record("duty_opened", by=by, subject=fresh, kind=kind)
        return fresh
    WorkItem.objects.bulk_create([fresh], ignore_conflicts=True)
    item = WorkItem.objects.select_for_update().get(about=about)
    if item.pk == fresh.pk:
        record("duty_opened", by=by, subject=item, kind=kind)
    elif urgent and not item.urgent and item.closed_at is None:
        item.urgent, item.due_at, item.snoozed_until = True, min(item.due_at, due_at), None
        item.save(update_fields=["urgent", "due_at", "snoozed_until", "updated_at"])
        record("duty_raised", by=by, subject=item, kind=kind)
    return item


@transaction.atomic
def restate_about(*, about: str, reason: str, due_at: datetime, urgent: bool) -> bool:
    """Say of the open duty of one cause what is left to do now; answers whether one was open."""
    item = WorkItem.objects.select_for_update().filter(about=about, closed_at=None).first()
    if item is None:
        return False
    item.reason, item.due_at = reason, min(item.due_at, due_at)
    if urgent and not item.urgent:
        item.snoozed_until = None
    item.urgent = urgent
    item.save(update_fields=["reason", "due_at", "urgent", "snoozed_until", "updated_at"])
    record("duty_restated", by=None, subject=item, kind=item.kind)
    return True


@transaction.atomic
def close_about(*, about: str, outcome: Outcome, by: User | None, now: datetime) -> bool:
    """Close the duty of one cause because its reason is gone; answers whether one was open."""
    item = WorkItem.objects.select_for_update().filter(about=about, closed_at=None).first()
    if item is None:
        return False
    _close(item, outcome=outcome, note="", by=by, now=now)
    return True


@transaction.atomic
def reopen_about(*, about: str, by: User, now: datetime) -> bool:
    """Open the duty of one cause again because what was done turned out not to be; answers whether it was done.

    One that ended otherwise stays as somebody ended it.
    """
    item = WorkItem.objects.select_for_update().filter(about=about, outcome=Outcome.DONE, closed_at__lte=now).first()
    if item is None:
        return False
    item.outcome, item.outcome_note, item.closed_at, item.closed_by = "", "", None, None
    item.save(update_fields=["outcome", "outcome_note", "closed_at", "closed_by", "updated_at"])
    record("duty_reopened", by=by, subject=item, kind=item.kind)
    return True


@transaction.atomic
def close_item(*, item_id: UUID, outcome: Outcome, note: str = "", by: User, now: datetime) -> WorkItem:
    """Close a duty with what came of it; the same outcome said again by the same person changes nothing."""
    item = _locked(item_id, by)
    if (item.closed_by_id, item.outcome, item.outcome_note) == (by.pk, outcome, note):
        return item
    rules.check_open(item.closed_at)
    rules.check_by_hand(ends_alone=item.kind in ENDS_ALONE)
    rules.check_word(note, needs_word=item.kind in REVIEWS)
    _close(item, outcome=outcome, note=note, by=by, now=now)
    return item


@transaction.atomic
def take_item(*, item_id: UUID, by: User, now: datetime) -> WorkItem:
    """Make a duty that is nobody's one's own, so that two people do not call the same client. Raises RuleBroken.

    What was somebody's who works here no longer is nobody's.
    """
    item = _locked(item_id, by)
    rules.check_open(item.closed_at)
    if item.owner_id == by.pk:
        return item
    rules.check_free(str(item.holder or ""))
    item.owner = by
    item.save(update_fields=["owner", "updated_at"])
    record("duty_taken", by=by, subject=item, kind=item.kind)
    return item


@transaction.atomic
def snooze_item(*, item_id: UUID, days: int, by: User, now: datetime) -> WorkItem:
    """Put a duty off until 8 am of a later day; it comes back to the board by itself."""
    item = _locked(item_id, by)
    rules.check_open(item.closed_at)
    rules.check_snooze(days)
    day = local_day(now) + timedelta(days=days)
    until = timezone.make_aware(datetime.combine(day, rules.MORNING))
    item.snoozed_until = until
    item.save(update_fields=["snoozed_until", "updated_at"])
    record("duty_snoozed", by=by, subject=item, kind=item.kind, until=until.isoformat())
    return item


def _locked(item_id: UUID, by: User) -> WorkItem:
    item = WorkItem.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None:
        raise Http404
    return item


def _close(item: WorkItem, *, outcome: Outcome, note: str, by: User | None, now: datetime) -> None:
    item.outcome, item.outcome_note, item.closed_at, item.closed_by = outcome, note, now, by
    item.save(update_fields=["outcome", "outcome_note", "closed_at", "closed_by", "updated_at"])
    record("duty_closed", by=by, subject=item, kind=item.kind, outcome=outcome)
