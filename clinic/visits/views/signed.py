"""Pages of a signed visit: read it, add to it."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.clients.services import open_chart
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.core.printing import pdf_answer, print_pdf
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.visits import queries, services
from clinic.visits.forms import AddendumForm, time_chosen
from clinic.visits.forms.paper import on_paper
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.doses_told import adherence_words
from clinic.visits.rules.note import NOT_ASSESSED, mental_status_words
from clinic.visits.rules.problems import problem_words, vital_words
from clinic.visits.rules.telehealth import telehealth_words


@require_safe
@requires(Permission.READ_VISIT)
def print_visit(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """A signed visit as a PDF, to print or to hand on: the note, its signatures, what was added. A draft has none."""
    open_chart(client_id=queries.client_of(visit_id), by=request.user, page="printed visit")
    shown = queries.get_visit(request.user, visit_id)
    if not shown.is_signed:
        return redirect("visits:visit", visit_id)
    return pdf_answer(print_pdf("visits/visit.typ", on_paper(**_note(shown))), "visit")


@requires(Permission.WRITE_VISIT)
def add_addendum(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Add to a signed visit."""
    if request.method != "POST":
        return redirect("visits:visit", visit_id)
    open_chart(client_id=queries.client_of(visit_id), by=request.user, page="visits:add_addendum")
    form = AddendumForm(request.POST)
    add = partial(services.add_addendum, visit_id=visit_id, by=request.user, now=timezone.now())
    if submit(form, add):
        messages.success(request, "Added.")
        return redirect("visits:visit", visit_id)
    return signed_page(request, queries.get_visit(request.user, visit_id), form)


@requires(Permission.WRITE_VISIT)
@require_POST
def cosign(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The supervisor stands for the note of a trainee."""
    open_chart(client_id=queries.client_of(visit_id), by=request.user, page="visits:cosign")
    form = forms.Form(request.POST)
    if submit(form, partial(services.cosign_visit, visit_id=visit_id, by=request.user, now=timezone.now())):
        messages.success(request, "Co-signed.")
    else:
        messages.error(request, " ".join(str(words) for words in form.non_field_errors()))
    return redirect("visits:visit", visit_id)


@requires(Permission.WRITE_VISIT)
@require_POST
def book_next(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Book the next visit from the page of a signed one."""
    open_chart(client_id=queries.client_of(visit_id), by=request.user, page="visits:book_next")
    form = forms.Form(request.POST)
    chosen = time_chosen(request.POST)
    book = partial(services.book_next, visit_id=visit_id, starts_at=chosen, by=request.user, now=timezone.now())
    if not submit(form, book):
        messages.error(request, " ".join(str(words) for words in form.non_field_errors()))
    return redirect(f"{reverse('visits:visit', args=[visit_id])}#next-visit")


def signed_page(request: StaffRequest, shown: FollowUpVisit, form: AddendumForm) -> HttpResponse:
    """The note as it was signed, with what was added."""
    page = {
        **_note(shown),
        "client": shown.client,
        "age": shown.client.age_on(timezone.localdate()),
        "allergies": queries.allergies_of(shown.client),
        "copied": queries.reviewed(shown),
        "next_visit": _next_visit(request, shown),
        "may_cosign": shown.supervisor_id == request.user.pk,
        "form": form,
    }
    return render(request, "visits/signed.html", page, status=422 if form.errors else 200)


def _note(shown: FollowUpVisit) -> dict[str, Any]:
    """The note in words, with everything that was signed below it."""
    mental_status = mental_status_words(shown.mental_status)
    return {
        "visit": shown,
        "mental_status": [line for line in mental_status if line.words != NOT_ASSESSED],
        "not_assessed": [line.label for line in mental_status if line.words == NOT_ASSESSED],
        "problems": problem_words(shown.problems),
        "vitals": vital_words(shown.vitals),
        "telehealth": telehealth_words(shown.telehealth),
        "adherence": adherence_words(shown.adherence),
        "decisions": queries.decisions_of(shown),
        "addenda": queries.addenda_of(shown),
        "cosignature": queries.cosignature_of(shown),
    }


def _next_visit(request: StaffRequest, shown: FollowUpVisit) -> queries.NextVisit | None:
    """Proposed on the day of the visit, to whoever held it."""
    now = timezone.now()
    today = local_day(now)
    if shown.prescriber_id != request.user.pk or shown.visited_on != today:
        return None
    medications = queries.running_medications(shown, today)
    return queries.next_visit(request.user, shown, medications, [], now)
