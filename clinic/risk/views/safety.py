"""The safety plan of a client: read, write, print, who has a copy, and the client's own page by link."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.core.printing import pdf_answer, print_pdf
from clinic.core.templatetags.clinic_ui import day
from clinic.messaging.queries import live_links, sendings
from clinic.messaging.views import give_by_link, read_by_link
from clinic.risk import services
from clinic.risk.forms.safety import CopyForm, SafetyPlanForm
from clinic.risk.queries import safety as queries
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_SAFETY_PLAN)
@require_safe
def safety_plan(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The plan in force, who has a copy, and earlier versions."""
    return _plan(request, open_chart(client_id=client_id, by=request.user, page="safety plan"))


def _plan(
    request: StaffRequest,
    client: Client,
    *,
    copy: forms.Form | None = None,
    give: forms.Form | None = None,
    link: str = "",
) -> HttpResponse:
    """`link` was made by this very request; it can be shown this once."""
    now = timezone.now()
    versions = list(queries.versions_of(client.pk))
    page = {
        "client": client,
        "plan": versions[0] if versions else None,
        "earlier": versions[1:],
        "copy": copy or CopyForm(initial={"given_on": timezone.localdate()}),
        "give": give,
        "links": live_links(client.pk, queries.KIND, now),
        "newest_sending": sendings(client.pk, queries.KIND).first(),
        "link": link,
    }
    is_refused = bool((copy and copy.errors) or (give and give.errors))
    return render(request, "risk/safety_plan.html", page, status=422 if is_refused else 200)


@requires(Permission.WRITE_SAFETY_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def write_safety_plan(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The six steps, begun from the version in force; signing makes the next one."""
    client = open_chart(client_id=client_id, by=request.user, page="safety plan")
    standing = queries.plan_in_force(client.pk)
    initial = {"version": 0} if standing is None else {**standing.words, "version": standing.number}
    form = SafetyPlanForm(request.POST if request.method == "POST" else None, initial=initial)
    deed = partial(services.sign_safety_plan, client_id=client.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, "The safety plan is signed. Write down below who has a copy.")
        return redirect("risk:safety_plan", client.pk)
    page = {"client": client, "form": form, "plan": standing}
    return render(request, "risk/write_safety_plan.html", page, status=422 if form.errors else 200)


@requires(Permission.READ_SAFETY_PLAN)
@require_safe
def print_safety_plan(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The plan in force as a PDF; without one, back to the page that says so."""
    client = open_chart(client_id=client_id, by=request.user, page="printed safety plan")
    plan = queries.plan_in_force(client.pk)
    if plan is None:
        return redirect("risk:safety_plan", client.pk)
    values = {
        "paper": "us-letter",
        "client": client.name,
        "signed": day(plan.signed_at),
        "version": plan.number,
        "review": day(plan.review_on),
        "steps": [{"title": title, "words": words} for title, words in plan.steps],
        "clinic": {"name": settings.CLINIC_NAME, "phone": settings.CLINIC_PHONE, "hours": settings.CLINIC_HOURS},
    }
    return pdf_answer(print_pdf("risk/safety_plan.typ", values), "plan")


@requires(Permission.WRITE_SAFETY_PLAN)
@require_POST
def give_copy(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Somebody has a copy."""
    client = open_chart(client_id=client_id, by=request.user, page="safety plan")
    form = CopyForm(request.POST)
    if not submit(form, partial(services.give_copy, client_id=client.pk, by=request.user, now=timezone.now())):
        return _plan(request, client, copy=form)
    messages.success(request, "Written down.")
    return redirect("risk:safety_plan", client.pk)


@requires(Permission.WRITE_SAFETY_PLAN)
@require_POST
def send_safety_plan(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Write to the client with a link to the plan."""
    return _give(request, client_id, services.send_safety_plan_link, "A message with the link is on its way.")


@requires(Permission.WRITE_SAFETY_PLAN)
@require_POST
def show_safety_plan(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Show a fresh link once, to hand over in person."""
    return _give(request, client_id, services.show_safety_plan_link)


@requires(Permission.WRITE_SAFETY_PLAN)
@require_POST
def end_safety_plan_links(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """End every link to the plan."""
    return _give(request, client_id, services.end_safety_plan_links, "No link opens the safety plan any more.")


def _give(request: StaffRequest, client_id: UUID, deed: Callable[..., object], told: str = "") -> HttpResponse:
    client = open_chart(client_id=client_id, by=request.user, page="safety plan")
    return give_by_link(
        request,
        partial(deed, client_id=client.pk, by=request.user, now=timezone.now()),
        page=partial(_plan, request, client),
        back=reverse("risk:safety_plan", args=[client.pk]),
        told=told,
    )


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The client's own plan behind a link: the birth year first, then the steps; reading changes nothing."""

    def show(opened: queries.OpenPlan) -> HttpResponse:
        return render(request, "risk/safety_page.html", {"client": opened.client, "plan": opened.plan})

    return read_by_link(
        request,
        token=token,
        about_kind=queries.KIND,
        find=partial(queries.open_plan, token),
        enter=partial(services.enter_safety_plan, token=token),
        show=show,
    )
