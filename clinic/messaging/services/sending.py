"""Sending: claim a batch, and for each row look once more, hand over outside any transaction, mark.

Postgres is the only truth. A sender that dies leaves its rows under a lease; when that ends another sender takes
them and finds by the started try that the message may have left. All times are the database's.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from clinic.messaging.gateways import Gateway, Message, Result
from clinic.messaging.rules import NOT_A_THIRD_TIME, AfterUnknown, Outcome
from clinic.messaging.services.finishing import finish
from clinic.messaging.services.preparing import prepare

BATCH = 50
log = structlog.get_logger(__name__)

# One statement: two senders never hold one row, a lease that ran out is taken over, and the picked rows are fixed
# by MATERIALIZED, for the planner may otherwise pick again while it updates.
CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM messaging_reminder
    WHERE state IN ('due', 'claimed', 'unknown') AND next_try_at <= statement_timestamp()
    ORDER BY next_try_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE messaging_reminder AS reminder
SET state = 'claimed', attempts = reminder.attempts + 1, lease_token = gen_random_uuid(),
    lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
    next_try_at = statement_timestamp() + make_interval(secs => %(lease)s),
    updated_at = statement_timestamp()
FROM picked
WHERE reminder.id = picked.id
RETURNING reminder.due_at, reminder.id, reminder.lease_token
"""


@dataclass(frozen=True, order=True)
class Claimed:
    """A row that this sender holds until its lease ends."""

    due_at: datetime
    reminder_id: UUID
    lease_token: UUID


def claim(*, limit: int = BATCH) -> list[Claimed]:
    """Take up to `limit` due rows for 120 s, oldest first: waiting ones, unknown ones, and those of dead senders."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"limit": limit, "lease": settings.MESSAGE_LEASE_SECONDS})
        return sorted(Claimed(*row) for row in cursor.fetchall())


def send_due(*, limit: int = BATCH, for_seconds: float = 30) -> int:
    """Send what is due, batch after batch, until nothing is or the time is up; answers how many rows were handled.

    Asked by two at once it does everything once: each holds other rows.
    """
    until = time.monotonic() + for_seconds
    handled = 0
    while batch := claim(limit=limit):
        for row in batch:
            _send_one(row)
        handled += len(batch)
        if time.monotonic() >= until:
            break
    return handled


def _send_one(row: Claimed) -> None:
    """One row never delays the others: whatever goes wrong with it is a try that failed."""
    attempt_id: int | None = None
    try:
        prepared = prepare(reminder_id=row.reminder_id, lease_token=row.lease_token)
        if prepared is None:
            return
        attempt_id = prepared.attempt_id
        result = hand_over(prepared.gateway, prepared.message, after=prepared.after_unknown)
    except Exception as error:
        log.exception("a reminder could not be sent", reminder_id=str(row.reminder_id))
        # Before the try was begun nothing can have left; afterwards nobody knows.
        outcome = Outcome.RETRY if attempt_id is None else Outcome.UNKNOWN
        result = Result(outcome, detail=type(error).__name__)
    try:
        finish(reminder_id=row.reminder_id, lease_token=row.lease_token, attempt_id=attempt_id, result=result)
    except Exception:
        # The row stays under its lease and is looked at again when that ends.
        log.exception("the outcome of a reminder could not be marked", reminder_id=str(row.reminder_id))


def hand_over(gateway: Gateway, message: Message, *, after: AfterUnknown | None) -> Result:
    """Send, or first ask what became of an earlier try whose answer was lost."""
    if after is AfterUnknown.GIVE_UP:
        return Result(Outcome.UNKNOWN, detail=NOT_A_THIRD_TIME)
    if after is AfterUnknown.ASK:
        told = gateway.ask(message.idem_key)
        if told is not None:
            return told
    return gateway.send(message)
