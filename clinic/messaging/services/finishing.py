"""After a try: the row is marked by its lease token, and what cannot be delivered becomes a duty."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clinic.core.models import new_id
from clinic.messaging import rules
from clinic.messaging.gateways import Result, gateway_for
from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState
from clinic.messaging.purposes import purpose_of
from clinic.messaging.queries import database_now, ways_to_reach
from clinic.messaging.rules import Outcome
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item

# The clinic's own promise, no clinical number: a message that failed is looked at within a day.
LOOK_WITHIN = timedelta(days=1)


@transaction.atomic
def finish(*, reminder_id: UUID, lease_token: UUID, attempt_id: int | None, result: Result) -> bool:
    """Mark how a try ended; answers False where the lease was lost and another sender holds the row.

    Refused for good: the client's other channel is tried once, else a duty. Not handed over 24 h after it was due:
    a duty to phone.
    """
    if attempt_id is not None:
        DeliveryAttempt.objects.filter(pk=attempt_id).update(outcome=result.outcome, detail=result.detail[:200])
    rows = Reminder.objects.select_for_update(of=("self",)).select_related("client")
    row = rows.filter(pk=reminder_id, lease_token=lease_token, state=ReminderState.CLAIMED).first()
    if row is None:
        return False
    now = database_now()
    if result.outcome is Outcome.ACCEPTED:
        row.provider_ref, row.accepted_at = result.reference, now
        close(row, ReminderState.ACCEPTED, because="", now=now)
    elif result.outcome is Outcome.REFUSED:
        close(row, ReminderState.REFUSED, because=result.detail or "refused", now=now)
        if not _plan_other_channel(row, now=now):
            _open_duty(row, DutyKind.MESSAGE_FAILED, now=now)
    elif rules.is_past_cap(row.due_at, now) or _is_last(result):
        close(row, ReminderState.GAVE_UP, because=result.detail or "given up", now=now)
        _open_duty(row, DutyKind.CALL_CLIENT, now=now)
    else:
        _wait(row, result, now=now)
    return True


def close(row: Reminder, state: ReminderState, *, because: str, now: datetime) -> None:
    """End a row: it is never tried again."""
    row.state, row.closed_at, row.closed_because = state, now, because[:120]
    row.lease_token = row.lease_until = None
    changed = ["state", "closed_at", "closed_because", "lease_token", "lease_until", "provider_ref", "accepted_at"]
    row.save(update_fields=[*changed, "updated_at"])


def _is_last(result: Result) -> bool:
    return result.outcome is Outcome.UNKNOWN and result.detail == rules.NOT_A_THIRD_TIME


def _wait(row: Reminder, result: Result, *, now: datetime) -> None:
    is_unknown = result.outcome is Outcome.UNKNOWN
    row.state = ReminderState.UNKNOWN if is_unknown else ReminderState.DUE
    row.next_try_at = now + rules.wait_before_try(row.attempts, asked_wait=result.wait)
    row.lease_token = row.lease_until = None
    row.save(update_fields=["state", "next_try_at", "lease_token", "lease_until", "updated_at"])


def _plan_other_channel(row: Reminder, *, now: datetime) -> bool:
    """Write by the client's other channel, if they allow one and it was not tried: never both at once."""
    if _is_to_staff(row):
        return False
    ways = ways_to_reach([row.client_id]).get(row.client_id, [])
    other = next((way.channel for way in ways if way.channel != row.channel and gateway_for(way.channel)), None)
    if other is None:
        return False
    same = Reminder.objects.filter(about_kind=row.about_kind, about_id=row.about_id, step=row.step)
    if same.filter(channel=other).exists():
        return False
    Reminder.objects.create(
        client_id=row.client_id,
        about_kind=row.about_kind,
        about_id=row.about_id,
        step=row.step,
        channel=other,
        local_date=row.local_date,
        due_at=now,
        next_try_at=now,
        idem_key=new_id(),
    )
    return True


def _is_to_staff(row: Reminder) -> bool:
    purpose = purpose_of(row.about_kind)
    return purpose is not None and purpose.to_staff is not None


def _open_duty(row: Reminder, kind: DutyKind, *, now: datetime) -> None:
    """A message to staff makes no duty to phone the client: what it is about says itself that it did not arrive."""
    if _is_to_staff(row):
        return
    by_channel = Channel(row.channel).label
    if kind == DutyKind.CALL_CLIENT:
        reason = f"Nobody knows whether a message arrived ({by_channel}). Phone the client."
    else:
        reason = f"A message could not be delivered ({by_channel}). Check how the client may be reached, then phone."
    open_item(
        kind=kind,
        about=f"reminder:{row.about_kind}:{row.about_id}:{row.step}",
        reason=reason,
        owner_role=Role.COORDINATOR,
        due_at=now + LOOK_WITHIN,
        client=row.client,
        by=None,
        now=now,
    )
