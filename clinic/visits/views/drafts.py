"""Pages of a draft: begin it, write it, sign it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.checkins.services import send_scales
from clinic.clients.services import open_chart
from clinic.core.clock import local_day
from clinic.core.forms import submit, tell
from clinic.core.rules import RuleBroken
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration.services import end_side_effect
from clinic.visits import queries, services
from clinic.visits.forms import AddendumForm, StartForm, VisitForm, time_chosen
from clinic.visits.forms.open_points import open_points
from clinic.visits.forms.panels import Panel, not_looked_at, panels, rows
from clinic.visits.forms.parts import parts
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.copied import PARTS
from clinic.visits.rules.decisions import Decision
from clinic.visits.rules.telehealth import CONSENT_TELLS, TELEHEALTH, is_consent_valid
from clinic.visits.views.beside import keep_beside
from clinic.visits.views.signed import signed_page

ONLY_WORDS = "It comes into other clients' notes: take out of it what is only about this one."
# Said where the button is: on a phone the top of the page is far away.
BESIDE_TEMPLATE = "note-template"
LOOK_FIRST = "Look at what this changes, shown below, then sign."


@requires(Permission.WRITE_VISIT)
def start(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Begin a visit, or go on with the draft."""
    client = open_chart(client_id=client_id, by=request.user, page="visits:start")
    form = StartForm(request.POST if request.method == "POST" else request.GET)
    now = timezone.now()
    begin = partial(_begin, request, client_id=client.pk)
    if request.method == "POST" and submit(form, begin):
        return redirect("visits:visit", queries.draft_of(request.user, client).pk)  # type: ignore[union-attr]
    page = {
        "client": client,
        "form": form,
        "age": client.age_on(local_day(now)),
        "allergies": queries.allergies_of(client),
        "draft": queries.draft_of(request.user, client),
        "appointments": queries.appointments_to_meet(client, request.user, local_day(now)),
        "earlier": queries.newest_visits(client, 3),
    }
    return render(request, "visits/start.html", page, status=422 if form.errors else 200)


def _begin(request: StaffRequest, **asked: Any) -> FollowUpVisit:
    return services.start_visit(**asked, by=request.user, now=timezone.now())


