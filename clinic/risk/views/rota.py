"""The on-call rota for administrators, and how one is told when on call."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.core.forms import submit
from clinic.risk import services
from clinic.risk.forms.rota import ChannelsForm, TurnForm
from clinic.risk.queries import rota as queries
from clinic.risk.queries.telling import channels_of
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

A_WEEK = timedelta(days=7)


@requires(Permission.MANAGE_ROTA)
@require_http_methods(["GET", "HEAD", "POST"])
def rota(request: StaffRequest) -> HttpResponse:
    """Who is on call, where nobody is, and a turn more."""
    now = timezone.now()
    begins = queries.next_hand_over(now)
    initial = {"starts_at": begins, "ends_at": begins + A_WEEK}
    typed = request.POST if request.method == "POST" else None
    form = TurnForm(typed, people=queries.may_be_on_call(), initial=initial)
    if submit(form, partial(services.add_turn, by=request.user, now=now)):
        messages.success(request, "The turn is on the rota.")
        return redirect("risk:rota")
    page = {"rota": queries.rota_page(now), "form": form}
    return render(request, "risk/rota.html", page, status=422 if form.errors else 200)


@requires(Permission.MANAGE_ROTA)
@require_POST
def withdraw_turn(request: StaffRequest, turn_id: UUID) -> HttpResponse:
    """Take a turn off the rota."""
    form = forms.Form(request.POST)
    deed = partial(services.withdraw_turn, turn_id=turn_id, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, "The turn is off the rota.")
    else:
        messages.warning(request, " ".join(str(error) for error in form.non_field_errors()))
    return redirect("risk:rota")


@requires(Permission.HANDLE_RISK)
@require_http_methods(["GET", "HEAD", "POST"])
def my_channels(request: StaffRequest) -> HttpResponse:
    """How one is told when on call."""
    chosen = channels_of(request.user)
    typed = request.POST if request.method == "POST" else None
    form = ChannelsForm(typed, initial={"by_email": chosen.by_email, "by_sms": chosen.by_sms})
    if submit(form, partial(services.choose_channels, by=request.user)):
        messages.success(request, "Saved.")
        return redirect("risk:open_alerts")
    return render(request, "risk/my_channels.html", {"form": form}, status=422 if form.errors else 200)
