"""The pages of dose plans: start one, change one, read one."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.clients.services import open_chart
from clinic.core.forms import rows_as_asked, submit
from clinic.formulary.models import Medication
from clinic.plans import queries as plans
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration import queries, services
from clinic.titration.forms import ChangeForm, FavouriteForm, MissedForm, StartForm
from clinic.titration.models import DosePlan
from clinic.titration.rules import build_plan
from clinic.titration.rules.offering import offers_of
from clinic.titration.rules.running import with_moved
from clinic.titration.rules.safety import RegimenLook
from clinic.titration.sources import what_happened
from clinic.titration.views.pages import about, about_medication, as_uuid, form_page, opened, pick, signed


@requires(Permission.WRITE_DOSE_PLAN)
def start(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Pick a medication, lay out its doses, see what they make, sign."""
    client = open_chart(client_id=client_id, by=request.user, page="start a dose plan")
    treatment_plan = plans.plan_in_force(client, ["problems"])
    context = about(client) | opened(request, client) | {"treatment_plan": treatment_plan}
    picked = request.GET.get("medication", "")
    if not picked or treatment_plan is None:
        return pick(request, context)
    medication = queries.get_medication(as_uuid(picked))
    asked = rows_as_asked(request.POST)
    problems = [problem.text for problem in treatment_plan.problems.all()]
    around = queries.surroundings_of(client, today=timezone.localdate())
    treats = next(iter(problems), "")
    form = StartForm(
        asked if asked is not None else request.POST or None,
        medication=medication,
        label=around.label(medication),
        favourites=list(queries.favourites_of(request.user, medication)),
        offers=offers_of(queries.offered_products(medication)),
        problems=problems,
        team=queries.team_to_promise(client),
        consent=plans.consent_to_ask(client, medication, treats, timezone.localdate()),
        before=partial(queries.before_start, client, medication, around, now=timezone.now()),
        today=timezone.localdate(),
    )
    deed = partial(
        services.start_dose_plan,
        client_id=client.pk,
        medication_id=medication.pk,
        by=request.user,
        now=timezone.now(),
    )
    made: list[DosePlan] = []
    if request.POST.get("do") == "sign" and submit(form, lambda **order: made.append(deed(**order))):
        messages.success(request, f"The dose plan of {medication} is signed.")
        return signed(made[0], context)
    if request.POST.get("do") == "keep" and submit(form, partial(_keep, request, medication, form)):
        return redirect(request.get_full_path())
    context |= about_medication(medication) | {"form": form, "preview": _preview_of_start(form)}
    return form_page(request, "titration/start.html", context)


def _keep(request: StaffRequest, medication: Medication, form: StartForm, order: dict[str, Any], **_: Any) -> None:
    """Keep what is laid out as a favourite; the rest of the form is for signing."""
    favourite = services.keep_favourite(
        medication_id=medication.pk, name=form.kept_as, order=order, by=request.user, now=timezone.now()
    )
    messages.success(request, f"“{favourite}” is one of your favourites now.")