@require_safe
@requires(Permission.READ_VISIT)
def visit(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """One's own draft to write, or a signed visit to read."""
    open_chart(client_id=queries.client_of(visit_id), by=request.user, page="visits:visit")
    shown = queries.get_visit(request.user, visit_id)
    if shown.is_signed:
        return signed_page(request, shown, AddendumForm())
    return _draft_page(request, shown)


@requires(Permission.WRITE_VISIT)
def save(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Save the draft: by itself while somebody types, or by a button."""
    shown = queries.get_draft(request.user, visit_id)
    if request.method != "POST":
        return redirect("visits:visit", visit_id)
    form = _bound(request, shown)
    form.unkept = keep_beside(request, shown)
    saved = list[FollowUpVisit]()
    keep = partial(services.save_visit, visit_id=visit_id, by=request.user, now=timezone.now())
    is_done = submit(form, lambda **note: saved.append(keep(**note)))
    if request.headers.get("X-Autosave"):
        return _autosaved(form, *saved)
    if not is_done:
        return _draft_again(request, visit_id, form)
    _end_effect(request)
    if not submit(form, partial(_do_asked, request, visit_id)):
        return _draft_again(request, visit_id, form, is_saved=True)
    form.tell_unkept()
    if not form.is_valid():
        return _draft_again(request, visit_id, form, is_saved=True)
    return redirect(_after_saving(request, shown))


def _end_effect(request: StaffRequest) -> None:
    """A side effect that stood among what is known bothers no more, if its button was pressed."""
    with suppress(KeyError, ValueError):
        end_side_effect(effect_id=UUID(request.POST["end_effect"]), by=request.user, now=timezone.now())


def _do_asked(request: StaffRequest, visit_id: UUID, **_: Any) -> None:
    """What a button of the page asks for beside saving, if one was pressed."""
    deed, part, what = _pressed(request)
    if "book" in request.POST:
        chosen = time_chosen(request.POST)
        services.book_next(visit_id=visit_id, starts_at=chosen, by=request.user, now=timezone.now())
    elif "send_scales" in request.POST:
        send_scales(client_id=queries.client_of(visit_id), by=request.user, now=timezone.now())
    elif "use_template" in request.POST:
        services.use_note_template(visit_id=visit_id, name=request.POST.get("note_template", ""), by=request.user)
    elif "keep_template" in request.POST:
        _keep_as_template(request, visit_id)
    elif deed == "copy":
        name = request.POST.get(f"phrase_{part}", "")
        services.copy_text(visit_id=visit_id, part=part, origin=what, phrase_name=name, by=request.user)
    elif deed:
        with suppress(ValueError):
            review = partial(services.review_text, visit_id=visit_id, by=request.user, now=timezone.now())
            review(passage_id=UUID(what), keep=deed == "keep")


def _keep_as_template(request: StaffRequest, visit_id: UUID) -> None:
    name = request.POST.get("note_template", "")
    kept = services.keep_as_note_template(visit_id=visit_id, name=name, by=request.user)
    messages.success(request, f"Kept as the note template “{kept.name}”. {ONLY_WORDS}", extra_tags=BESIDE_TEMPLATE)


def _pressed(request: StaffRequest) -> tuple[str, str, str]:
    """The button beside a part of the note: copy, keep or drop, the part, and where from or which text."""
    for deed in ("copy", "keep", "drop"):
        if deed in request.POST:
            part, _, what = request.POST[deed].partition(" ")
            return deed, part, what
    return "", "", ""


def _after_saving(request: StaffRequest, shown: FollowUpVisit) -> str:
    """The plan editor if it was asked for, else the visit where the pressed button stands."""
    if editor := _editor_to_open(request, shown):
        return editor
    address = shown.get_absolute_url()
    if "end_effect" in request.POST:
        return f"{address}#response"
    if "rate_symptoms" in request.POST or "send_scales" in request.POST:
        return f"{address}#symptoms"
    if "review_gain" in request.POST:
        return f"{address}#to-measure"
    if "continue_all" in request.POST or "preview" in request.POST:
        address = f"{address}#decisions"
    elif "book" in request.POST:
        return f"{address}#next-visit"
    elif "use_template" in request.POST or "keep_template" in request.POST:
        return f"{address}#note-template"
    elif (part := _pressed(request)[1]) in PARTS:
        return f"{address}#part-{part}"
    messages.success(request, "Draft saved.")
    return address


def _editor_to_open(request: StaffRequest, shown: FollowUpVisit) -> str:
    """The page of the plan editor that was asked for by a button, knowing this visit; empty where none was."""
    what, _, dose_plan_id = request.POST.get("open", "").partition(" ")
    editors: dict[str, tuple[str, object, dict[str, str]]] = {
        "start": ("start", shown.client_id, {}),
        "change": ("change", dose_plan_id, {}),
        "taper": ("change", dose_plan_id, {"way": "taper"}),
        "switch": ("switch", dose_plan_id, {}),
    }
    with suppress(KeyError, NoReverseMatch):
        name, key, way = editors[what]
        return f"{reverse(f'titration:{name}', args=[key])}?{urlencode({'visit': shown.pk, **way})}"
    return ""


@require_POST
@requires(Permission.WRITE_VISIT)
def preview(request: StaffRequest, visit_id: UUID, dose_plan_id: UUID) -> HttpResponse:
    """What a decision would do, while it is taken; saves nothing."""
    shown = queries.get_draft(request.user, visit_id)
    page = queries.visit_page(request.user, shown, timezone.now())
    form = VisitForm(request.POST, around=page.around)
    shown_panels = panels(page, form)
    panel = next((one for one in shown_panels if one.running.dose_plan.pk == dose_plan_id), None)
    if panel is None:
        raise Http404
    proposed = _next_visit(request, page, shown_panels)
    context = {"panel": panel, "visit": shown, "client": page.client, "form": form, "next_visit": proposed}
    return render(request, "visits/_previewed.html", context)


@requires(Permission.WRITE_VISIT)
def sign(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Save what is on the page, then sign it; a refused signature leaves the draft saved."""
    shown = queries.get_draft(request.user, visit_id)
    if request.method != "POST" or shown.is_signed:
        if shown.is_signed:
            messages.info(request, "This visit is signed already.")
        return redirect("visits:visit", visit_id)
    now = timezone.now()
    form = _bound(request, shown)
    form.unkept = keep_beside(request, shown)
    if not submit(form, partial(services.save_visit, visit_id=visit_id, by=request.user, now=now)):
        return _draft_again(request, visit_id, form)
    saved = queries.get_draft(request.user, visit_id)
    page = queries.visit_page(request.user, saved, now)
    _name_all_missing(page, form)
    form.tell_unkept()
    if not form.is_valid():
        return _draft_again(request, visit_id, form, is_saved=True, page=page)
    if not submit(form, partial(_sign, request, saved)):
        return _draft_again(request, visit_id, form, is_saved=True)
    messages.success(request, "Visit signed.")
    return redirect("visits:visit", visit_id)


def _sign(request: StaffRequest, saved: FollowUpVisit, **_: Any) -> FollowUpVisit:
    return services.sign_visit(visit_id=saved.pk, version=saved.version, by=request.user, now=timezone.now())


def _bound(request: StaffRequest, shown: FollowUpVisit) -> VisitForm:
    around = queries.around(shown, request.user, timezone.localdate())
    return VisitForm(request.POST, around=around, is_telehealth=shown.modality == TELEHEALTH)


def _name_all_missing(page: queries.VisitPage, form: VisitForm) -> None:
    """Each dose change that was not previewed as it now stands, and all else that keeps the visit from being signed."""
    shown = panels(page, form)
    tell(form, (RuleBroken(LOOK_FIRST, field=name) for name in not_looked_at(shown, form)))
    looks = {panel.running.dose_plan.pk: panel.look for panel in shown}
    tell(form, (problem.refusal for problem in queries.what_is_missing(replace(page.to_sign, looks=looks))))


def _autosaved(form: VisitForm, saved: FollowUpVisit | None = None) -> HttpResponse:
    if saved is None:
        return JsonResponse({}, status=409 if hasattr(form, "conflict") else 422)
    return JsonResponse({"version": saved.version, "saved_at": saved.updated_at.isoformat()})


def _draft_page(request: StaffRequest, shown: FollowUpVisit) -> HttpResponse:
    page = queries.visit_page(request.user, shown, timezone.now())
    initial = queries.fields_of(shown, page.asked)
    is_telehealth = shown.modality == TELEHEALTH
    form = VisitForm(None, around=page.around, is_telehealth=is_telehealth, initial=initial)
    return _render_draft(request, page, form, version=shown.version, status=200)


def _draft_again(
    request: StaffRequest,
    visit_id: UUID,
    form: VisitForm,
    *,
    is_saved: bool = False,
    page: queries.VisitPage | None = None,
) -> HttpResponse:
    """The draft with what was typed and what is wrong; once saved or stale, it goes on from what stands now.

    `page` is how it stands, where nothing was tried since it was read.
    """
    shown = page.visit if page else queries.get_draft(request.user, visit_id)
    if shown.is_signed:
        messages.error(request, "This visit is signed already and cannot change. Write an addendum instead.")
        return redirect("visits:visit", visit_id)
    page = page or queries.visit_page(request.user, shown, timezone.now())
    stale = getattr(form, "conflict", None)
    is_stale = stale is not None
    if stale is not None:
        form.forget_what_is_the_same(stale)
    version = shown.version if is_stale or is_saved else form["version"].value()
    return _render_draft(request, page, form, version=version, status=409 if is_stale else 422)


def _render_draft(
    request: StaffRequest, page: queries.VisitPage, form: VisitForm, *, version: Any, status: int
) -> HttpResponse:
    shown_panels = panels(page, form)
    shown = {
        "page": page,
        "visit": page.visit,
        "client": page.client,
        "age": page.client.age_on(page.today),
        "allergies": page.around.allergies,
        "form": form,
        "version": version,
        "panels": shown_panels,
        "medications": rows(page, shown_panels),
        "started": [one for one in page.medications if one.decided_here == Decision.START],
        "taken": [one for one in page.medications if not one.has_ended],
        "mental_status": form.mental_status(),
        "problems": form.problems(),
        "parts": parts(page, form),
        "open_points": open_points(page, form, shown_panels),
        "consent_tells": CONSENT_TELLS,
        "next_visit": _next_visit(request, page, shown_panels),
        "scales_due": queries.scales_due(page.visit, timezone.now()),
        "has_consent": is_consent_valid(page.around.consented_on, page.today),
    }
    return render(request, "visits/visit.html", shown, status=status)


def _next_visit(request: StaffRequest, page: queries.VisitPage, shown: Sequence[Panel]) -> queries.NextVisit:
    looks = [panel.look for panel in shown]
    return queries.next_visit(request.user, page.visit, page.medications, looks, timezone.now())
