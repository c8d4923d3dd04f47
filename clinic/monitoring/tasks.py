"""What Celery wakes monitoring for: the rows say what is due, so a doubled or lost tick is harmless."""

from celery import shared_task
from django.utils import timezone

from clinic.monitoring import services


@shared_task
def look_at_due() -> None:
    """Open and end the duties about what is due to be measured."""
    services.look_at_due(now=timezone.now())


@shared_task
def plan_reminders() -> None:
    """Plan the reminders of tests and take back those of what is due no more."""
    services.plan_test_reminders(now=timezone.now())
