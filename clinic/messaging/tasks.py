"""What Celery wakes messaging for: the rows say what is due, so a doubled or lost tick is harmless."""

from celery import shared_task
from django.utils import timezone

from clinic.messaging import services
from clinic.messaging.models import Channel


@shared_task
def send_due(channel: str = "") -> None:
    """Apply reports that came early, then send what is due by a channel; by all of them where none is named."""
    services.apply_waiting_reports(now=timezone.now())
    services.send_due(channel=Channel(channel) if channel else None)


@shared_task
def watch_queue() -> None:
    """See whether messages stand still."""
    services.watch_queue(now=timezone.now())
