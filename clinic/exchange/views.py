"""Differences between imported charts and what staff entered."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.core.forms import submit
from clinic.exchange import queries, services
from clinic.exchange.forms import SettleForm
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.SETTLE_IMPORTS)
@require_safe
def differences(request: StaffRequest) -> HttpResponse:
    rows = services.read_differences(by=request.user)
    return render(request, "exchange/differences.html", {"rows": rows})


@requires(Permission.SETTLE_IMPORTS)
@require_POST
def settle(request: StaffRequest, difference_id: UUID) -> HttpResponse:
    difference = queries.open_difference(request.user, difference_id)
    form = SettleForm(request.POST)
    deed = partial(services.settle_difference, difference_id=difference.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, "Settled.")
        return redirect("exchange:differences")
    rows = services.read_differences(by=request.user)
    return render(request, "exchange/differences.html", {"rows": rows, "form": form}, status=422)
