"""What Celery wakes check-ins for."""

from celery import shared_task
from django.utils import timezone

from clinic.checkins import services


@shared_task
def plan_checkins() -> None:
    """Plan, withdraw and expire check-ins, and see which were not answered in time."""
    now = timezone.now()
    services.plan_checkins(now=now)
    services.look_for_silence(now=now)


@shared_task
def raise_scale_alerts() -> None:
    """Raise what staff wrote down of thoughts of self-harm."""
    services.raise_scale_alerts(now=timezone.now())
