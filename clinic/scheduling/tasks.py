"""What Celery wakes the schedule for."""

from celery import shared_task
from django.utils import timezone

from clinic.scheduling import services


@shared_task
def look_for_leavers() -> None:
    """Open and end the duties about clients of people who work here no longer."""
    services.look_for_leavers(now=timezone.now())


@shared_task
def plan_reminders() -> None:
    """Plan the reminders of appointments and take back those of what does not stand any more."""
    services.plan_appointment_reminders(now=timezone.now())
