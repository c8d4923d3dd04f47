"""The demo's outbox page, the doors by which the SMS gateway calls us, and the way into a page by link."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients import services as clients
from clinic.clients.queries import message_consent_history
from clinic.clients.rules import MESSAGE_TEXT, MESSAGE_TEXT_VERSION
from clinic.core.forms import submit
from clinic.core.views import too_many_requests
from clinic.messaging import queries, services
from clinic.messaging.access import is_too_often, keep_stage, language_of_reader, private, stage_of
from clinic.messaging.forms import (
    BirthYearForm,
    ChannelForm,
    ConsentForm,
    InboundForm,
    NoFieldsForm,
    PauseForm,
    ReasonForm,
    ReportForm,
    ShippedTextForm,
    TextForm,
)
from clinic.messaging.models import SignedLink
from clinic.messaging.purposes import text_lines
from clinic.messaging.rules import language_of
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

LONGEST_CALL = 16 * 1024
READING = "reading"


@requires(Permission.READ_MESSAGES)
@require_safe
def outbox(request: StaffRequest) -> HttpResponse:
    """What left the house, newest first; exists only where messages land here instead of with a provider."""
    left = queries.outbox(request.user)
    if left is None:
        raise Http404
    return render(request, "messaging/outbox.html", {"left": left})


@requires(Permission.EDIT_MESSAGE_CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What a client agrees to be written to about, by which channel; said by them, ticked by who heard it."""
    client = clients.open_contact(client_id=client_id, by=request.user, page="message consents")
    form = ConsentForm(request.POST if request.method == "POST" else None)
    deed = partial(clients.set_message_consents, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, deed):
        messages.success(request, "What the client agrees to is kept.")
        return redirect("messaging:consents", client.pk)
    channels = queries.channels_of(client)
    standing = [value for one in channels for value, _, consent in one.purposes if consent]
    page = {
        "client": client,
        "form": form,
        "channels": channels,
        "standing": standing,
        "ticked": form["agreed"].value() if form.is_bound else standing,
        "text": MESSAGE_TEXT,
        "version": MESSAGE_TEXT_VERSION,
        "history": message_consent_history(client),
    }
    return render(request, "messaging/consents.html", page, status=422 if form.errors else 200)


@requires(Permission.RESEND_MESSAGES)
@require_safe
def undelivered(request: StaffRequest) -> HttpResponse:
    """What did not arrive for sure, to be phoned about or sent again, and how the channels stand."""
    now = timezone.now()
    page = {"rows": queries.doubtful(request.user, now), **_standing(now)}
    return render(request, "messaging/undelivered.html", page)


def _standing(now: datetime) -> dict[str, object]:
    counts, is_held = queries.channel_counts(now), queries.is_held()
    return {"counts": counts, "is_held": is_held, "stands_still": not is_held and queries.stands_still(now)}


@requires(Permission.RESEND_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def resend(request: StaffRequest, reminder_id: UUID) -> HttpResponse:
    """Send one message again, with the reason."""
    reminder = queries.get_reminder(request.user, reminder_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.resend, reminder_id=reminder.pk, by=request.user, now=timezone.now())):
        messages.success(request, "The message is on its way again.")
        return redirect("messaging:undelivered")
    page = {"form": form, "reminder": reminder}
    return render(request, "messaging/resend.html", page, status=422 if form.errors else 200)


@requires(Permission.OPERATE_MESSAGES)
@require_safe
def operations(request: StaffRequest) -> HttpResponse:
    """The queue in numbers, and what may be done to it by hand."""
    return _operations(request, ReasonForm())


def _operations(request: StaffRequest, form: Form) -> HttpResponse:
    page = {"form": form, "pauses": queries.past_pauses(), **_standing(timezone.now())}
    return render(request, "messaging/operations.html", page, status=422 if form.errors else 200)


@requires(Permission.OPERATE_MESSAGES)
@require_POST
def pause(request: StaffRequest) -> HttpResponse:
    """Let nothing leave by a channel, with the reason."""
    return _operate(request, PauseForm(request.POST), services.pause_channel)


@requires(Permission.OPERATE_MESSAGES)
@require_POST
def resume(request: StaffRequest) -> HttpResponse:
    """Let messages leave by a channel again."""
    return _operate(request, ChannelForm(request.POST), services.resume_channel)


@requires(Permission.OPERATE_MESSAGES)
@require_POST
def release(request: StaffRequest) -> HttpResponse:
    """Let messages leave a database that was read back from a backup, with the reason."""
    return _operate(request, ReasonForm(request.POST), services.release_messages)


def _operate(request: StaffRequest, form: Form, deed: Callable[..., object]) -> HttpResponse:
    if submit(form, partial(deed, by=request.user, now=timezone.now())):
        return redirect("messaging:operations")
    return _operations(request, form)


@requires(Permission.OPERATE_MESSAGES)
@require_http_methods(["GET", "HEAD", "POST"])
def texts(request: StaffRequest) -> HttpResponse:
    """What messages say, by kind and language; a new text waits for a second person."""
    form = TextForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.write_text, by=request.user, now=timezone.now())):
        messages.success(request, "Kept. Messages say it once somebody else has approved it.")
        return redirect("messaging:texts")
    return _texts(request, form)


def _texts(request: StaffRequest, form: Form) -> HttpResponse:
    lines = text_lines()
    unread = sum(line.is_unread for line in lines)
    page = {"form": form, "lines": lines, "unread": unread, "sender": settings.MESSAGE_SENDER_NAME}
    return render(request, "messaging/texts.html", page, status=422 if form.errors else 200)


