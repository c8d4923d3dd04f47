"""The whole timeline of a client, and life events on it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.caseload.forms import LifeEventForm
from clinic.caseload.queries.timeline import timeline_page
from clinic.caseload.rules.drawing import draw, draw_rows
from clinic.caseload.rules.ranges import RANGES
from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.intake import services as intake
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_CHART)
@require_safe
def timeline(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Doses, scores, symptoms, side effects, results, visits and life events on one axis, and as a table."""
    client = open_chart(client_id=client_id, by=request.user, page="timeline")
    return _page(request, client, LifeEventForm())


@requires(Permission.WRITE_LIFE_EVENT)
@require_POST
def add_event(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Record what happened in the client's life."""
    client = open_chart(client_id=client_id, by=request.user, page="timeline")
    form = LifeEventForm(request.POST)
    add = partial(intake.add_life_event, client_id=client.pk, by=request.user, now=timezone.now())
    if submit(form, add):
        messages.success(request, "Life event kept.")
        return redirect("caseload:timeline", client.pk)
    return _page(request, client, form)


@requires(Permission.WRITE_LIFE_EVENT)
@require_POST
def withdraw_event(request: StaffRequest, event_id: UUID) -> HttpResponse:
    """Take back a life event that was recorded in error."""
    event = intake.withdraw_life_event(event_id=event_id, by=request.user, now=timezone.now())
    messages.success(request, f"“{event}” was taken back.")
    return redirect("caseload:timeline", event.client_id)


def _page(request: StaffRequest, client: Client, form: LifeEventForm) -> HttpResponse:
    wanted = _keys(request.GET)
    code = request.GET.get("range", "")
    page = timeline_page(request.user, client, code=code, wanted=wanted, now=timezone.now())
    shown = {
        "client": client,
        "page": page,
        "form": form,
        "ranges": RANGES,
        "timeline": draw(page.picture) if page.picture else "",
        "rows": draw_rows(page.table),
        "wanted": wanted,
    }
    return render(request, "caseload/timeline.html", shown, status=422 if form.errors else 200)


def _keys(asked: QueryDict) -> list[UUID]:
    """The medications that the address names; what is no key is passed over."""
    keys = []
    for text in asked.getlist("medication"):
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return keys
