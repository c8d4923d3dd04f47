"""What Celery wakes the clock of alerts for: the rows say who is to be told, so a doubled or lost tick is harmless."""

from celery import shared_task
from django.utils import timezone

from clinic.risk.services.telling import tell_on_call as tell


@shared_task
def tell_on_call() -> None:
    """Tell who is on call of the alerts that nobody has taken on."""
    tell(now=timezone.now())
