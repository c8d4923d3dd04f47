"""The demo's outbox page."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.messaging import queries
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_MESSAGES)
@require_safe
def outbox(request: StaffRequest) -> HttpResponse:
    """What left the house, newest first; exists only where messages land here instead of with a provider."""
    messages = queries.outbox(request.user)
    if messages is None:
        raise Http404
    return render(request, "messaging/outbox.html", {"left": messages})