@requires(Permission.WRITE_DOSE_PLAN)
@require_POST
def keep_favourite(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Keep the regimen of a signed dose plan as a favourite of one's own."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    form = FavouriteForm(request.POST)
    order = queries.current_version(dose_plan).order
    deed = partial(
        services.keep_favourite,
        medication_id=dose_plan.medication_id,
        order=order,
        by=request.user,
        now=timezone.now(),
    )
    if submit(form, deed):
        messages.success(request, "The regimen is one of your favourites now.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("titration:dose_plan", dose_plan.pk)


@requires(Permission.WRITE_DOSE_PLAN)
@require_safe
def favourites(request: StaffRequest) -> HttpResponse:
    """One's own favourites, of all medications."""
    return render(request, "titration/favourites.html", {"favourites": queries.favourites_of(request.user)})


@requires(Permission.WRITE_DOSE_PLAN)
@require_POST
def remove_favourite(request: StaffRequest, favourite_id: UUID) -> HttpResponse:
    """Take a favourite off one's own list."""
    favourite = services.remove_favourite(favourite_id=favourite_id, by=request.user, now=timezone.now())
    messages.success(request, f"“{favourite}” is removed.")
    return redirect("titration:favourites")


def _preview_of_start(form: StartForm) -> queries.Preview | None:
    """What the form makes; before anything is posted, what its first values make."""
    if form.is_bound:
        form.is_valid()
    return queries.previewed(form.plan, regimen=_regimen(form)) if form.plan is not None else None


@requires(Permission.WRITE_DOSE_PLAN)
def change(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Change or stop a running dose plan: what moves is shown before it is signed."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="change a dose plan")
    current = queries.current_version(dose_plan)
    today = timezone.localdate()
    asked = rows_as_asked(request.POST)
    around, opener = queries.surroundings_of(client, today=today), opened(request, client)
    form = ChangeForm(
        asked if asked is not None else request.POST or None,
        current=current,
        label=around.label(dose_plan.medication),
        offers=offers_of(queries.offered_products(dose_plan.medication)),
        team=queries.team_to_promise(client),
        before=partial(queries.before_change, dose_plan, around),
        today=today,
        way=request.GET.get("way", ""),
        seen=what_happened(client, opener["opener"]),
    )
    deed = partial(services.change_dose_plan, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    if request.POST.get("do") == "sign" and submit(form, deed):
        messages.success(request, f"The dose plan of {dose_plan.medication} is changed.")
        return signed(dose_plan, opener)
    context = about(client) | opener | about_medication(dose_plan.medication)
    context |= {
        "dose_plan": dose_plan,
        "current": queries.current_dose(current, today),
        "version": current,
        "current_preview": queries.previewed(build_plan(current.order), today),
        "form": form,
        "preview": _preview_of_change(form, around),
        "has_ended": current.stop_on is not None and current.stop_on <= today,
    }
    return form_page(request, "titration/change.html", context)


def _preview_of_change(form: ChangeForm, around: queries.Surroundings) -> queries.Preview | None:
    if form.is_bound:
        form.is_valid()
    return _preview_from(form, around, form.from_day)


def _preview_from(
    form: ChangeForm | MissedForm, around: queries.Surroundings, day: date | None
) -> queries.Preview | None:
    """What a form makes of a running plan, from a day on."""
    if form.is_bound:
        form.is_valid()
    if form.plan is None:
        return None
    own = around.settled_of(form.current.dose_plan_id)
    settled = with_moved(own, build_plan(form.current.order), form.plan, day or form.plan.order.start_on)
    return queries.previewed(form.plan, day, settled, _regimen(form))


def _regimen(form: StartForm | ChangeForm | MissedForm) -> RegimenLook | None:
    return form.before.regimen if form.before is not None else None


@requires(Permission.WRITE_DOSE_PLAN)
def missed(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """Record missed doses; by rule the plan goes on or begins again, shown before it is signed."""
    dose_plan = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="missed doses")
    current = queries.current_version(dose_plan)
    today = timezone.localdate()
    around = queries.surroundings_of(client, today=today)
    form = MissedForm(
        request.POST or None,
        current=current,
        label=around.label(dose_plan.medication),
        after_gap=partial(around.after_gap, dose_plan.medication, today=today),
        offered=queries.offered_products(dose_plan.medication),
        team=queries.team_to_promise(client),
        before=partial(queries.before_change, dose_plan, around),
        today=today,
    )
    deed = partial(services.record_missed_doses, dose_plan_id=dose_plan.pk, by=request.user, now=timezone.now())
    if request.POST.get("do") == "sign" and submit(form, deed):
        messages.success(request, f"The missed doses of {dose_plan.medication} are recorded.")
        return redirect("titration:dose_plan", dose_plan.pk)
    context = about(client) | {
        "dose_plan": dose_plan,
        "medication": dose_plan.medication,
        "version": current,
        "current_preview": queries.previewed(build_plan(current.order), today),
        "form": form,
        "preview": _preview_from(form, around, today),
        "has_ended": current.stop_on is not None and current.stop_on <= today,
    }
    return form_page(request, "titration/missed.html", context)


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def dose_plan(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """A dose plan as it stands today, and every version as it was signed."""
    shown = queries.get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=shown.client_id, by=request.user, page="dose plan")
    versions = queries.versions_of(shown)
    today = timezone.localdate()
    context = about(client) | {
        "dose_plan": shown,
        "current": queries.current_dose(versions[0].version, today),
        "latest": versions[0],
        "earlier": versions[1:],
        "versions": versions,
        "waiting": [(gate, queries.gate_words(gate)) for gate in queries.gates_of(shown) if gate.judged_at is None],
        "favourite_form": FavouriteForm(),
        "today": today,
        "has_ended": versions[0].version.stop_on is not None and versions[0].version.stop_on <= today,
    }
    return render(request, "titration/dose_plan.html", context)
