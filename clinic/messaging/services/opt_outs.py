"""STOP and START."""

from datetime import datetime

from django.db import transaction

from clinic.audit.services import record
from clinic.messaging.models import Channel, OptOut
from clinic.staff.models import User


@transaction.atomic
def stop_messages(*, channel: Channel, address: str, by: User | None, now: datetime) -> OptOut:
    """STOP ends a channel for an address at once, also for messages already waiting; said twice it is one row."""
    said_by = "staff" if by else "client"
    OptOut.objects.bulk_create(
        [OptOut(channel=channel, address=address, said_at=now, said_by=said_by)], ignore_conflicts=True
    )
    stop = OptOut.objects.get(channel=channel, address=address, ended_at=None)
    record("messages_stopped", by=by, subject=stop, channel=channel)
    return stop


@transaction.atomic
def resume_messages(*, channel: Channel, address: str, by: User | None, now: datetime) -> bool:
    """START resumes a channel for an address; answers whether it was stopped."""
    stop = OptOut.objects.select_for_update().filter(channel=channel, address=address, ended_at=None).first()
    if stop is None:
        return False
    stop.ended_at = now
    stop.save(update_fields=["ended_at", "updated_at"])
    record("messages_resumed", by=by, subject=stop, channel=channel)
    return True