@requires(Permission.OPERATE_MESSAGES)
@require_POST
def approve_shipped(request: StaffRequest) -> HttpResponse:
    """Approve a text that came with the portal."""
    form = ShippedTextForm(request.POST)
    if submit(form, partial(services.approve_shipped_text, by=request.user, now=timezone.now())):
        messages.success(request, "Approved. Messages go on saying it.")
        return redirect("messaging:texts")
    return _texts(request, form)


@requires(Permission.OPERATE_MESSAGES)
@require_POST
def approve(request: StaffRequest, text_id: UUID) -> HttpResponse:
    """Approve a text that somebody else wrote."""
    text, form = queries.get_text(text_id), NoFieldsForm(request.POST)
    if submit(form, partial(services.approve_text, text_id=text.pk, by=request.user, now=timezone.now())):
        return redirect("messaging:texts")
    return _texts(request, form)


@csrf_exempt
@login_not_required
@require_POST
def message_report(request: HttpRequest) -> HttpResponse:
    """What became of a message that the gateway had accepted; the signature is the key to this door."""
    words = _signed_words(request)
    if isinstance(words, HttpResponse):
        return words
    form = ReportForm(words)
    if not form.is_valid():
        return HttpResponse(status=400)
    services.take_report(**form.cleaned_data, now=timezone.now())
    return HttpResponse(status=204)


@csrf_exempt
@login_not_required
@require_POST
def inbound_message(request: HttpRequest) -> HttpResponse:
    """What somebody wrote back to the clinic's number."""
    words = _signed_words(request)
    if isinstance(words, HttpResponse):
        return words
    form = InboundForm({"sender": words.get("from"), "text": words.get("text")})
    if not form.is_valid():
        return HttpResponse(status=400)
    services.take_inbound(**form.cleaned_data, now=timezone.now())
    return HttpResponse(status=204)


class Opened(Protocol):
    """What stands behind a live link."""

    @property
    def link(self) -> SignedLink: ...


OpenedPage = TypeVar("OpenedPage", bound=Opened)


def read_by_link(
    request: HttpRequest,
    *,
    token: str,
    about_kind: str,
    find: Callable[..., OpenedPage | None],
    enter: Callable[..., object],
    show: Callable[[OpenedPage], HttpResponse],
    act: Callable[[OpenedPage], HttpResponse] | None = None,
) -> HttpResponse:
    """A page that a client reads by link again and again: the birth year first; reading changes nothing.

    `find` and `enter` are given the time, `enter` the year as well; `show` is reached once the year was right, and so
    is `act`, by what is posted from the page itself.
    """
    if is_too_often(request, about_kind):
        return private(too_many_requests(request))
    opened = find(now=timezone.now())
    if opened is None:
        with translation.override(language_of_reader(request, queries.find_link(token, about_kind=about_kind))):
            return private(render(request, "messaging/closed.html", status=404))
    with translation.override(language_of(opened.link.client.language)):
        return _read_inside(request, opened, find=find, enter=enter, show=show, act=act)


def _read_inside(
    request: HttpRequest,
    opened: OpenedPage,
    *,
    find: Callable[..., OpenedPage | None],
    enter: Callable[..., object],
    show: Callable[[OpenedPage], HttpResponse],
    act: Callable[[OpenedPage], HttpResponse] | None,
) -> HttpResponse:
    is_inside = stage_of(request, opened.link) == READING
    if is_inside and request.method != "POST":
        return private(show(opened))
    if is_inside and act is not None and "year" not in request.POST:
        return private(act(opened))
    form, sent = BirthYearForm(request.POST if "year" in request.POST else None), _sent_beside_the_year(request)
    if submit(form, partial(enter, now=timezone.now())):
        answer = act(opened) if act is not None and sent else redirect(request.path)
        return private(keep_stage(answer, request, opened.link, READING))
    if form.is_bound and find(now=timezone.now()) is None:
        return private(render(request, "messaging/closed.html", status=404))
    page = {"form": form, "sent": sent}
    return private(render(request, "messaging/birth_year.html", page, status=422 if form.errors else 200))


def _sent_beside_the_year(request: HttpRequest) -> list[tuple[str, str]]:
    """What the page itself sent when its hour was over: kept through the question, so that nothing typed is lost."""
    asked = {"year", "csrfmiddlewaretoken"}
    return [(name, str(value)) for name, values in request.POST.lists() if name not in asked for value in values]


def give_by_link(
    request: HttpRequest, deed: Callable[[], object], *, page: Callable[..., HttpResponse], back: str, told: str = ""
) -> HttpResponse:
    """One deed of giving a page by link: send a link, show a fresh one, keep or end those that are open.

    `page` draws the page it was asked from, with what was refused; a link that the deed made is shown there this once.
    """
    form, made = NoFieldsForm(request.POST), list[object]()
    if not submit(form, lambda: made.append(deed())):
        return page(give=form)
    if isinstance(made[0], str):
        return page(link=made[0])
    messages.success(request, told)
    return redirect(back)


def _signed_words(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """The words of a call that bears the right signature; nothing of any other is looked at."""
    body = request.read(LONGEST_CALL + 1)
    if len(body) > LONGEST_CALL:
        return HttpResponse(status=413)
    secret = settings.SMS_GATEWAY_WEBHOOK_SECRET
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    given = request.headers.get("X-Signature", "")
    if not secret or not hmac.compare_digest(given.encode(), signature.encode()):
        raise PermissionDenied
    try:
        words = json.loads(body)
    except ValueError:
        return HttpResponse(status=400)
    return words if isinstance(words, dict) else HttpResponse(status=400)
