"""What every page knows about the clinic."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def clinic(request: HttpRequest) -> dict[str, dict[str, str | int]]:
    """The clinic's name, phone number, hours and zone, and how many seconds an unused page stays open."""
    digits = "".join(sign for sign in settings.CLINIC_PHONE if sign.isdigit())
    is_spanish = (get_language() or "").startswith("es")
    return {
        "clinic": {
            "name": settings.CLINIC_NAME,
            "phone": settings.CLINIC_PHONE,
            "dial": f"+1{digits}" if len(digits) == 10 else f"+{digits}",
            "hours": settings.CLINIC_HOURS_SPANISH if is_spanish else settings.CLINIC_HOURS,
            "time_zone": settings.TIME_ZONE,
            "session_seconds": int(settings.SESSION_IDLE_LIMIT.total_seconds()),
        }
    }
