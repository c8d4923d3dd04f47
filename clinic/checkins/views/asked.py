"""The team's page of a check-in that was asked."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic.checkins import queries
from clinic.clients.services import open_chart
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_CHECKINS)
@require_safe
def checkin(request: StaffRequest, checkin_id: UUID) -> HttpResponse:
    """What was asked of which step, by which messages, and what became of it; an answer has its own page."""
    asked = queries.get_asked(request.user, checkin_id)
    answer = getattr(asked.checkin, "answer", None)
    if answer is not None:
        return redirect("checkins:review", answer.pk)
    client = open_chart(client_id=asked.checkin.client_id, by=request.user, page="check-in")
    return render(request, "checkins/checkin.html", {"asked": asked, "checkin": asked.checkin, "client": client})
