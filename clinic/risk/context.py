"""The banner that no staff page is without while somebody may be in danger."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from clinic.risk import queries
from clinic.risk.models import RiskAlert
from clinic.staff.models import User
from clinic.staff.permissions import Permission

SHOWN = 3


def open_alerts(request: HttpRequest) -> dict[str, Any]:
    """`open_alerts`: the first alerts that this reader has to know of; asked for only by a page that draws them."""

    def read() -> list[RiskAlert]:
        user = getattr(request, "user", None)
        if not isinstance(user, User) or not user.may(Permission.HANDLE_RISK):
            return []
        return queries.first_open_alerts(user, SHOWN)

    return {"open_alerts": SimpleLazyObject(read)}
