"""The page an evaluation is written on. Every button saves the whole page first: nothing typed is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.intake import queries, rules, services
from clinic.intake.forms import DoForm, EvaluationForm, SearchForm, initial_of
from clinic.intake.icd10 import search_icd10
from clinic.intake.models import PsychiatricEvaluation
from clinic.intake.views import history as parts
from clinic.scales.forms import ResponseForm
from clinic.scales.models import ScaleResponse
from clinic.scales.rules import INSTRUMENTS
from clinic.scales.services import record_response
from clinic.staff.access import StaffRequest, requires
from clinic.staff.models import User
from clinic.staff.permissions import Permission

SCORED_HERE = ("phq9", "gad7")
ON_DIAGNOSES: dict[str, Callable[..., object]] = {
    "diagnosis": services.add_diagnosis,
    "principal": services.make_principal,
    "remove": services.remove_diagnosis,
}


@dataclass
class Sent:
    """What came with one press of a button, and what became of it."""

    form: EvaluationForm
    pressed: DoForm
    search: SearchForm
    added: dict[str, Any]
    scales: dict[str, ResponseForm]
    place: str = "main"
    unsettled: list[str] = field(default_factory=list)

    @property
    def do(self) -> str:
        return str(self.pressed.data.get("do") or "save")


@requires(Permission.WRITE_EVALUATION)
def save_evaluation(request: StaffRequest, evaluation_id: UUID) -> HttpResponse:
    """Save the page, then do what the button says; a reload comes back to the page itself."""
    if request.method != "POST":
        return redirect("intake:evaluation", evaluation_id)
    found = queries.get_evaluation(request.user, evaluation_id)
    client = open_chart(client_id=found.client_id, by=request.user, page="evaluation")
    sent = _sent(request.POST)
    if submit(sent.form, _saving(found.pk, sent.form, request.user)):
        _settle(sent, found, by=request.user)
        if not sent.unsettled:
            return _go_on(request, sent, found)
        # What was kept already must not be compared with an older version when the page is sent again.
        found = queries.get_evaluation(request.user, evaluation_id)
        sent.form = EvaluationForm(initial=initial_of(queries.draft_of(found), found.version))
    found.client = client
    is_stale = hasattr(sent.form, "conflict")
    return render(request, "intake/evaluation.html", draft_page(found, sent), status=409 if is_stale else 422)


@requires(Permission.WRITE_EVALUATION)
@require_POST
def autosave_evaluation(request: StaffRequest, evaluation_id: UUID) -> HttpResponse:
    """Keep what is typed while it is typed; 409 when it was saved elsewhere meanwhile.

    What a button adds or scores is no text of the draft: the answer names what of it waits for the button.
    """
    form = EvaluationForm(request.POST)
    kept: list[PsychiatricEvaluation] = []
    save = _saving(evaluation_id, form, request.user)
    if submit(form, lambda **fields: kept.append(save(**fields))):
        saved = {"version": kept[0].version, "saved_at": kept[0].updated_at.isoformat()}
        return JsonResponse(saved | {"waiting": _waiting(request.POST)})
    if hasattr(form, "conflict"):
        return JsonResponse({"theirs": form.conflict.theirs, "version": form.conflict.version}, status=409)
    return JsonResponse({"errors": form.errors}, status=422)


@requires(Permission.WRITE_EVALUATION)
@require_POST
def search_diagnoses(request: StaffRequest) -> HttpResponse:
    """Billable diagnoses by code or words, while they are typed."""
    form = SearchForm(request.POST)
    found = search_icd10(form.cleaned_data["q"]) if form.is_valid() else []
    return render(request, "intake/_found_diagnoses.html", {"found": found, "searched": True})


def draft_page(found: PsychiatricEvaluation, sent: Sent | None) -> dict[str, Any]:
    """What the page is drawn with: as it stands, or as it was sent where something needs a look."""
    content = queries.content_of(found)
    missing = rules.missing_before_signing(content, asked_about_allergies=queries.asked_about_allergies(found.client))
    scores = queries.latest_scores(found.client)
    form = sent.form if sent else EvaluationForm(initial=initial_of(content.draft, found.version))
    search = sent.search if sent else SearchForm()
    searched = bool(sent) and search.is_bound and search.is_valid() and bool(search.cleaned_data["q"])
    return {
        **parts.page_of(found.client, sent.added if sent else parts.entries(None)),
        "evaluation": found,
        "form": form,
        "pressed": sent.pressed if sent else None,
        "search": search,
        "searched": searched,
        "found": search_icd10(search.cleaned_data["q"]) if searched else [],
        "scales": list((sent.scales if sent else _scales(None)).values()),
        "scores": scores,
        "diagnoses": content.diagnoses,
        "dangers": [*rules.dangers(found.risk_answers), *_dangers_scored(scores)],
        "missing_count": len(missing),
    }


def _dangers_scored(scores: list[ScaleResponse]) -> list[str]:
    return ["PHQ-9, item 9: thoughts of death or self-harm" for row in scores if "self_harm" in row.flags]


def _sent(data: QueryDict) -> Sent:
    search = SearchForm(data)
    return Sent(
        form=EvaluationForm(data),
        pressed=DoForm(data),
        search=search,
        added=parts.entries(data),
        scales=_scales(data),
    )


def _scales(data: QueryDict | None) -> dict[str, ResponseForm]:
    return {code: ResponseForm(data, instrument=INSTRUMENTS[code]) for code in SCORED_HERE}


def _waiting(data: QueryDict) -> list[str]:
    """The parts into which something was typed that only a button keeps."""
    typed = [parts.TITLES[kind] for kind, form in parts.entries(data).items() if not parts.is_settled(form)]
    scales = _scales(data).values()
    return typed + [form.instrument.title for form in scales if form.is_valid() and form.answered]


def _saving(evaluation_id: UUID, form: EvaluationForm, by: User) -> Callable[..., PsychiatricEvaluation]:
    def save(*, version: int, **_: object) -> PsychiatricEvaluation:
        return services.save_evaluation(
            evaluation_id=evaluation_id, version=version, draft=form.draft(), by=by, now=timezone.now()
        )

    return save


def _settle(sent: Sent, found: PsychiatricEvaluation, *, by: User) -> None:
    """Keep everything else the page carries; what cannot be kept is named in `unsettled` and shown again."""
    place = parts.add_entries(sent.added, client_id=found.client_id, by=by)
    sent.place = place or sent.place
    sent.unsettled += [kind for kind, form in sent.added.items() if not parts.is_settled(form)]
    for code, form in sent.scales.items():
        _settle_scale(sent, code, form, found, by=by)
    sent.place = parts.take_back(sent.pressed, by=by) or sent.place
    name, _, code = sent.do.partition(":")
    on_this: dict[str, Any] = {"evaluation_id": found.pk, "by": by, "now": timezone.now()}
    deed: Callable[..., object] | None = None
    if name in ON_DIAGNOSES:
        sent.place, deed = "diagnoses", partial(ON_DIAGNOSES[name], code=code, **on_this)
    elif name == "alert":
        sent.place, deed = "risk", partial(services.raise_alert, **on_this)
    elif name == "search" or (name == "save" and sent.search.data.get("q", "").strip()):
        sent.place = "diagnoses"
        sent.unsettled.append("search")
    if deed is not None and not submit(sent.pressed, lambda do: deed()):
        sent.unsettled.append(name)


def _settle_scale(sent: Sent, code: str, form: ResponseForm, found: PsychiatricEvaluation, *, by: User) -> None:
    """A scale answered in full is scored with any button; one with gaps only with its own."""
    pressed = sent.do == code
    if not form.is_valid() or not (form.answered or pressed):
        if form.errors:
            sent.unsettled.append(code)
        return
    gaps = len(form.fields) - form.answered
    if gaps and not pressed:
        form.add_error(None, f"{gaps} of {len(form.fields)} not answered yet. To score it as it is, press its button.")
        sent.unsettled.append(code)
        return
    keep = partial(
        record_response, client_id=found.client_id, instrument=code, answers=form.answers, by=by, now=timezone.now()
    )
    if submit(form, lambda **_: keep()):
        sent.scales[code] = ResponseForm(instrument=form.instrument)
        sent.place = code
    else:
        sent.unsettled.append(code)


def _go_on(request: StaffRequest, sent: Sent, found: PsychiatricEvaluation) -> HttpResponse:
    if sent.do == "sign":
        return redirect("intake:sign_evaluation", found.pk)
    if sent.do == "alert":
        messages.warning(request, "The alert is raised. Acknowledge it and say what was done.")
    elif sent.do == "save":
        messages.success(request, "Draft saved.")
    return redirect(f"{reverse('intake:evaluation', args=[found.pk])}#{sent.place}")
