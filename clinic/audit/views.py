"""The auditor's search."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.audit import services
from clinic.audit.forms import SearchForm
from clinic.audit.rules import SHOWING, deed_words
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_AUDIT)
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """Who did what to which record, newest first."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/search.html", {"form": form}, status=422)
    page = services.search(
        filters=form.filters(),
        before=form.cleaned_data["before"],
        after=form.cleaned_data["after"],
        by=request.user,
    )
    showing = [(action, deed_words(action)) for action in SHOWING]
    return render(request, "audit/search.html", {"form": form, "page": page, "showing": showing})


@requires(Permission.READ_AUDIT)
@require_safe
def export(request: StaffRequest) -> HttpResponse:
    """The same search as a file."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return render(request, "audit/search.html", {"form": form}, status=422)
    sheet = services.export(filters=form.filters(), by=request.user)
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return HttpResponse(sheet, content_type="text/csv; charset=utf-8", headers=headers)
