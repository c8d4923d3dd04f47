"""Alerts: the list, raising one, one alert, taking it on, closing it."""

from functools import partial
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients.services import open_contact
from clinic.core.forms import submit
from clinic.risk import services
from clinic.risk.forms.alerts import CloseAlertForm, RaiseAlertForm
from clinic.risk.models import Disposition, RiskAlert
from clinic.risk.queries import alerts as queries
from clinic.risk.queries.rota import on_call_now
from clinic.risk.queries.safety import plan_in_force
from clinic.risk.queries.telling import telling_of
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.HANDLE_RISK)
@require_safe
def open_alerts(request: StaffRequest) -> HttpResponse:
    """Everybody who may be in danger now, and who is on call."""
    now = timezone.now()
    alerts = [queries.with_countdown(alert, now) for alert in queries.open_alerts(request.user)]
    return render(request, "risk/open_alerts.html", {"alerts": alerts, "on_call": on_call_now(now)})


@requires(Permission.RAISE_RISK)
@require_http_methods(["GET", "HEAD", "POST"])
def raise_alert(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What a clinician saw or heard, told to the whole team at once. It needs no open chart: danger outweighs."""
    client = open_contact(client_id=client_id, by=request.user, page="risk_alert")
    form = RaiseAlertForm(request.POST if request.method == "POST" else None)
    raised: list[RiskAlert] = []
    deed = partial(services.raise_alert_by_hand, client=client, by=request.user, now=timezone.now())
    if submit(form, lambda **typed: raised.append(deed(**typed))):
        messages.success(request, "The alert is raised: the whole team sees it on every page.")
        return redirect("risk:alert", raised[0].pk)
    page = {"client": client, "form": form}
    return render(request, "risk/raise_alert.html", page, status=422 if form.errors else 200)


@requires(Permission.HANDLE_RISK)
@require_safe
def alert(request: StaffRequest, alert_id: UUID) -> HttpResponse:
    """One alert with how to reach the person."""
    found = services.read_alert(alert_id=alert_id, by=request.user)
    return _alert(request, found, CloseAlertForm(initial=_said_already(found, request)))


def _said_already(alert: RiskAlert, request: StaffRequest) -> dict[str, str]:
    """A second person who agrees to a false alarm need not write again what was done."""
    said = getattr(alert, "false_alarm", None)
    if said is None or said.said_by_id == request.user.pk:
        return {}
    return {"disposition": Disposition.NOT_A_RISK, "what_was_done": said.what_was_done}


def _alert(request: StaffRequest, alert: RiskAlert, form: CloseAlertForm) -> HttpResponse:
    now = timezone.now()
    page = {
        "alert": alert,
        "form": form,
        "countdown": queries.with_countdown(alert, now).countdown,
        "telling": telling_of(alert),
        "on_call": on_call_now(now),
        "plan": plan_in_force(alert.client_id),
    }
    return render(request, "risk/alert.html", page, status=422 if form.errors else 200)


@requires(Permission.HANDLE_RISK)
@require_POST
def acknowledge(request: StaffRequest, alert_id: UUID) -> HttpResponse:
    """Take an alert on."""
    found = queries.get_alert(request.user, alert_id)
    form = forms.Form(request.POST)
    deed = partial(services.acknowledge_alert, alert_id=found.pk, by=request.user, now=timezone.now())
    if not submit(form, deed):
        messages.warning(request, " ".join(str(error) for error in form.non_field_errors()))
    return redirect("risk:alert", found.pk)


@requires(Permission.HANDLE_RISK)
@require_POST
def close(request: StaffRequest, alert_id: UUID) -> HttpResponse:
    """Close an alert with its disposition."""
    found = queries.get_alert(request.user, alert_id)
    form = CloseAlertForm(request.POST)
    ended: list[RiskAlert] = []
    deed = partial(services.close_alert, alert_id=found.pk, by=request.user, now=timezone.now())
    if not submit(form, lambda **typed: ended.append(deed(**typed))):
        return _alert(request, found, form)
    if ended[0].closed_at is None:
        messages.warning(request, "You raised this alert: another person must agree that there is no danger.")
        return redirect("risk:alert", found.pk)
    messages.success(request, "The alert is closed.")
    return redirect("risk:open_alerts")
