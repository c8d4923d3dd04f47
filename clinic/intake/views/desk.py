"""The enquiry queue and what the care team does from it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.clients.services import open_contact
from clinic.core.forms import submit
from clinic.intake import forms, queries, services
from clinic.intake.queries import SHOWN
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_ENQUIRIES)
@require_safe
def enquiry_queue(request: StaffRequest) -> HttpResponse:
    """Who waits for an answer, oldest first."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else "waiting"
    rows = queries.queue(show=show, now=timezone.now())
    return render(request, "intake/enquiry_queue.html", {"rows": rows, "show": show, "shown": SHOWN.items()})


@requires(Permission.READ_ENQUIRIES)
@require_safe
def enquiry(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """One enquiry as it was written, and the steps from here to a consultation."""
    return _enquiry_page(request, enquiry_id)


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def take_enquiry(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """Make it one's own, from a colleague too if said so."""
    return _act(request, enquiry_id, forms.TakeForm(request.POST), services.take_enquiry, "Yours now.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def match_client(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """The person is a client already."""
    return _act(request, enquiry_id, forms.MatchForm(request.POST), services.match_client, "Matched.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def make_client(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """The person is new."""
    return _act(request, enquiry_id, Form(request.POST), services.make_client, "The client is made.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def assign_care_team(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """Choose who looks after the client."""
    return _act(request, enquiry_id, _team_form(request.POST), services.assign_care_team, "The care team stands.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def close_enquiry(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """Close it with the reason."""
    return _act(request, enquiry_id, forms.CloseForm(request.POST), services.close_enquiry, "Closed.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def reopen_enquiry(request: StaffRequest, enquiry_id: UUID) -> HttpResponse:
    """Open it again."""
    return _act(request, enquiry_id, Form(request.POST), services.reopen_enquiry, "Open again, and yours.")


@requires(Permission.EDIT_ENQUIRIES)
@require_POST
def handle_referral(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """A therapist's referral is dealt with."""
    found = queries.get_referral(referral_id)
    form = Form(request.POST)
    handle = partial(services.handle_referral, referral_id=found.pk, by=request.user, now=timezone.now())
    if submit(form, handle):
        messages.success(request, "Dealt with.")
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect("intake:enquiry_queue")


@requires(Permission.REFER_CLIENT)
def refer(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """A therapist refers a client of theirs for a medication consultation."""
    client = open_contact(client_id=client_id, by=request.user, page="referral")
    form = forms.ReferForm(request.POST if request.method == "POST" else None)
    deed = partial(services.refer_client, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, deed):
        messages.success(request, "Referred. The care team books the consultation.")
        return redirect("intake:refer", client.pk)
    waiting = queries.waiting_referrals(client.pk, request.user).first()
    page = {"client": client, "form": form, "waiting": waiting}
    return render(request, "intake/refer.html", page, status=422 if form.errors else 200)


def _act(request: StaffRequest, enquiry_id: UUID, form: Form, deed: Callable[..., object], done: str) -> HttpResponse:
    """One step on one enquiry: done and back to its page, or the page with the reason why not."""
    if submit(form, partial(deed, enquiry_id=enquiry_id, by=request.user, now=timezone.now())):
        messages.success(request, done)
        return redirect("intake:enquiry", enquiry_id)
    return _enquiry_page(request, enquiry_id, form=form)


def _enquiry_page(request: StaffRequest, enquiry_id: UUID, *, form: Form | None = None) -> HttpResponse:
    found = queries.get_enquiry(enquiry_id)
    shown = {
        "page": queries.enquiry_page(found, now=timezone.now()),
        "duplicates": services.possible_clients(enquiry=found, by=request.user),
        "enquiry": found,
        "client": found.client,
        "refused": form,
        "team_form": form if isinstance(form, forms.TeamForm) else _team_form(None),
        "close_form": form if isinstance(form, forms.CloseForm) else forms.CloseForm(),
        "is_mine": found.owner == request.user,
    }
    return render(request, "intake/enquiry.html", shown, status=409 if form else 200)


def _team_form(data: Any) -> forms.TeamForm:
    return forms.TeamForm(data, prescribers=queries.prescribers(), therapists=queries.therapists())
