"""What Celery wakes dose plans for: the rows say what is due, so a doubled or lost tick is harmless."""

from celery import shared_task
from django.utils import timezone

from clinic.titration import services


@shared_task
def look_at_supply() -> None:
    """Open and end the duties about supplies that run out before the next visit."""
    services.look_at_supply(now=timezone.now())


@shared_task
def hold_waiting() -> None:
    """Let the step before go on for each step that still waits."""
    services.hold_waiting(now=timezone.now())
