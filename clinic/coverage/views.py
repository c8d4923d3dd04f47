"""Pages of coverage."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.clients.models import Client
from clinic.core.forms import submit
from clinic.coverage import forms, queries, services
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


def _page(request: StaffRequest, client: Client, refused: forms.RowForm | None = None) -> HttpResponse:
    """The page with a form for each row; the refused one keeps what was typed, in its place."""
    medications = queries.medications()

    def form_for(kind: type[forms.RowForm], row: UUID, **words: Any) -> forms.RowForm:
        if isinstance(refused, kind) and refused.row == row:
            return refused
        return kind(row=row, **words)

    covers = [
        {
            "line": line,
            "check": form_for(forms.EligibilityForm, line.cover.pk),
            "need": form_for(forms.NeedAuthorizationForm, line.cover.pk, medications=medications),
            "end": form_for(forms.EndCoverForm, line.cover.pk),
        }
        for line in queries.covers_of(client, timezone.localdate())
    ]
    authorizations = [
        {"row": row, "form": form_for(forms.AuthorizationForm, row.pk)}
        for row in queries.prior_authorizations_of(client)
    ]
    page = {
        "client": client,
        "covers": covers,
        "authorizations": authorizations,
        "cover_form": form_for(forms.CoverForm, client.pk),
        "refused": refused,
    }
    return render(request, "coverage/coverage.html", page, status=422 if refused else 200)


@requires(Permission.EDIT_COVERAGE)
def coverage(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """A client's insurance; adding a cover is a POST to the same address."""
    client = queries.get_client(request.user, client_id)
    if request.method != "POST":
        return _page(request, client)
    form = forms.CoverForm(request.POST, row=client.pk)
    if submit(form, partial(services.add_cover, client_id=client.pk, by=request.user)):
        return redirect("coverage:coverage", client.pk)
    return _page(request, client, form)


@require_POST
@requires(Permission.EDIT_COVERAGE)
def end_cover(request: StaffRequest, coverage_id: UUID) -> HttpResponse:
    """The cover holds no longer."""
    cover = queries.get_cover(request.user, coverage_id)
    form = forms.EndCoverForm(request.POST, row=cover.pk)
    if submit(form, partial(services.end_cover, coverage_id=cover.pk, by=request.user)):
        return redirect("coverage:coverage", cover.client_id)
    return _page(request, cover.client, form)


@require_POST
@requires(Permission.EDIT_COVERAGE)
def check_eligibility(request: StaffRequest, coverage_id: UUID) -> HttpResponse:
    """Write down what the payer said."""
    cover = queries.get_cover(request.user, coverage_id)
    form = forms.EligibilityForm(request.POST, row=cover.pk)
    deed = partial(services.check_eligibility, coverage_id=cover.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        return redirect("coverage:coverage", cover.client_id)
    return _page(request, cover.client, form)


@require_POST
@requires(Permission.EDIT_COVERAGE)
def need_authorization(request: StaffRequest, coverage_id: UUID) -> HttpResponse:
    """Begin to track a prior authorization."""
    cover = queries.get_cover(request.user, coverage_id)
    form = forms.NeedAuthorizationForm(request.POST, row=cover.pk, medications=queries.medications())
    if submit(form, partial(services.need_prior_authorization, coverage_id=cover.pk, by=request.user)):
        return redirect("coverage:coverage", cover.client_id)
    return _page(request, cover.client, form)


@require_POST
@requires(Permission.EDIT_COVERAGE)
def move_authorization(request: StaffRequest, authorization_id: UUID) -> HttpResponse:
    """Write down where a prior authorization stands."""
    row = queries.get_prior_authorization(request.user, authorization_id)
    form = forms.AuthorizationForm(request.POST, row=row.pk)
    today = timezone.localdate()
    deed = partial(services.move_prior_authorization, authorization_id=row.pk, by=request.user, today=today)
    if submit(form, deed):
        return redirect("coverage:coverage", row.client_id)
    return _page(request, row.client, form)
