"""The page on which one medication is signed in the place of another."""

from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils import timezone

from clinic.clients.services import open_chart
from clinic.core.forms import rows_as_asked, submit
from clinic.formulary.models import Medication
from clinic.plans import queries as plans
from clinic.plans.models import TreatmentPlan
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration import queries, services
from clinic.titration.forms import LeavingForm, NewPlanForm, SwitchForm
from clinic.titration.models import DosePlan, DosePlanVersion
from clinic.titration.rules import build_plan
from clinic.titration.rules.offering import offers_of
from clinic.titration.sources import Opener, what_happened
from clinic.titration.views.pages import about, about_medication, as_uuid, form_page, opened, pick, signed


@requires(Permission.WRITE_DOSE_PLAN)
def switch(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Let a running medication leave and another come: both on one axis of days, under one signature."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="switch a medication")
    current, today = queries.current_version(dose_plan), timezone.localdate()
    has_ended = current.stop_on is not None and current.stop_on <= today
    treatment_plan = plans.plan_in_force(client, ["problems"])
    context = about(client) | opened(request, client)
    context |= {"dose_plan": dose_plan, "treatment_plan": treatment_plan, "has_ended": has_ended}
    picked = request.GET.get("medication", "")
    if not picked or treatment_plan is None or has_ended:
        return pick(request, context, but=dose_plan.medication)
    medication = queries.get_medication(as_uuid(picked))
    asked = rows_as_asked(request.POST)
    data = asked if asked is not None else request.POST or None
    form = _form(request, data, dose_plan, current, medication, treatment_plan, context["opener"], today)
    deed = partial(services.switch_medication, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    made: list[DosePlan] = []
    if request.POST.get("do") == "sign" and submit(form, lambda **both: made.append(deed(**both))):
        messages.success(request, f"Both are signed: {dose_plan.medication} leaves, {medication} comes.")
        return signed(made[0], context)
    context |= about_medication(medication) | {
        "current": queries.current_dose(current, today),
        "version": current,
        "current_preview": queries.previewed(build_plan(current.order), today),
        "form": form,
        "preview": _preview(form),
        "checks_unavailable": form.switching.around.rules is None,
    }
    return form_page(request, "titration/switch.html", context)


def _form(
    request: StaffRequest,
    data: QueryDict | None,
    dose_plan: DosePlan,
    current: DosePlanVersion,
    medication: Medication,
    treatment_plan: TreatmentPlan,
    opener: Opener | None,
    today: date,
) -> SwitchForm:
    """The form with its two parts: how the old medication leaves, how the new one comes."""
    around = queries.surroundings_of(dose_plan.client, today=today)
    leaving = LeavingForm(
        data,
        current=current,
        label=around.label(dose_plan.medication),
        offers=offers_of(queries.offered_products(dose_plan.medication)),
        team=(),
        today=today,
        initial={"to_mg": "0"},
        prefix="leaving",
    )
    coming = NewPlanForm(
        data,
        medication=medication,
        label=around.label(medication),
        favourites=list(queries.favourites_of(request.user, medication)),
        offers=offers_of(queries.offered_products(medication)),
        problems=[problem.text for problem in treatment_plan.problems.all()],
        team=(),
        consent=plans.consent_to_ask(dose_plan.client, medication, dose_plan.treats, today),
        initial={"treats": dose_plan.treats},
        prefix="coming",
    )
    return SwitchForm(
        data,
        current=current,
        medication=medication,
        parts=(leaving, coming),
        switching=queries.switching_of(dose_plan, medication, around, now=timezone.now()),
        team=queries.team_to_promise(dose_plan.client),
        seen=what_happened(dose_plan.client, opener),
    )


def _preview(form: SwitchForm) -> queries.SwitchPreview | None:
    """What the form makes of both; nothing before it is complete."""
    if form.is_bound:
        form.is_valid()
    if form.plans is None or form.looked is None:
        return None
    leaving, coming = form.plans
    return queries.previewed_switch(form.switching, form.looked, leaving, coming, form.leaving.first_day(leaving))
