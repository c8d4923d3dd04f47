"""Gives each request an id and an origin for what is recorded under it, and records who was refused."""

from collections.abc import Callable
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from clinic.audit.context import Origin, current_origin
from clinic.audit.services import record
from clinic.core.models import new_id
from clinic.staff.models import User

REFUSALS = {403, 404}


def request_context(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A signed-in person's 403, or 404 on a record's address, is written down: the page was refused them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        origin = Origin(address=_address(request), request_id=str(new_id()))
        token = current_origin.set(origin)
        structlog.contextvars.bind_contextvars(request_id=origin.request_id)
        try:
            response = get_response(request)
            if origin.refusals or response.status_code in REFUSALS:
                _record(request, response.status_code, origin)
            return response
        finally:
            structlog.contextvars.clear_contextvars()
            current_origin.reset(token)

    return middleware


def _address(request: HttpRequest) -> str | None:
    """Where somebody sits, not the proxy before the portal: the address by which tries are counted, too."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        # A probe on the machine itself has no address.
        return None


def _record(request: HttpRequest, status: int, origin: Origin) -> None:
    """One row a refused request: the deed's own refusal if it left one, else that the page was refused."""
    match = request.resolver_match
    if match is None or not isinstance(request.user, User):
        return
    if not origin.refusals and status == 404 and not match.kwargs:
        return
    told = origin.refusals[0] if origin.refusals else {}
    refusal: dict[str, Any] = {
        "action": "access_refused",
        "by": request.user,
        "client_id": match.kwargs.get("client_id"),
        "view": match.view_name,
        "method": request.method or "",
        "status": status,
        "ids": {name: str(value) for name, value in match.kwargs.items()},
        **told,
    }
    record(refusal.pop("action"), **refusal)
