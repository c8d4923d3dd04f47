"""The pages of supply: what is on hand and until when, and requests for refills with the rules' judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration import queries, services
from clinic.titration.forms import (
    AskRefillForm,
    DecideRefillForm,
    FillForm,
    WithdrawFillForm,
    WithdrawRefillForm,
)
from clinic.titration.models import DosePlan, DoseStep, RefillRequest
from clinic.titration.views.pages import about


@dataclass(frozen=True, slots=True)
class Part:
    """One dose plan on the page of supply with its two forms."""

    shown: queries.PlanSupply
    fill_form: FillForm
    ask_form: AskRefillForm


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def supply(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What a client has of each medication, until when it lasts, and what was asked for."""
    client = open_chart(client_id=client_id, by=request.user, page="supply")
    return _supply_page(request, client)


@requires(Permission.RECORD_SUPPLY)
@require_POST
def record_fill(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Record what came to the client."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="supply")
    form = _fill_form(queries.counted_plan(dose_plan, timezone.now()), request.POST)
    record = partial(services.record_fill, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    if submit(form, record):
        messages.success(request, f"The fill of {dose_plan.medication} is recorded.")
        return redirect(_place(dose_plan))
    return _supply_page(request, client, fill_form=form)


@requires(Permission.RECORD_SUPPLY)
@require_POST
def withdraw_fill(request: StaffRequest, fill_id: UUID) -> HttpResponse:
    """Take back a wrong fill."""
    fill = queries.get_fill(request.user, fill_id)
    open_chart(client_id=fill.client_id, by=request.user, page="supply")
    form = WithdrawFillForm(request.POST)
    if submit(form, partial(services.withdraw_fill, fill_id=fill.pk, by=request.user, now=timezone.now())):
        messages.success(request, "The fill is withdrawn.")
    else:
        messages.error(request, _errors(form))
    return redirect(_place(fill.dose_plan))


@requires(Permission.RECORD_SUPPLY)
@require_POST
def ask_refill(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Enter that somebody asks for a refill."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="supply")
    form = _ask_form(dose_plan, queries.steps_to_ask_for(dose_plan, timezone.localdate()), request.POST)
    if submit(form, partial(services.ask_refill, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())):
        messages.success(request, f"The refill request of {dose_plan.medication} waits for the prescriber.")
        return redirect(_place(dose_plan))
    return _supply_page(request, client, ask_form=form)


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def refill(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """One request with the judgement of the rules, or with what became of it."""
    asked = queries.get_refill(request.user, request_id)
    client = open_chart(client_id=asked.client_id, by=request.user, page="refill request")
    return _refill_page(request, client, asked)


@requires(Permission.DECIDE_REFILL)
@require_POST
def decide_refill(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Approve, approve with a changed amount, decline; or count first what another number of days makes."""
    asked = queries.get_refill(request.user, request_id)
    client = open_chart(client_id=asked.client_id, by=request.user, page="refill request")
    form = DecideRefillForm(request.POST)
    if "count" in request.POST:
        return _refill_page(request, client, asked, form)
    if submit(form, partial(services.decide_refill, request_id=asked.pk, by=request.user, now=timezone.now())):
        messages.success(request, "The decision is recorded. No prescription is sent from here.")
        return redirect("titration:refill", asked.pk)
    return _refill_page(request, client, queries.get_refill(request.user, request_id), form, status=422)


@requires(Permission.RECORD_SUPPLY)
@require_POST
def withdraw_refill(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Take back a request that is needed no more."""
    asked = queries.get_refill(request.user, request_id)
    open_chart(client_id=asked.client_id, by=request.user, page="refill request")
    form = WithdrawRefillForm(request.POST)
    if submit(form, partial(services.withdraw_refill, request_id=asked.pk, by=request.user, now=timezone.now())):
        messages.success(request, "The request is withdrawn.")
    else:
        messages.error(request, _errors(form))
    return redirect("titration:refill", asked.pk)


def _supply_page(
    request: StaffRequest, client: Client, *, fill_form: FillForm | None = None, ask_form: AskRefillForm | None = None
) -> HttpResponse:
    parts = []
    for shown in queries.supply_page(request.user, client, timezone.now()):
        dose_plan = shown.counted.dose_plan
        fresh = Part(shown, _fill_form(shown.counted), _ask_form(dose_plan, shown.steps))
        parts.append(
            Part(
                shown,
                fill_form if fill_form and fill_form.prefix == fresh.fill_form.prefix else fresh.fill_form,
                ask_form if ask_form and ask_form.prefix == fresh.ask_form.prefix else fresh.ask_form,
            )
        )
    context = about(client) | {"parts": parts, "withdraw_form": WithdrawFillForm(auto_id=False)}
    return render(request, "titration/supply.html", context, status=422 if fill_form or ask_form else 200)


def _fill_form(counted: queries.CountedPlan, sent: QueryDict | None = None) -> FillForm:
    today = timezone.localdate()
    strengths = queries.offered_strengths(counted, today)
    return FillForm(sent, strengths=strengths, prefix=f"fill-{counted.dose_plan.pk}", initial={"filled_on": today})


def _ask_form(dose_plan: DosePlan, steps: Sequence[DoseStep], sent: QueryDict | None = None) -> AskRefillForm:
    return AskRefillForm(sent, steps=steps, prefix=f"ask-{dose_plan.pk}")


def _refill_page(
    request: StaffRequest, client: Client, asked: RefillRequest, form: DecideRefillForm | None = None, status: int = 200
) -> HttpResponse:
    typed = form["days"].value() if form is not None else None
    context = about(client) | {
        "asked": asked,
        "dose_plan": asked.dose_plan,
        "may_withdraw": queries.may_withdraw(asked.entered_by_id, request.user),
        "withdraw_form": WithdrawRefillForm(),
    }
    if not hasattr(asked, "decision"):
        shown = queries.judged_for_page(asked, request.user, timezone.now(), str(typed or ""))
        context |= {"shown": shown, "form": form or DecideRefillForm(initial={"days": shown.days})}
    else:
        context["form"] = form
    return render(request, "titration/refill.html", context, status=status)


def _place(dose_plan: DosePlan) -> str:
    return f"{reverse('titration:supply', args=[dose_plan.client_id])}#plan-{dose_plan.pk}"


def _errors(form: BaseForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
