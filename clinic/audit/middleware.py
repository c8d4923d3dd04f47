"""Gives each request an id and remembers its origin for the audit rows and log lines written under it."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from clinic.audit.context import Origin, current_origin
from clinic.core.models import new_id


def request_context(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = str(new_id())
        token = current_origin.set(Origin(address=request.META.get("REMOTE_ADDR") or None, request_id=request_id))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            return get_response(request)
        finally:
            structlog.contextvars.clear_contextvars()
            current_origin.reset(token)

    return middleware
