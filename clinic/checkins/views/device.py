"""Scales that a client fills in alone: on a device of the clinic, from which staff is signed out, or by link.

Neither page leads anywhere else.
"""

from functools import partial
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic.checkins import queries, services
from clinic.checkins.forms import HandOverForm
from clinic.checkins.models import Sitting
from clinic.checkins.queries import OpenSitting
from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.core.views import too_many_requests
from clinic.messaging.access import is_too_often, language_of_reader, private
from clinic.messaging.rules import language_of
from clinic.messaging.services import confirm_birth_year
from clinic.messaging.views import read_by_link
from clinic.scales.forms import ResponseForm
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

LEAVE_OUT = "leave_out"


@requires(Permission.HAND_OVER_DEVICE)
def hand_over(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Choose what the client fills in on this device; the staff session ends before the device leaves the hand."""
    client = open_chart(client_id=client_id, by=request.user, page="hand over a device")
    asked = {"instruments": ["phq9"], "language": language_of(client.language)}
    sent = request.POST if request.method == "POST" else None
    form = HandOverForm(sent, instruments=queries.instruments_by_link(), initial=asked)
    tokens: list[str] = []

    def open_page(**chosen: object) -> None:
        given = {**chosen, "client_id": client.pk, "by": request.user, "now": timezone.now()}
        tokens.append(services.open_sitting(**given))  # type: ignore[arg-type]  # the form's fields are the deed's

    if submit(form, open_page):
        logout(request)
        return redirect("device_page", tokens[0])
    page = {"client": client, "form": form}
    return render(request, "checkins/hand_over.html", page, status=422 if form.errors else 200)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def device_page(request: HttpRequest, token: str) -> HttpResponse:
    """One scale after another, then "hand the device back"; finished, expired and unknown pages look alike."""
    if is_too_often(request, queries.ON_DEVICE):
        return private(too_many_requests(request))
    opened = queries.open_sitting(token, now=timezone.now())
    if opened is None:
        with translation.override(language_of_reader(request, None)):
            return private(render(request, "checkins/device_done.html", {"sitting": None}, status=404))
    sent = request.POST if request.method == "POST" else None
    with translation.override(opened.sitting.language):
        return private(_ask(request, token, opened, sent))


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def scales_page(request: HttpRequest, token: str) -> HttpResponse:
    """The same behind a link that was sent before a visit: the birth year first."""
    kind = queries.BY_LINK
    return read_by_link(
        request,
        token=token,
        about_kind=kind,
        find=partial(queries.open_sitting, token, about_kind=kind),
        enter=partial(confirm_birth_year, token=token, about_kind=kind),
        show=lambda opened: _ask(request, token, opened, None),
        act=lambda opened: _ask(request, token, opened, request.POST),
    )


def _ask(request: HttpRequest, token: str, opened: OpenSitting, sent: QueryDict | None) -> HttpResponse:
    """The last answer is thanked for in the answer to it: asked for again, by Back or anew, there is nothing left."""
    code = opened.scale.code
    # What was meant for the scale before, sent twice, is not taken for answers to this one.
    if sent is not None and sent.get("asked") != code:
        sent = None
    form = ResponseForm(sent, instrument=opened.scale, shows_points=False)
    kind, kept = opened.link.about_kind, list[Sitting]()
    is_by_link = kind == queries.BY_LINK

    def keep(**_: object) -> None:
        answer = partial(services.answer_sitting, token=token, about_kind=kind, now=timezone.now())
        kept.append(answer(instrument=code, answers=form.answers, is_left_out=LEAVE_OUT in form.data))

    if submit(form, keep):
        if kept[0].closed_at is None:
            return redirect(request.path)
        return render(request, "checkins/device_done.html", {"sitting": kept[0], "is_by_link": is_by_link})
    page = {
        "scale": form,
        "sitting": opened.sitting,
        "place": opened.sitting.done + 1,
        "leave_out": LEAVE_OUT,
        "is_by_link": is_by_link,
    }
    return render(request, "checkins/device.html", page, status=422 if form.errors else 200)
