"""The client's page behind a link, and the team's page of an answer.

The link and the birth year stand for the person. GET and HEAD never change anything, for mail scanners open links.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.checkins import queries, services
from clinic.checkins.forms import AnswerForm, ProtocolForm, ReviewForm, TriageForm
from clinic.checkins.models import CheckInAnswer
from clinic.checkins.queries import OpenCheckIn, ProtocolLine, TriageLine
from clinic.checkins.rules import DANGERS, WITHDRAWAL, Answers, Level, Occasion, WorryCode
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.core.views import too_many_requests
from clinic.formulary.rules import patient_pages
from clinic.messaging.access import is_too_often, keep_stage, language_of_reader, private, stage_of
from clinic.messaging.forms import BirthYearForm, WishForm
from clinic.messaging.rules import language_of
from clinic.messaging.services import confirm_birth_year
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

ASKING, DONE = "asking", "done"
# Posted with what is typed so far by whoever comes back from the help page: nothing is sent yet.
BACK = "back"
# Posted with what is typed so far, too: whether messages about check-ins are wanted.
WANTS = "wants"
Line = TypeVar("Line")
Key = TypeVar("Key", Occasion, WorryCode)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the birth year, then the questions, then say what happens next; help is one press away throughout."""
    if is_too_often(request, queries.KIND):
        return private(too_many_requests(request))
    opened = queries.open_checkin(token, now=timezone.now())
    if opened is None:
        return private(_closed(request, token))
    with translation.override(language_of(opened.link.client.language)):
        if request.method == "POST" and "help" in request.POST:
            services.ask_for_help(token=token, now=timezone.now())
            page = {"typed": _typed(request, opened), "back": BACK}
            return private(render(request, "checkins/help.html", page))
        if stage_of(request, opened.link) != ASKING:
            return private(_ask_birth_year(request, token, opened))
        return private(_ask(request, token, opened))


def _ask_birth_year(request: HttpRequest, token: str, opened: OpenCheckIn) -> HttpResponse:
    """Answers that come after the hour has passed wait in the page until the year is given, then count as sent."""
    form = BirthYearForm(request.POST if request.method == "POST" else None)
    confirm = partial(confirm_birth_year, token=token, about_kind=queries.KIND, now=timezone.now())
    typed = _typed(request, opened)
    if submit(form, confirm):
        answered = _ask(request, token, opened) if typed else redirect(request.path)
        is_done = bool(typed) and answered.status_code == HTTPStatus.FOUND
        return answered if is_done else keep_stage(answered, request, opened.link, ASKING)
    if request.method == "POST" and queries.open_checkin(token, now=timezone.now()) is None:
        return _closed(request, token)
    page = {"form": form, "typed": typed}
    return render(request, "checkins/birth_year.html", page, status=422 if form.errors else 200)


def _typed(request: HttpRequest, opened: OpenCheckIn) -> dict[str, str]:
    """What was posted for the questions of this check-in, and what else than sending them is wanted."""
    form = _form(opened)
    return {name: request.POST[name] for name in (*form.fields, BACK, WANTS) if name in request.POST}


def _form(opened: OpenCheckIn, sent: QueryDict | None = None, *, initial: dict[str, str] | None = None) -> AnswerForm:
    scale = queries.scale_of(opened.checkin)
    after_a_cut, symptoms = opened.checkin.occasion in WITHDRAWAL, queries.symptoms_asked(opened.checkin)
    return AnswerForm(sent, scale=scale, after_a_cut=after_a_cut, symptoms=symptoms, initial=initial)


def _ask(request: HttpRequest, token: str, opened: OpenCheckIn) -> HttpResponse:
    if WANTS in request.POST:
        return _wish(request, token, opened)
    checkin = opened.checkin
    is_back = BACK in request.POST
    sent = request.POST if request.method == "POST" and not is_back else None
    form = _form(opened, sent, initial=_typed(request, opened) if is_back else None)
    kept: list[CheckInAnswer] = []

    def keep(answers: Answers) -> None:
        kept.append(services.answer_checkin(token=token, answers=answers, now=timezone.now()))

    if submit(form, keep):
        return keep_stage(redirect(request.path), request, opened.link, f"{DONE}:{_urgency(kept[0])}")
    page = {
        "form": form,
        "checkin": checkin,
        "is_written_to": opened.is_written_to,
        "client": checkin.client,
        "dose": queries.dose_today(checkin, now=timezone.now()),
        "waits": queries.next_step_waits(checkin),
        "scale": form.scale,
        "options": patient_pages.OPTIONS,
        "never_alone": patient_pages.NEVER_ALONE,
        "read_more": patient_pages.read_more_address(checkin.dose_plan.medication.rxcui, checkin.client.language),
    }
    return render(request, "checkins/answer.html", page, status=422 if form.errors else 200)


