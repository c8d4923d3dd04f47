"""The client's page behind a link, and the team's page of an answer.

The page speaks for a person without an account: the link opens it, the birth year opens what is personal. That it
was given is kept in a signed cookie which belongs to this one link, for an hour. GET and HEAD never change
anything, for mail scanners open links.
"""

from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.checkins import queries, services
from clinic.checkins.access import is_too_often
from clinic.checkins.forms import AnswerForm, BirthYearForm, ReviewForm
from clinic.checkins.models import CheckInAnswer
from clinic.checkins.queries import OpenCheckIn
from clinic.checkins.rules import Answers
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.core.views import too_many_requests
from clinic.messaging.models import SignedLink
from clinic.scales.rules import INSTRUMENTS
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

COOKIE = "checkin"
COOKIE_SECONDS = 3600
ASKING, DONE = "asking", "done"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the birth year, then the questions, then say what happens next; help is one press away throughout."""
    if is_too_often(request):
        return _private(too_many_requests(request))
    opened = queries.open_checkin(token, now=timezone.now())
    if opened is None:
        return _private(_closed(request, token))
    if request.method == "POST" and "help" in request.POST:
        services.ask_for_help(token=token, now=timezone.now())
        return _private(render(request, "checkins/help.html"))
    if _stage(request, opened.link) != ASKING:
        return _private(_ask_birth_year(request, token, opened))
    return _private(_ask(request, token, opened))


def _ask_birth_year(request: HttpRequest, token: str, opened: OpenCheckIn) -> HttpResponse:
    form = BirthYearForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.confirm_birth_year, token=token, now=timezone.now())):
        return _keep_stage(redirect(request.path), request, opened.link, ASKING)
    if request.method == "POST" and queries.open_checkin(token, now=timezone.now()) is None:
        return _closed(request, token)
    return render(request, "checkins/birth_year.html", {"form": form}, status=422 if form.errors else 200)


def _ask(request: HttpRequest, token: str, opened: OpenCheckIn) -> HttpResponse:
    checkin = opened.checkin
    scale = INSTRUMENTS.get(checkin.instrument)
    form = AnswerForm(request.POST if request.method == "POST" else None, scale=scale)
    kept: list[CheckInAnswer] = []

    def keep(answers: Answers) -> None:
        kept.append(services.answer_checkin(token=token, answers=answers, now=timezone.now()))

    if submit(form, keep):
        return _keep_stage(redirect(request.path), request, opened.link, f"{DONE}:{_urgency(kept[0])}")
    dose = queries.dose_today(checkin, now=timezone.now())
    page = {"form": form, "checkin": checkin, "client": checkin.client, "dose": dose, "scale": scale}
    return render(request, "checkins/answer.html", page, status=422 if form.errors else 200)


def _closed(request: HttpRequest, token: str) -> HttpResponse:
    """Unknown, used, expired and revoked links look alike, except to the phone that has just answered."""
    link = queries.link_of(token)
    stage = _stage(request, link) if link else ""
    if stage.startswith(DONE):
        return render(request, "checkins/thanks.html", {"urgency": stage.removeprefix(f"{DONE}:")})
    return render(request, "checkins/closed.html", status=404)


def _urgency(kept: CheckInAnswer) -> str:
    codes = {worry["code"] for worry in kept.worries}
    if codes & {"in_crisis", "self_harm"}:
        return "danger"
    return "call" if kept.is_worrying else "none"


def _stage(request: HttpRequest, link: SignedLink) -> str:
    return request.get_signed_cookie(COOKIE, default="", salt=f"{COOKIE}:{link.pk}", max_age=COOKIE_SECONDS) or ""


def _keep_stage(response: HttpResponse, request: HttpRequest, link: SignedLink, stage: str) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE,
        stage,
        salt=f"{COOKIE}:{link.pk}",
        max_age=COOKIE_SECONDS,
        path=request.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: no other site is told of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


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
