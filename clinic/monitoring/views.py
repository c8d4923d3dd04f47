"""The results of one client: read, enter, withdraw; and the page of tests that a client reads by link."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.core.printing import pdf_answer, print_pdf
from clinic.messaging.forms import NoFieldsForm, WishForm
from clinic.messaging.views import read_by_link
from clinic.monitoring import queries, rules, services
from clinic.monitoring.forms import GainReviewForm, ProtocolForm, ResultsForm, WithdrawForm, gain_forms, lines_to_enter
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules.due import PRESSING
from clinic.monitoring.rules.protocols import how_sure, told_for
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_DUE)
@require_safe
def due(request: StaffRequest) -> HttpResponse:
    """Everything that must be measured now, of all clients whose charts are open to this user."""
    state = request.GET.get("state", "")
    state = state if state in PRESSING else ""
    shown = queries.due_list(request.user, state=state, now=timezone.now())
    return render(request, "monitoring/due.html", {"due": shown, "state": state})


@requires(Permission.READ_RESULTS)
@require_safe
def results(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The newest result of each kind; with `kind`, everything of that kind, with `enter`, a form for those."""
    client = open_chart(client_id=client_id, by=request.user, page="results")
    taken_at = timezone.localtime().replace(second=0, microsecond=0)
    form = ResultsForm(initial={"taken_at": taken_at, **lines_to_enter(request.GET.get("enter", ""))})
    return render(request, "monitoring/results.html", _page(request, client, form))


