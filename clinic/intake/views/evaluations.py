"""Begin, read, sign an evaluation; add to a signed one."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.intake import queries, rules, services
from clinic.intake.forms import AddendumForm, SignForm
from clinic.intake.models import PsychiatricEvaluation
from clinic.intake.views.drafts import draft_page
from clinic.scales.rules import title_of
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.WRITE_EVALUATION)
def start_evaluation(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Begin an evaluation, or go on with the one begun."""
    client = open_chart(client_id=client_id, by=request.user, page="evaluation")
    draft = queries.own_draft(request.user, client)
    if draft is not None:
        return redirect("intake:evaluation", draft.pk)
    form = Form(request.POST if request.method == "POST" else None)
    start = partial(services.start_evaluation, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, start):
        return redirect("intake:start_evaluation", client.pk)
    page = {"client": client, "form": form, "signed": queries.signed_evaluations(client)}
    return render(request, "intake/start_evaluation.html", page, status=422 if form.errors else 200)


@requires(Permission.READ_EVALUATION)
@require_safe
def evaluation(request: StaffRequest, evaluation_id: UUID) -> HttpResponse:
    """A signed evaluation to read; a draft of one's own to write."""
    found = queries.get_evaluation(request.user, evaluation_id)
    open_chart(client_id=found.client_id, by=request.user, page="evaluation")
    if found.is_signed:
        return _signed_page(request, found)
    return render(request, "intake/evaluation.html", draft_page(found, None))


@requires(Permission.WRITE_EVALUATION)
def sign_evaluation(request: StaffRequest, evaluation_id: UUID) -> HttpResponse:
    """Read it as it will stand, then sign it."""
    found = queries.get_evaluation(request.user, evaluation_id)
    open_chart(client_id=found.client_id, by=request.user, page="sign evaluation")
    if found.is_signed:
        return redirect("intake:evaluation", found.pk)
    content = queries.content_of(found)
    form = SignForm(request.POST if request.method == "POST" else None)
    sign = partial(services.sign_evaluation, evaluation_id=found.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, sign):
        messages.success(request, "Signed.")
        return redirect("intake:evaluation", found.pk)
    page = {
        **read_parts(found, content),
        "form": form,
        "seen": services.hash_of(found, content),
        "missing": rules.missing_before_signing(
            content, asked_about_allergies=queries.asked_about_allergies(found.client)
        ),
    }
    return render(request, "intake/sign_evaluation.html", page, status=409 if form.errors else 200)


@requires(Permission.WRITE_EVALUATION)
def add_addendum(request: StaffRequest, evaluation_id: UUID) -> HttpResponse:
    """Add to a signed evaluation of one's own."""
    found = queries.get_evaluation(request.user, evaluation_id)
    if request.method != "POST" or not found.is_signed:
        return redirect("intake:evaluation", found.pk)
    open_chart(client_id=found.client_id, by=request.user, page="evaluation")
    form = AddendumForm(request.POST)
    add = partial(services.add_addendum, evaluation_id=found.pk, by=request.user, now=timezone.now())
    if submit(form, add):
        return redirect(f"{reverse('intake:evaluation', args=[found.pk])}#addenda")
    return _signed_page(request, found, form=form)


def _signed_page(
    request: StaffRequest, found: PsychiatricEvaluation, *, form: AddendumForm | None = None
) -> HttpResponse:
    page = {
        **read_parts(found, queries.content_of(found)),
        "addenda": queries.addenda_of(found),
        "form": form or AddendumForm(),
        "may_add": found.prescriber == request.user and request.user.may(Permission.WRITE_EVALUATION),
    }
    return render(request, "intake/signed_evaluation.html", page, status=422 if form else 200)


def read_parts(found: PsychiatricEvaluation, content: rules.Content) -> dict[str, Any]:
    """An evaluation in the words it is read in."""
    written, said = content.draft, content.history
    return {
        "evaluation": found,
        "client": found.client,
        "content": content,
        "sections": [(name, label, written.sections.get(name, "")) for name, label in rules.SECTIONS.items()],
        "risk_rows": [
            (
                q.text,
                rules.RISK_ANSWERS.get(_told(written.risk_answers, q.key, "answer"), ""),
                _told(written.risk_answers, q.key, "detail"),
            )
            for q in rules.RISK_QUESTIONS
        ],
        # What was signed is kept in codes and ISO days; it is read in the words of every other page.
        "pregnancy": [(status, due_on and date.fromisoformat(due_on)) for status, due_on in said.get("pregnancy", [])],
        "scores": [
            (title_of(code), total, band, date.fromisoformat(day)) for code, total, band, day in said.get("scores", [])
        ],
        "protective": _told(written.risk_answers, rules.PROTECTIVE, "detail"),
        "status_rows": [
            (
                d.label,
                ", ".join(written.mental_status.get(d.key, {}).get("findings", [])),
                _told(written.mental_status, d.key, "words"),
            )
            for d in rules.MENTAL_STATUS
        ],
        "dangers": rules.dangers(written.risk_answers),
    }


def _told(answers: Any, key: str, part: str) -> str:
    return str(answers.get(key, {}).get(part, ""))
