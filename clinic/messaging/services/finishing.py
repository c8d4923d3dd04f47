"""After a try: the row is marked by its lease token, and what cannot be delivered becomes a duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from clinic.core.models import new_id
from clinic.messaging import rules
from clinic.messaging.gateways import Result, gateway_for
from clinic.messaging.models import Channel, Reminder, ReminderState
from clinic.messaging.purposes import consent_to, purpose_of
from clinic.messaging.queries import database_now, ways_about
from clinic.messaging.rules import Outcome
from clinic.messaging.services.by_key import array_of, find_by_key
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item

# The clinic's own promise, no clinical number: a message that failed is looked at within a day.
LOOK_WITHIN = timedelta(days=1)
ACCEPT = """
UPDATE messaging_reminder AS reminder
SET state = 'accepted', provider_ref = done.reference, accepted_at = statement_timestamp(),
    closed_at = statement_timestamp(), closed_because = '', lease_token = NULL, lease_until = NULL,
    updated_at = statement_timestamp()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS done (id, token, reference)
WHERE reminder.id = done.id AND reminder.lease_token = done.token AND reminder.state = 'claimed'
"""
NOTE_ENDS = """
UPDATE messaging_deliveryattempt AS attempt
SET outcome = done.outcome, detail = done.detail
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS done (id, outcome, detail)
WHERE attempt.id = done.id AND (attempt.outcome, attempt.detail) <> (done.outcome, done.detail)
"""


@dataclass(frozen=True)
class Done:
    """How one try ended; `attempt_id` is None where none was begun."""

    reminder_id: UUID
    lease_token: UUID
    attempt_id: int | None
    result: Result


@transaction.atomic
def finish_all(done: Sequence[Done]) -> None:
    """Mark how the tries of a batch ended: the accepted ones by one statement, each other by its own rules.

    Reminders are locked before their tries, as by who prepares: nobody waits for a sender that hangs in here.
    """
    find_by_key()
    accepted = [one for one in done if one.result.outcome is Outcome.ACCEPTED]
    if accepted:
        with connection.cursor() as cursor:
            ids = array_of(one.reminder_id.hex for one in accepted)
            tokens = array_of(one.lease_token.hex for one in accepted)
            cursor.execute(ACCEPT, [ids, tokens, [one.result.reference for one in accepted]])
    for one in done:
        if one.result.outcome is not Outcome.ACCEPTED:
            _finish(one)
    _note_ends([one for one in done if one.attempt_id is not None])


def _note_ends(done: Sequence[Done]) -> None:
    with connection.cursor() as cursor:
        outcomes, details = [one.result.outcome.value for one in done], [one.result.detail[:200] for one in done]
        cursor.execute(NOTE_ENDS, [[one.attempt_id for one in done], outcomes, details])


@transaction.atomic
def finish(done: Done) -> bool:
    """Mark how a try ended; answers False where the lease was lost and another sender holds the row.

    Refused for good: the client's other channel is tried once, else a duty. Not handed over 24 h after it was due:
    a duty to phone.
    """
    is_ours = _finish(done)
    if done.attempt_id is not None:
        _note_ends([done])
    return is_ours


def _finish(done: Done) -> bool:
    result = done.result
    rows = Reminder.objects.select_for_update(of=("self",)).select_related("client")
    row = rows.filter(pk=done.reminder_id, lease_token=done.lease_token, state=ReminderState.CLAIMED).first()
    if row is None:
        return False
    now = database_now()
    if result.outcome is Outcome.ACCEPTED:
        row.provider_ref, row.accepted_at = result.reference, now
        close(row, ReminderState.ACCEPTED, because="", now=now)
    elif result.outcome is Outcome.REFUSED:
        close(row, ReminderState.REFUSED, because=result.detail or "refused", now=now)
        if row.taken_back_at is None:
            tell_refused(row, now=now)
    elif _is_last(row, result, now=now):
        close(row, ReminderState.GAVE_UP, because=result.detail or "given up", now=now)
        _open_duty(row, DutyKind.CALL_CLIENT, now=now)
    else:
        _wait(row, result, now=now)
    return True


def tell_refused(row: Reminder, *, now: datetime) -> None:
    """What its gateway will not deliver goes by the client's other channel once, else a person is told."""
    if not _plan_other_channel(row, now=now):
        _open_duty(row, DutyKind.MESSAGE_FAILED, now=now)


def close(row: Reminder, state: ReminderState, *, because: str, now: datetime) -> None:
    """End a row: it is never tried again."""
    row.state, row.closed_at, row.closed_because = state, now, because[:120]
    row.lease_token = row.lease_until = None
    changed = ["state", "closed_at", "closed_because", "lease_token", "lease_until", "provider_ref", "accepted_at"]
    row.save(update_fields=[*changed, "updated_at"])


def _is_last(row: Reminder, result: Result, *, now: datetime) -> bool:
    """24 h after it was due, or a second lost answer of a gateway that can never be asked.

    A row far behind is looked at twice before it is given up untried: its gateway may have rested only just now.
    """
    if result.outcome is Outcome.NOT_TRIED and row.attempts <= 1:
        return False
    is_second_loss = result.outcome is Outcome.UNKNOWN and result.detail == rules.NOT_A_THIRD_TIME
    return is_second_loss or rules.is_past_cap(row.due_at, now)


def _wait(row: Reminder, result: Result, *, now: datetime) -> None:
    is_unknown = result.outcome is Outcome.UNKNOWN
    row.state = ReminderState.UNKNOWN if is_unknown else ReminderState.DUE
    if result.outcome is Outcome.NOT_TRIED:
        row.next_try_at = now + (result.wait or timedelta())
    else:
        row.next_try_at = now + rules.wait_before_try(row.attempts, asked_wait=result.wait)
    row.lease_token = row.lease_until = None
    row.save(update_fields=["state", "next_try_at", "lease_token", "lease_until", "updated_at"])


def _plan_other_channel(row: Reminder, *, now: datetime) -> bool:
    """Write by the client's other channel, if they allow one and it was not tried: never both at once."""
    if _is_to_staff(row):
        return False
    ways = ways_about(consent_to(row.about_kind), [row.client_id]).get(row.client_id, [])
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


def about(row: Reminder) -> str:
    """The cause of the one duty that a message may become, by whatever channel it failed."""
    return f"reminder:{row.about_kind}:{row.about_id}:{row.step}"


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
        about=about(row),
        reason=reason,
        owner_role=Role.COORDINATOR,
        due_at=now + LOOK_WITHIN,
        client=row.client,
        by=None,
        now=now,
    )