@requires(Permission.RECORD_RESULT)
def record(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Enter what was measured."""
    if request.method != "POST":
        return redirect("monitoring:results", client_id)
    client = open_chart(client_id=client_id, by=request.user, page="results")
    now = timezone.now()
    check = partial(rules.check_taken_at, now=now, born_on=client.birth_on)
    form = ResultsForm(request.POST, check_taken_at=check)
    enter = partial(services.record_results, client_id=client.pk, by=request.user, now=now)
    kept: list[Measurement] = []
    if submit(form, lambda taken_at, note, **_: kept.extend(enter(results=form.results, taken_at=taken_at, note=note))):
        messages.success(request, f"Entered: {', '.join(rules.label_of(row.kind) for row in kept)}.")
        for words in queries.critical_among(kept):
            messages.error(request, f"{words} It stands among the prescriber's duties as urgent.")
        return redirect(f"{reverse('monitoring:results', args=[client.pk])}#newest")
    return render(request, "monitoring/results.html", _page(request, client, form), status=422)


@requires(Permission.READ_RESULTS)
@require_safe
def trends(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Vital signs and laboratory results over time, and weight that was gained."""
    client = open_chart(client_id=client_id, by=request.user, page="trends")
    return _trends_page(request, client, None)


@requires(Permission.WRITE_VISIT)
def review_gain(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Say what was looked at and decided about weight that was gained."""
    if request.method != "POST":
        return redirect("monitoring:trends", client_id)
    client = open_chart(client_id=client_id, by=request.user, page="trends")
    form = GainReviewForm(request.POST)
    if submit(form, partial(services.review_gain, client_id=client.pk, by=request.user, now=timezone.now())):
        messages.success(request, "Reviewed.")
        return redirect("monitoring:trends", client.pk)
    return _trends_page(request, client, form)


def _trends_page(request: StaffRequest, client: Client, sent: GainReviewForm | None) -> HttpResponse:
    """The page; with the form of a review as it was sent, if it was refused."""
    shown = queries.trends_page(client, timezone.now())
    page = {"client": client, "trends": shown, "gained": gain_forms(shown.gained, sent), "sent": sent}
    return render(request, "monitoring/trends.html", page, status=422 if sent else 200)


@requires(Permission.READ_DUE)
@require_safe
def order(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """An order for what is due, as a PDF to sign and send; back to the results where nothing is."""
    client = open_chart(client_id=client_id, by=request.user, page="printed order")
    form, made = NoFieldsForm({}), []
    export = partial(services.export_order, client_id=client.pk, by=request.user, now=timezone.now())
    if not submit(form, lambda: made.append(export())):
        messages.info(request, " ".join(str(words) for words in form.non_field_errors()))
        return redirect("monitoring:results", client.pk)
    return pdf_answer(print_pdf("monitoring/order.typ", made[0]), "order")


@requires(Permission.RECORD_RESULT)
def withdraw(request: StaffRequest, measurement_id: UUID) -> HttpResponse:
    """Take back a wrong result."""
    measurement = queries.get_measurement(request.user, measurement_id)
    if request.method == "POST":
        open_chart(client_id=measurement.client_id, by=request.user, page="results")
        form = WithdrawForm(request.POST)
        take_back = partial(
            services.withdraw_result, measurement_id=measurement.pk, by=request.user, now=timezone.now()
        )
        if submit(form, take_back):
            messages.success(request, f"{rules.label_of(measurement.kind)} withdrawn.")
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    page = reverse("monitoring:results", args=[measurement.client_id])
    return redirect(f"{page}?kind={measurement.kind}#over-time")


def _page(request: StaffRequest, client: Client, form: ResultsForm) -> dict[str, Any]:
    kind = request.GET.get("kind", "").replace("\x00", "")[:30]
    return {
        "client": client,
        "form": form,
        "due": queries.lines_of_client(client, timezone.now()),
        "groups": queries.newest_results(client),
        "kind": kind,
        "kind_label": rules.label_of(kind),
        "over_time": queries.results_of_kind(request.user, client, kind) if kind else [],
        "withdraw_form": WithdrawForm(auto_id=False),
    }


@requires(Permission.READ_FORMULARY)
@require_safe
def protocols(request: StaffRequest) -> HttpResponse:
    """Every protocol of monitoring with its source, its status and who decided about it."""
    show = request.GET.get("show", "")
    return render(request, "monitoring/protocols.html", {"found": queries.protocol_list(show), "show": show})


@requires(Permission.REVIEW_FORMULARY)
def decide_protocol(request: StaffRequest, protocol_key: str) -> HttpResponse:
    """Use a protocol or switch it off."""
    protocol = queries.get_protocol(protocol_key)
    form = ProtocolForm(request.POST if request.method == "POST" else None)
    deed = partial(services.decide_protocol, key=protocol.key, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"Decided: {protocol.measured}, {protocol.sentence}.")
        return redirect("monitoring:protocols")
    page = {
        "protocol": protocol,
        "told_for": told_for(protocol),
        "how_sure": how_sure(protocol),
        "form": form,
        "decisions": queries.decisions_of(protocol.key),
    }
    return render(request, "monitoring/decide_protocol.html", page, status=422 if form.errors else 200)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_page(request: HttpRequest, token: str) -> HttpResponse:
    """The client's own tests behind a link: the birth year first, then which, by when, why, and that they are done."""

    def show(opened: queries.OpenReminder, form: NoFieldsForm | None = None) -> HttpResponse:
        page = {"opened": opened, "form": form or NoFieldsForm()}
        return render(request, "monitoring/reminder_page.html", page, status=422 if form else 200)

    def act(opened: queries.OpenReminder) -> HttpResponse:
        if "wants" in request.POST:
            wish = partial(services.wish_messages_by_link, token=token, now=timezone.now())
            submit(WishForm(request.POST), wish)
            return redirect(request.path)
        form = NoFieldsForm(request.POST)
        if submit(form, partial(services.say_done_by_link, token=token, now=timezone.now())):
            return redirect(request.path)
        return show(opened, form)

    return read_by_link(
        request,
        token=token,
        about_kind=queries.KIND,
        find=partial(queries.open_reminder, token),
        enter=partial(services.enter_reminder, token=token),
        show=show,
        act=act,
    )
