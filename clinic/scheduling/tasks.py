"""What Celery wakes the schedule for."""

from celery import shared_task
from django.utils import timezone

from clinic.scheduling import services


@shared_task
def plan_reminders() -> None:
    """Plan the reminders of appointments and take back those of what does not stand any more."""
    services.plan_appointment_reminders(now=timezone.now())
