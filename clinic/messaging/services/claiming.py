"""Claiming: a sender takes due rows for the time of a lease. All times are the database's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from clinic.messaging.models import Channel
from clinic.messaging.rules import GIVE_UP_AFTER
from clinic.messaging.services.by_key import find_by_key

BATCH = 400

# One statement: two senders never hold one row, a lease that ran out is taken over, and the picked rows are fixed
# by MATERIALIZED, for the planner may otherwise pick again while it updates. It need not be on disk at once: a claim
# that a crash of the database forgets leaves the row due, and the try that follows it is durable.
# What it changes stands in no index, so that a claim costs one write and not one more for each index. A row found by
# its place that another just changed is left to the next claim.
CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT ctid AS place FROM messaging_reminder
    WHERE closed_at IS NULL AND next_try_at <= statement_timestamp()
        AND (lease_until IS NULL OR lease_until <= statement_timestamp())
        AND channel = ANY(%(channels)s)
        AND channel NOT IN (SELECT channel FROM messaging_channelpause WHERE ended_at IS NULL)
        AND (%(due_before)s::interval IS NULL OR due_at <= now() - %(due_before)s)
    ORDER BY next_try_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE messaging_reminder AS reminder
SET state = 'claimed', attempts = reminder.attempts + 1, lease_token = gen_random_uuid(),
    lease_until = statement_timestamp() + make_interval(secs => %(lease)s),
    updated_at = statement_timestamp()
FROM picked, (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE reminder.ctid = picked.place
RETURNING reminder.due_at, reminder.id, reminder.lease_token
"""


@dataclass(frozen=True, order=True)
class Claimed:
    """A row that this sender holds until its lease ends."""

    due_at: datetime
    reminder_id: UUID
    lease_token: UUID


@transaction.atomic
def claim(*, limit: int = BATCH, channel: Channel | None = None, past_cap: bool = False) -> list[Claimed]:
    """Take up to `limit` due rows for 120 s, oldest first: waiting ones, unknown ones, and those of dead senders.

    `past_cap`: only those due more than 24 h ago, which are given up even where their gateway is not tried.
    """
    wanted = {
        "limit": limit,
        "lease": settings.MESSAGE_LEASE_SECONDS,
        "channels": [channel] if channel else list(Channel.values),
        "due_before": GIVE_UP_AFTER if past_cap else None,
    }
    find_by_key()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, wanted)
        return sorted(Claimed(*row) for row in cursor.fetchall())
