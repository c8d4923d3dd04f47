"""What Celery wakes messaging for: the rows say what is due, so a doubled or lost tick is harmless."""

from celery import shared_task

from clinic.messaging import services


@shared_task
def send_due() -> None:
    """Send what is due."""
    services.send_due()
