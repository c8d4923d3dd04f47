"""What a sender must know of the rows that it holds, and no more: a batch is read by one statement, as plain values."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from clinic.clients.models import ClientStatus
from clinic.messaging.services.by_key import array_of
from clinic.messaging.services.claiming import Claimed

# Locked in one order by all. The rows of clients are read and not locked.
HELD = """
SELECT reminder.id, reminder.client_id, reminder.about_kind, reminder.about_id, reminder.step, reminder.channel,
    reminder.due_at, reminder.attempts, reminder.idem_key, reminder.lease_token,
    reminder.taken_back_at IS NOT NULL, client.time_zone, client.language,
    client.deceased_on IS NOT NULL OR client.status = %(discharged)s
FROM messaging_reminder AS reminder
JOIN unnest(%(ids)s::uuid[], %(tokens)s::uuid[]) AS held (id, token)
    ON reminder.id = held.id AND reminder.lease_token = held.token
JOIN clients_client AS client ON client.id = reminder.client_id
WHERE reminder.state = 'claimed'
    AND reminder.lease_until > statement_timestamp() + make_interval(secs => %(long_enough)s)
ORDER BY reminder.id
FOR UPDATE OF reminder
"""


class HeldRow(NamedTuple):
    """A reminder under this sender's lease, as it stands now, with what of its client decides whether it leaves."""

    pk: UUID
    client_id: UUID
    about_kind: str
    about_id: UUID
    step: int
    channel: str
    due_at: datetime
    attempts: int
    idem_key: UUID
    lease_token: UUID
    is_taken_back: bool
    time_zone: str
    language: str
    is_out_of_care: bool


def still_held(batch: Sequence[Claimed]) -> list[HeldRow]:
    """Rows of the batch whose lease is ours for long enough, oldest first; locked until the transaction ends.

    Handing a batch over takes a quarter of a lease at most. A row whose lease ends sooner is left to who comes next.
    """
    asked = {
        "ids": array_of(one.reminder_id.hex for one in batch),
        "tokens": array_of(one.lease_token.hex for one in batch),
        "long_enough": settings.MESSAGE_LEASE_SECONDS / 2,
        "discharged": ClientStatus.DISCHARGED,
    }
    with connection.cursor() as cursor:
        cursor.execute(HELD, asked)
        return sorted((HeldRow(*row) for row in cursor.fetchall()), key=lambda row: row.due_at)
