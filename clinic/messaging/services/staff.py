"""Messages to members of staff: rows of the same queue, that leave at once and at any hour."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.models import new_id
from clinic.messaging.models import Channel, Reminder
from clinic.messaging.rules import GIVE_UP_AFTER


@transaction.atomic
def plan_staff_messages(
    *, client: Client, about_kind: str, about_id: UUID, channels: Collection[Channel], now: datetime
) -> None:
    """Write to one member of staff about one cause, once by each channel, now. `client` is whom it is about."""
    rows = [
        Reminder(
            client=client,
            about_kind=about_kind,
            about_id=about_id,
            channel=channel,
            local_date=local_day(now),
            due_at=now,
            # Before every reminder that waits, for none waits longer: an alert never stands behind a morning's burst.
            next_try_at=now - GIVE_UP_AFTER,
            idem_key=new_id(),
        )
        for channel in channels
    ]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
