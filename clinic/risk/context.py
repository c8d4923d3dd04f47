"""The banner that no staff page is without while somebody may be in danger."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic.risk.queries.alerts import OpenAlert, first_open_alerts, with_countdown
from clinic.staff.models import User
from clinic.staff.permissions import Permission

SHOWN = 3


def open_alerts(request: HttpRequest) -> dict[str, Any]:
    """`open_alerts`: the first alerts that this reader has to know of; asked for only by a page that draws them."""

    def read() -> list[OpenAlert]:
        user = getattr(request, "user", None)
        if not isinstance(user, User) or not user.may(Permission.HANDLE_RISK):
            return []
        now = timezone.now()
        return [with_countdown(alert, now) for alert in first_open_alerts(user, SHOWN)]

    return {"open_alerts": SimpleLazyObject(read)}
