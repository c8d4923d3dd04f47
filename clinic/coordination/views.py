"""Pages between therapist and prescriber."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from clinic.clients.services import open_chart
from clinic.coordination import queries, services
from clinic.coordination.forms import AcknowledgeForm, ObservationForm
from clinic.core.forms import submit
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@require_safe
@requires(Permission.ACKNOWLEDGE_CHANGE)
def changes(request: StaffRequest) -> HttpResponse:
    """Every change of one's clients still to be seen."""
    return _changes_page(request)


@requires(Permission.ACKNOWLEDGE_CHANGE)
def acknowledge(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """Say that one has seen a dose change."""
    if request.method != "POST":
        return redirect("coordination:changes")
    change = queries.get_change(request.user, change_id)
    form = AcknowledgeForm(request.POST)
    seen = partial(services.acknowledge_change, change_id=change.pk, by=request.user, now=timezone.now())
    if submit(form, seen):
        messages.success(request, "Acknowledged.")
        return redirect(_where_to(request))
    return _changes_page(request, wrong=change_id, form=form)


@requires(Permission.ACKNOWLEDGE_CHANGE)
def observe(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Write down what was noticed about a client; below it what was noticed before."""
    client = open_chart(client_id=client_id, by=request.user, page="coordination:observe")
    form = ObservationForm(request.POST if request.method == "POST" else None)
    write = partial(services.write_observation, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, write):
        messages.success(request, "Written. The care team sees it on the chart and at the next visit.")
        return redirect(client)
    page = {
        "client": client,
        "age": client.age_on(timezone.localdate()),
        "form": form,
        "observations": queries.newest_observations(client),
    }
    return render(request, "coordination/observe.html", page, status=422 if form.errors else 200)


def _changes_page(
    request: StaffRequest, *, wrong: UUID | None = None, form: AcknowledgeForm | None = None
) -> HttpResponse:
    page = {
        "changes": queries.unacknowledged_changes(request.user),
        "plans": queries.unacknowledged_plans(request.user),
        "wrong": wrong,
        "form": form,
    }
    return render(request, "coordination/changes.html", page, status=422 if wrong else 200)


def _where_to(request: StaffRequest) -> str:
    """Back to the page of the portal it was clicked on."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else reverse("coordination:changes")
