"""The pages of gates: let a coming step wait, decide about one that does."""

from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.plans import queries as plans
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration import queries, services
from clinic.titration.forms import GateDecisionForm, GateForm
from clinic.titration.models import DosePlanVersion, StepGate
from clinic.titration.rules.gates import steps_to_gate

A_WEEK = 7


@requires(Permission.WRITE_DOSE_PLAN)
def gates(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Which steps of a dose plan wait and for what; let another one wait."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="gates of a dose plan")
    current = queries.current_version(dose_plan)
    today = timezone.localdate()
    standing = queries.gates_of(dose_plan)
    waiting = {gate.step_first_on for gate in standing if gate.judged_at is None}
    coming = [one for one in steps_to_gate(list(current.steps.all()), today) if one.first_on not in waiting]
    form = GateForm(
        request.POST or None, steps=coming, version=current.number, stay_days=_days_of_the_step(current, today)
    )
    deed = partial(services.set_gate, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, "The step waits. The client's calendar says so.")
        return redirect("titration:gates", dose_plan.pk)
    page = {
        "client": client,
        "who": plans.who(client, today),
        "dose_plan": dose_plan,
        "gates": [(gate, queries.gate_words(gate)) for gate in standing],
        "has_coming": bool(coming),
        "form": form,
    }
    status = 409 if hasattr(form, "conflict") else 422 if form.errors else 200
    return render(request, "titration/gates.html", page, status=status)


@requires(Permission.WRITE_DOSE_PLAN)
def decide_gate(request: StaffRequest, gate_id: UUID) -> HttpResponse:
    """Let a waiting step begin on its day, or take its gate away."""
    gate: StepGate = queries.get_gate(request.user, gate_id)
    client = open_chart(client_id=gate.dose_plan.client_id, by=request.user, page="gate of a dose step")
    form = GateDecisionForm(request.POST or None)
    if submit(form, partial(services.decide_gate, gate_id=gate.pk, by=request.user, now=timezone.now())):
        messages.success(request, "Decided.")
        return redirect("titration:gates", gate.dose_plan_id)
    page = {
        "client": client,
        "who": plans.who(client, timezone.localdate()),
        "gate": gate,
        "words": queries.gate_words(gate),
        "form": form,
    }
    return render(request, "titration/decide_gate.html", page, status=422 if form.errors else 200)


def _days_of_the_step(current: DosePlanVersion, today: date) -> int:
    """How long the step of today was planned to last: what it goes on by, unless the prescriber says otherwise."""
    running = next((one for one in current.steps.all() if one.last_on and one.first_on <= today <= one.last_on), None)
    return (running.last_on - running.first_on).days + 1 if running and running.last_on else A_WEEK
