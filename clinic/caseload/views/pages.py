"""The home of each role, how each medication went, and the lists over the caseload."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.caseload.forms import SideEffectForm, StayForm, ThresholdsForm, TrialEndForm
from clinic.caseload.queries import desk, improving
from clinic.caseload.queries import home as clinicians
from clinic.caseload.queries import trials as trial_queries
from clinic.caseload.rules.day import filters, shown_visits
from clinic.caseload.rules.improving import Sign
from clinic.checkins import services as checkins
from clinic.clients.services import open_chart
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.core.templatetags.clinic_ui import day
from clinic.messaging.forms import NoFieldsForm
from clinic.plans import queries as plans
from clinic.staff.access import StaffRequest, requires
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from clinic.titration import services as titration
from clinic.titration.queries import get_dose_plan
from clinic.titration.queries.trials import thresholds_standing

HOMES: dict[Role, Callable[[User, datetime], object]] = {
    Role.PRESCRIBER: clinicians.prescriber_home,
    Role.THERAPIST: clinicians.therapist_home,
    Role.COORDINATOR: desk.coordinator_home,
    Role.ADMINISTRATOR: desk.administrator_home,
    Role.AUDITOR: desk.auditor_home,
}


@requires(Permission.USE_PORTAL)
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """What waits for this person today, by the role worn now."""
    role = request.user.role
    now = timezone.now()
    shown = HOMES[role](request.user, now)
    context = {"home": shown, "today": local_day(now), **_day_list(shown, request.GET.get("show", ""))}
    return render(request, f"caseload/home_{role}.html", context)


def _day_list(shown: object, show: str) -> dict[str, object]:
    """Today's visits as a filter shows them, for homes that have a day."""
    if not isinstance(shown, clinicians.PrescriberHome | clinicians.TherapistHome):
        return {}
    day_shown = {"day_visits": shown_visits(shown.visits, show), "day_filters": filters(shown.visits, show)}
    # Where nobody is in danger, the banner need not ask again.
    return day_shown if shown.are_any_in_danger else {**day_shown, "open_alerts": []}


@requires(Permission.HAND_OVER_DEVICE)
@require_POST
def send_scales(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Send whoever comes by telehealth the scales that are due; back to the day's list."""
    client = open_chart(client_id=client_id, by=request.user, page="send scales")
    form = NoFieldsForm(request.POST)
    if submit(form, partial(checkins.send_scales, client_id=client.pk, by=request.user, now=timezone.now())):
        messages.success(request, f"The scale is on its way to {client}.")
    else:
        messages.error(request, " ".join(str(words) for words in form.non_field_errors()))
    return redirect("caseload:home")


@requires(Permission.READ_CHART)
@require_safe
def trials(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """How each medication of a client went, here and before."""
    client = open_chart(client_id=client_id, by=request.user, page="trials")
    page = trial_queries.trials_page(client, timezone.now())
    return _trials_page(request, page, SideEffectForm(taken=page.taken, today=page.today))


def _trials_page(request: StaffRequest, page: trial_queries.TrialsPage, form: SideEffectForm) -> HttpResponse:
    context = {
        "client": page.client,
        "who": plans.who(page.client, page.today),
        "page": page,
        "end_form": TrialEndForm(),
        "effect_form": form,
    }
    return render(request, "caseload/trials.html", context, status=422 if form.errors else 200)


@requires(Permission.WRITE_VISIT)
@require_POST
def note_effect(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Record a side effect, or how one that stands is now and what was done."""
    client = open_chart(client_id=client_id, by=request.user, page="side effect")
    page = trial_queries.trials_page(client, timezone.now())
    form = SideEffectForm(request.POST, taken=page.taken, today=page.today)
    if submit(form, partial(titration.note_side_effect, by=request.user, now=timezone.now())):
        messages.success(request, "Recorded.")
        return redirect(f"{reverse('caseload:trials', args=[client.pk])}#effects")
    return _trials_page(request, page, form)


@requires(Permission.WRITE_VISIT)
@require_POST
def end_effect(request: StaffRequest, effect_id: UUID) -> HttpResponse:
    """A side effect bothers no more."""
    effect = titration.end_side_effect(effect_id=effect_id, by=request.user, now=timezone.now())
    messages.success(request, f"{effect} has ended.")
    return redirect(f"{reverse('caseload:trials', args=[effect.client_id])}#effects")


@requires(Permission.WRITE_DOSE_PLAN)
@require_POST
def why_ended(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Say by a code why a medication ended."""
    dose_plan = get_dose_plan(request.user, dose_plan_id)
    form = TrialEndForm(request.POST)
    deed = partial(titration.say_why_ended, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"Why {dose_plan.medication} ended is recorded.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("caseload:trials", dose_plan.client_id)


@requires(Permission.WRITE_DOSE_PLAN)
@require_safe
def not_improving(request: StaffRequest) -> HttpResponse:
    """Clients who do not improve on what they take, or of whom nobody could know."""
    return _improving_page(request, {})


def _improving_page(request: StaffRequest, forms: dict[UUID, StayForm]) -> HttpResponse:
    """The list; a form of one row as it was sent, if it was refused."""
    wanted = request.GET.get("sign", "")
    wanted = wanted if wanted in {improving.STAYS, *Sign} else ""
    found = improving.improving_list(request.user, wanted=wanted, now=timezone.now())
    shown = {
        "found": found,
        "wanted": wanted,
        "rows": [(row, forms.get(row.client.id) or StayForm(auto_id=f"id_{row.client.id}_%s")) for row in found.rows],
        "refused": set(forms),
    }
    return render(request, "caseload/not_improving.html", shown, status=422 if forms else 200)


@requires(Permission.WRITE_DOSE_PLAN)
@require_POST
def stay(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The plan was reviewed and stays until a day: the client leaves the list until then."""
    client = open_chart(client_id=client_id, by=request.user, page="not improving")
    form = StayForm(request.POST, auto_id=f"id_{client_id}_%s")
    deed = partial(titration.keep_plan, client_id=client_id, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"The plan of {client} stays until {day(form.cleaned_data['until'])}.")
        return redirect("caseload:not_improving")
    return _improving_page(request, {client_id: form})


@requires(Permission.EDIT_THRESHOLDS)
@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: StaffRequest) -> HttpResponse:
    """From when the clinic asks whether a medication helps."""
    standing = thresholds_standing()
    initial = {"version": standing.number, **asdict(standing.thresholds)}
    form = ThresholdsForm(request.POST if request.method == "POST" else None, initial=initial)
    if submit(form, partial(titration.set_thresholds, by=request.user, now=timezone.now())):
        messages.success(request, "Saved. The list and the trials count by it from now on.")
        return redirect("caseload:thresholds")
    status = 409 if hasattr(form, "conflict") else 422 if form.errors else 200
    return render(request, "caseload/thresholds.html", {"form": form, "standing": standing}, status=status)
