"""What Celery wakes dose plans for."""

from celery import shared_task
from django.utils import timezone

from clinic.titration import services


@shared_task
def look_at_supply() -> None:
    """Open and end the duties about supplies that run out before the next visit."""
    services.look_at_supply(now=timezone.now())
