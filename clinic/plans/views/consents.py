"""The pages of consent to a medication: as staff record it or ask for it by link, and the client's own page."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.core.printing import pdf_answer, print_pdf
from clinic.messaging.forms import NoFieldsForm
from clinic.messaging.rules import language_of
from clinic.messaging.views import give_by_link, read_by_link
from clinic.plans import queries, services
from clinic.plans.forms import AgreeForm, ConsentForm, RevokeForm, consent_on_paper
from clinic.plans.models import AskedConsent
from clinic.plans.rules import Agreement, How
from clinic.plans.rules.asking import TEXT, Answer
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

SENT = "A message with the link is on its way."


@requires(Permission.READ_PLAN)
@require_safe
def consents(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """What the client consents to, what was revoked or is asked by link, and a form for another."""
    client = open_chart(client_id=client_id, by=request.user, page="consents")
    return _consents_page(request, client)


@requires(Permission.SIGN_PLAN)
def record_consent(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Record consent to one medication, or ask for it by link."""
    if request.method != "POST":
        return redirect("plans:consents", client_id)
    client = open_chart(client_id=client_id, by=request.user, page="consents")
    form, asked = ConsentForm(request.POST), list[AskedConsent]()
    ask = partial(services.ask_consent, client_id=client.pk, by=request.user, now=timezone.now())
    record = partial(services.record_consent, client_id=client.pk, by=request.user, now=timezone.now())

    def keep(given_on: Any, agreement: Agreement, medication_id: Any) -> None:
        if agreement.how == How.LINK:
            asked.append(ask(medication_id=medication_id, agreement=agreement))
        else:
            record(medication_id=medication_id, agreement=agreement, given_on=given_on)

    if not submit(form, keep):
        return _consents_page(request, client, sent=form)
    if not asked:
        messages.success(request, "Consent recorded.")
        return redirect("plans:consents", client.pk)
    _send_at_once(request, asked[0])
    return redirect(f"{reverse('plans:consents', args=[client.pk])}#asked")


def _send_at_once(request: StaffRequest, asked: AskedConsent) -> None:
    """Who agreed to be written to is written to; for anybody else the link is shown on the page."""
    form = NoFieldsForm({})
    send = partial(services.send_consent_link, asked_id=asked.pk, by=request.user, now=timezone.now())
    if submit(form, send):
        messages.success(request, SENT)
    else:
        messages.warning(request, " ".join(str(words) for words in form.non_field_errors()))


@requires(Permission.SIGN_PLAN)
@require_POST
def send_consent_link(request: StaffRequest, asked_id: UUID) -> HttpResponse:
    """Write to the client with a link to what is asked."""
    return _give(request, asked_id, services.send_consent_link, SENT)


@requires(Permission.SIGN_PLAN)
@require_POST
def show_consent_link(request: StaffRequest, asked_id: UUID) -> HttpResponse:
    """Show a fresh link once, to hand over in person."""
    return _give(request, asked_id, services.show_consent_link)


@requires(Permission.SIGN_PLAN)
@require_POST
def end_asked_consent(request: StaffRequest, asked_id: UUID) -> HttpResponse:
    """Ask no more."""
    return _give(request, asked_id, services.end_asked_consent, "It is asked no more. No link opens it.")


def _give(request: StaffRequest, asked_id: UUID, deed: Callable[..., object], told: str = "") -> HttpResponse:
    asked = queries.get_asked(request.user, asked_id)
    client = open_chart(client_id=asked.client_id, by=request.user, page="consents")
    return give_by_link(
        request,
        partial(deed, asked_id=asked.pk, by=request.user, now=timezone.now()),
        page=partial(_consents_page, request, client, about=asked),
        back=f"{reverse('plans:consents', args=[client.pk])}#asked",
        told=told,
    )


@requires(Permission.SIGN_PLAN)
def revoke_consent(request: StaffRequest, consent_id: UUID) -> HttpResponse:
    """The client or guardian takes a consent back."""
    consent = queries.get_consent(request.user, consent_id)
    client = open_chart(client_id=consent.client_id, by=request.user, page="consents")
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.revoke_consent, consent_id=consent.pk, by=request.user, now=timezone.now())):
        messages.success(
            request, f"Consent to {consent.medication} is revoked. The dose plan goes on until it is changed."
        )
        return redirect("plans:consents", client.pk)
    page = {"who": queries.who(client, timezone.localdate()), "client": client, "consent": consent, "form": form}
    return render(request, "plans/revoke_consent.html", page, status=422 if form.errors else 200)


@requires(Permission.READ_PLAN)
@require_safe
def print_consent(request: StaffRequest, consent_id: UUID) -> HttpResponse:
    """One consent as a PDF: to sign on paper, or for the client."""
    consent = queries.get_consent(request.user, consent_id)
    open_chart(client_id=consent.client_id, by=request.user, page="printed consent")
    return pdf_answer(print_pdf("plans/consent.typ", consent_on_paper(consent)), "consent")


def _consents_page(
    request: StaffRequest,
    client: Client,
    *,
    sent: ConsentForm | None = None,
    about: AskedConsent | None = None,
    give: Form | None = None,
    link: str = "",
) -> HttpResponse:
    """`link` was made by this very request for `about`, and can be shown this once; `give` says why none was."""
    now = timezone.now()
    known = queries.consent_as_known(client, request.GET.get("medication", ""), local_day(now))
    page = {
        "who": queries.who(client, local_day(now)),
        "client": client,
        "consents": queries.consents_of(client),
        "asked": queries.asked_of(client, now),
        "about": about,
        "give": give,
        "link": link,
        "form": sent or ConsentForm(initial=known),
    }
    return render(request, "plans/consents.html", page, status=422 if sent or give else 200)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def consent_page(request: HttpRequest, token: str) -> HttpResponse:
    """What a client or guardian is asked, behind a link: the birth year first; they agree or want to be called."""

    def show(opened: queries.OpenConsent, form: AgreeForm | None = None) -> HttpResponse:
        page = {
            "opened": opened,
            "asked": opened.asked,
            "text": TEXT[language_of(opened.client.language)],
            "form": form or AgreeForm(is_minor=opened.is_minor),
        }
        return render(request, "plans/consent_page.html", page, status=422 if form else 200)

    def act(opened: queries.OpenConsent) -> HttpResponse:
        now, is_call = timezone.now(), request.POST.get("answer") == Answer.CALL
        form = NoFieldsForm(request.POST) if is_call else AgreeForm(request.POST, is_minor=opened.is_minor)
        deed = services.ask_for_call_by_link if is_call else services.agree_by_link
        if submit(form, partial(deed, token=token, now=now)):
            return render(request, "plans/consent_answered.html", {"opened": opened, "is_call": is_call})
        return show(opened, form if isinstance(form, AgreeForm) else None)

    return read_by_link(
        request,
        token=token,
        about_kind=queries.KIND,
        find=partial(queries.open_consent, token),
        enter=partial(services.enter_consent, token=token),
        show=show,
        act=act,
    )
