"""Target symptoms of a client: word one with them, rate them, end one."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.scales import queries, services
from clinic.scales.forms import RatingsForm, SymptomForm
from clinic.scales.queries import SymptomLine
from clinic.scales.rules.symptoms import MOST_AT_ONCE
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.RECORD_SCALE)
@require_http_methods(["GET", "HEAD", "POST"])
def symptoms(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What shall get better for this client, and how it goes; adding one is the form of the page."""
    client = open_chart(client_id=client_id, by=request.user, page="target symptoms")
    form = SymptomForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    add = partial(services.add_symptom, client_id=client.pk, by=request.user, on=local_day(now), now=now)
    if submit(form, add):
        messages.success(request, "Added. It is rated at visits and asked in check-ins from now on.")
        return redirect("scales:symptoms", client.pk)
    return _page(request, client, form, None)


@requires(Permission.RECORD_SCALE)
@require_POST
def rate_symptoms(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Keep today's ratings."""
    client = open_chart(client_id=client_id, by=request.user, page="target symptoms")
    form = RatingsForm(request.POST, symptoms=_standing(queries.symptoms_of(client.pk)))
    now = timezone.now()
    rate = partial(services.rate_symptoms, client_id=client.pk, by=request.user, on=local_day(now), now=now)
    if submit(form, rate):
        messages.success(request, "Ratings kept.")
        return redirect("scales:symptoms", client.pk)
    return _page(request, client, SymptomForm(), form)


@requires(Permission.RECORD_SCALE)
@require_POST
def end_symptom(request: StaffRequest, symptom_id: UUID) -> HttpResponse:
    """A target symptom is rated no more."""
    symptom = queries.get_symptom(request.user, symptom_id)
    services.end_symptom(symptom_id=symptom.pk, by=request.user, on=timezone.localdate())
    messages.success(request, f"“{symptom}” is rated no more.")
    return redirect("scales:symptoms", symptom.client_id)


def _standing(lines: list[SymptomLine]) -> list[tuple[UUID, str]]:
    return [(line.id, line.words) for line in lines if line.ended_on is None]


def _page(request: StaffRequest, client: Client, form: SymptomForm, ratings: RatingsForm | None) -> HttpResponse:
    lines = queries.symptoms_of(client.pk)
    shown = {
        "client": client,
        "lines": lines,
        "form": form,
        "ratings": ratings or RatingsForm(symptoms=_standing(lines)),
        "has_room": len(_standing(lines)) < MOST_AT_ONCE,
    }
    refused = form.errors or (ratings is not None and ratings.errors)
    return render(request, "scales/symptoms.html", shown, status=422 if refused else 200)
