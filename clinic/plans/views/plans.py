"""The pages of the treatment plan: write it, sign it, read it, acknowledge it."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.clients.services import open_chart
from clinic.core.forms import form_count, rows_as_asked, submit
from clinic.intake.icd10 import describe, is_billable, search_icd10
from clinic.plans import queries, services
from clinic.plans.forms import AcknowledgeForm, PlanDraftForm, SignPlanForm
from clinic.plans.models import PlanStatus, TreatmentPlan
from clinic.plans.rules import PlanContent
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.WRITE_PLAN)
def draft(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Write the plan: the next version of it begins with the first save, as a copy of the one in force."""
    if request.headers.get("X-Autosave"):
        return _autosave(request, client_id)
    client = open_chart(client_id=client_id, by=request.user, page="plan draft")
    written, in_force = queries.draft_of(client), queries.plan_in_force(client)
    asked = _as_asked(request.POST)
    data = asked if asked is not None else request.POST or None
    if written is not None:
        form = PlanDraftForm(data, version=written.version, content=queries.content_of(written))
    else:
        form = PlanDraftForm(data, version=services.NOT_BEGUN, content=queries.fresh_content(in_force))
    context = {"client": client, "form": form, "draft": written, "in_force": in_force}
    if request.method != "POST" or asked is not None:
        return _draft_page(request, context)
    if not submit(form, _save(request, client_id)):
        return _draft_page(request, context, status=409 if hasattr(form, "conflict") else 422)
    saved = queries.draft_of(client)
    if request.POST.get("do") == "sign" and saved is not None:
        return redirect("plans:sign", saved.pk)
    messages.success(request, "Draft saved.")
    return redirect("plans:draft", client.pk)


def _autosave(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Save what is typed; the answer tells the page which version it now is at."""
    form = PlanDraftForm(request.POST, version=services.NOT_BEGUN, content=PlanContent())
    now, saved = timezone.now(), []
    save = _save(request, client_id)
    if not submit(form, lambda **plan: saved.append(save(**plan))):
        return JsonResponse({}, status=409 if hasattr(form, "conflict") else 422)
    return JsonResponse({"version": saved[0].version, "saved_at": now.isoformat()})


def _save(request: StaffRequest, client_id: UUID) -> partial[TreatmentPlan]:
    return partial(services.write_draft, client_id=client_id, by=request.user, now=timezone.now())


def _as_asked(data: QueryDict) -> QueryDict | None:
    """The posted rows after a button that only changes the page: add, remove, find or pick; None for others."""
    if data.get("do") == "find":
        return data
    code = data.get("pick", "")
    if not is_billable(code):
        return rows_as_asked(data)
    picked = data.copy()
    total = form_count(data, "problems")
    place = next((n for n in range(total) if not picked.get(f"problems-{n}-text")), total)
    picked[f"problems-{place}-text"], picked[f"problems-{place}-code"] = describe(code), code
    picked["problems-TOTAL_FORMS"], picked["find"] = str(max(total, place + 1)), ""
    return picked


def _draft_page(request: StaffRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    words = context["form"].data.get("find", "").strip()
    context |= {
        "who": queries.who(context["client"], timezone.localdate()),
        "find": words,
        "diagnoses": search_icd10(words, limit=8) if words else [],
    }
    return render(request, "plans/draft.html", context, status=status)


@requires(Permission.SIGN_PLAN)
def sign(request: StaffRequest, plan_id: UUID) -> HttpResponse:
    """Read the draft as it will stand, then sign it."""
    plan = queries.get_plan(request.user, plan_id)
    open_chart(client_id=plan.client_id, by=request.user, page="plan to sign")
    if plan.status != PlanStatus.DRAFT:
        messages.info(request, f"Plan {plan.number} is signed already.")
        return redirect("plans:plan", plan.pk)
    form = SignPlanForm(request.POST or None, initial={"version": plan.version})
    deed = partial(services.sign_plan, plan_id=plan.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"Plan {plan.number} is signed and in force.")
        return redirect("plans:plan", plan.pk)
    missing = queries.missing_of(plan)
    context = _plan_context(request, plan) | {"form": form, "missing": missing, "cautions": queries.cautions_of(plan)}
    status = 409 if hasattr(form, "conflict") else 422
    return render(request, "plans/sign.html", context, status=status if form.errors else 200)


@requires(Permission.READ_PLAN)
@require_safe
def plan(request: StaffRequest, plan_id: UUID) -> HttpResponse:
    """One version of the plan as it was signed, what it changed, and every other version."""
    shown = queries.get_plan(request.user, plan_id)
    open_chart(client_id=shown.client_id, by=request.user, page="plan")
    context = _plan_context(request, shown) | {
        "versions": queries.versions_of(shown.client),
        "form": AcknowledgeForm(),
        "is_draft": shown.status == PlanStatus.DRAFT,
    }
    return render(request, "plans/plan.html", context)


@requires(Permission.ACKNOWLEDGE_PLAN)
def acknowledge(request: StaffRequest, plan_id: UUID) -> HttpResponse:
    """Say that one has seen the plan; one click from the home page, here with a comment."""
    shown = queries.get_plan(request.user, plan_id)
    open_chart(client_id=shown.client_id, by=request.user, page="plan to acknowledge")
    form = AcknowledgeForm(request.POST if request.method == "POST" else None)
    deed = partial(services.acknowledge_plan, plan_id=shown.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"You acknowledged the plan of {shown.client}.")
        return redirect("plans:plan", shown.pk)
    context = _plan_context(request, shown) | {"form": form}
    return render(request, "plans/acknowledge.html", context, status=422 if form.errors else 200)


def _plan_context(request: StaffRequest, shown: TreatmentPlan) -> dict[str, Any]:
    return {
        "who": queries.who(shown.client, timezone.localdate()),
        "client": shown.client,
        "plan": shown,
        "kinds": queries.interventions_by_kind(shown),
        "may_acknowledge": queries.may_acknowledge(shown, request.user),
    }