def _wish(request: HttpRequest, token: str, opened: OpenCheckIn) -> HttpResponse:
    """Messages about check-ins or none, from now on; what is typed so far waits in the page that says so."""
    submit(WishForm(request.POST), partial(services.wish_messages_by_link, token=token, now=timezone.now()))
    typed = {name: words for name, words in _typed(request, opened).items() if name not in (BACK, WANTS)}
    page = {"typed": typed, "back": BACK, "is_written_to": opened.is_written_to}
    return render(request, "checkins/wish.html", page)


def _closed(request: HttpRequest, token: str) -> HttpResponse:
    """Unknown, used, expired and revoked links look alike, except to the phone that has just answered."""
    link = queries.link_of(token)
    stage = stage_of(request, link) if link else ""
    with translation.override(language_of_reader(request, link)):
        if stage.startswith(DONE):
            return render(request, "checkins/thanks.html", {"urgency": stage.removeprefix(f"{DONE}:")})
        return render(request, "checkins/closed.html", status=404)


def _urgency(kept: CheckInAnswer) -> str:
    if any(worry["code"] in DANGERS for worry in kept.worries):
        return "danger"
    return {Level.URGENT: "urgent", Level.SOON: "call", Level.NONE: "none"}[kept.level]


@requires(Permission.EDIT_PROTOCOLS)
@require_http_methods(["GET", "HEAD", "POST"])
def protocols(request: StaffRequest) -> HttpResponse:
    """When check-ins are asked and when silence counts; each protocol is set on its own."""

    def form_of(line: ProtocolLine, sent: QueryDict | None) -> ProtocolForm:
        occasion = line.protocol.occasion
        initial = {"version": line.number, **asdict(line.protocol)}
        anchor, auto_id = occasion.anchor.label, f"id_{occasion}_%s"
        return ProtocolForm(sent, anchor=anchor, instruments=instruments, auto_id=auto_id, initial=initial)

    instruments = queries.instruments_by_link()
    lines = {line.protocol.occasion: line for line in queries.protocol_lines()}
    named = request.POST.get("occasion", "")
    return _set_one(request, "protocols", lines, named, form_of, services.set_protocol)


@requires(Permission.EDIT_PROTOCOLS)
@require_http_methods(["GET", "HEAD", "POST"])
def triage_rules(request: StaffRequest) -> HttpResponse:
    """How soon answers want a person; each rule is set on its own."""

    def form_of(line: TriageLine, sent: QueryDict | None) -> TriageForm:
        code = line.rule.code
        return TriageForm(sent, of=code, auto_id=f"id_{code}_%s", initial={"version": line.number, **asdict(line.rule)})

    lines = {line.rule.code: line for line in queries.triage_lines()}
    return _set_one(request, "triage_rules", lines, request.POST.get("code", ""), form_of, services.set_triage_rule)


def _set_one(
    request: StaffRequest,
    page: str,
    lines: Mapping[Key, Line],
    named: str,
    form_of: Callable[[Line, QueryDict | None], Form],
    deed: Callable[..., object],
) -> HttpResponse:
    """A page of lines, each with its own form; what was posted is for the `named` one."""
    shown = []
    for key, line in lines.items():
        form = form_of(line, request.POST if key == named else None)
        if key == named and submit(form, partial(deed, by=request.user, now=timezone.now())):
            messages.success(request, f"Saved: {key.label}.")
            return redirect(f"checkins:{page}")
        shown.append((line, form))
    status = 422 if any(form.errors for _, form in shown) else 200
    return render(request, f"checkins/{page}.html", {"lines": shown}, status=status)


@requires(Permission.READ_CHECKINS)
@require_safe
def review(request: StaffRequest, answer_id: UUID) -> HttpResponse:
    """One answer as the client gave it, with the reasons it is worrying."""
    found = queries.get_answer(request.user, answer_id)
    client = open_chart(client_id=found.client_id, by=request.user, page="check-in answer")
    return render(request, "checkins/review.html", {"answer": found, "client": client, "form": ReviewForm()})


@requires(Permission.TRIAGE_CHECKINS)
@require_POST
def acknowledge(request: StaffRequest, answer_id: UUID) -> HttpResponse:
    """The answer was read; what follows is said to the team."""
    found = queries.get_answer(request.user, answer_id)
    client = open_chart(client_id=found.client_id, by=request.user, page="check-in answer")
    form = ReviewForm(request.POST)
    if submit(form, partial(services.review_answer, answer_id=found.pk, by=request.user, now=timezone.now())):
        return redirect(client)
    return render(request, "checkins/review.html", {"answer": found, "client": client, "form": form}, status=422)
