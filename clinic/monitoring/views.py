"""The results of one client: read, enter, withdraw."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.monitoring import queries, rules, services
from clinic.monitoring.forms import ResultsForm, WithdrawForm
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules.due import PRESSING
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_DUE)
@require_safe
def due(request: StaffRequest) -> HttpResponse:
    """Everything that must be measured now, of all clients whose charts are open to this user."""
    state = request.GET.get("state", "")
    state = state if state in PRESSING else ""
    shown = queries.due_list(request.user, state=state, now=timezone.now())
    return render(request, "monitoring/due.html", {"due": shown, "state": state})


@requires(Permission.READ_RESULTS)
@require_safe
def results(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The newest result of each kind; with `kind`, everything of that kind."""
    client = open_chart(client_id=client_id, by=request.user, page="results")
    form = ResultsForm(initial={"taken_at": timezone.localtime().replace(second=0, microsecond=0)})
    return render(request, "monitoring/results.html", _page(request, client, form))


@requires(Permission.RECORD_RESULT)
def record(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Enter what was measured."""
    if request.method != "POST":
        return redirect("monitoring:results", client_id)
    client = open_chart(client_id=client_id, by=request.user, page="results")
    form = ResultsForm(request.POST)
    enter = partial(services.record_results, client_id=client.pk, by=request.user, now=timezone.now())
    kept: list[Measurement] = []
    if submit(form, lambda taken_at, note, **_: kept.extend(enter(results=form.results, taken_at=taken_at, note=note))):
        messages.success(request, f"Entered: {', '.join(rules.label_of(row.kind) for row in kept)}.")
        return redirect(f"{reverse('monitoring:results', args=[client.pk])}#newest")
    return render(request, "monitoring/results.html", _page(request, client, form), status=422)


@requires(Permission.RECORD_RESULT)
def withdraw(request: StaffRequest, measurement_id: UUID) -> HttpResponse:
    """Take back a wrong result."""
    measurement = queries.get_measurement(request.user, measurement_id)
    if request.method == "POST":
        open_chart(client_id=measurement.client_id, by=request.user, page="results")
        form = WithdrawForm(request.POST)
        take_back = partial(
            services.withdraw_result, measurement_id=measurement.pk, by=request.user, now=timezone.now()
        )
        if submit(form, take_back):
            messages.success(request, f"{rules.label_of(measurement.kind)} withdrawn.")
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    page = reverse("monitoring:results", args=[measurement.client_id])
    return redirect(f"{page}?kind={measurement.kind}#over-time")


def _page(request: StaffRequest, client: Client, form: ResultsForm) -> dict[str, Any]:
    kind = request.GET.get("kind", "").replace("\x00", "")[:30]
    return {
        "client": client,
        "form": form,
        "due": queries.lines_of_client(client.pk, timezone.now()),
        "groups": queries.newest_results(client),
        "kind": kind,
        "kind_label": rules.label_of(kind),
        "over_time": queries.results_of_kind(request.user, client, kind) if kind else [],
        "withdraw_form": WithdrawForm(auto_id=False),
    }
