"""The dose calendar for staff, on paper and behind a link; leaflet and pharmacist's copy."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

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
from clinic.core.printing import pdf_answer, print_pdf
from clinic.formulary.rules import patient_pages
from clinic.handouts import queries, services
from clinic.handouts.forms import PrintForm
from clinic.handouts.rules import leaflet as leaflets
from clinic.handouts.rules import paper
from clinic.messaging.queries import live_links, sendings
from clinic.messaging.rules import language_of
from clinic.messaging.views import give_by_link, read_by_link
from clinic.plans import queries as plans
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.titration.queries import get_dose_plan
from clinic.titration.rules.telling import dispensed_words


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def calendar(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Eight weeks of all dose plans of a client, and what can be given to them."""
    client = open_chart(client_id=client_id, by=request.user, page="dose calendar")
    return _calendar(request, client)


def _calendar(request: StaffRequest, client: Client, *, give: Form | None = None, link: str = "") -> HttpResponse:
    """`link` was made by this very request; it can be shown this once."""
    now, today = timezone.now(), timezone.localdate()
    context = {
        "client": client,
        "who": plans.who(client, today),
        "calendar": queries.calendar_from(client, today),
        "today": today,
        "form": PrintForm(),
        "give": give,
        "links": live_links(client.pk, queries.KIND, now),
        "newest_sending": sendings(client.pk, queries.KIND).first(),
        "link": link,
    }
    refused = give is not None and give.errors
    return render(request, "handouts/calendar.html", context, status=422 if refused else 200)


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def print_calendar(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """The dose calendar as a PDF on Letter or A4, in large print if asked."""
    client = open_chart(client_id=client_id, by=request.user, page="printed dose calendar")
    form = PrintForm(request.GET)
    if not form.is_valid():
        return redirect("handouts:calendar", client.pk)
    today = timezone.localdate()
    head = queries.letterhead(client.name, today)
    values = paper.calendar_values(queries.calendar_from(client, today), head, **form.cleaned_data)
    return pdf_answer(print_pdf("handouts/calendar.typ", values), "calendar")


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def pharmacist(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """The pharmacist's copy of one dose plan as a PDF: days, units, what to dispense; it is no prescription."""
    dose_plan = get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="pharmacist's copy")
    version = queries.current_version(dose_plan)
    values = paper.pharmacist_values(
        queries.plan_on_paper(version),
        [dispensed_words(one) for one in version.dispense],
        queries.letterhead(client.legal_name, timezone.localdate()),
        born_on=client.birth_on,
        from_on=max(version.change.takes_effect_on, version.first_on),
    )
    return pdf_answer(print_pdf("handouts/pharmacist.typ", values), "copy")


@requires(Permission.READ_DOSE_PLAN)
@require_safe
def leaflet(request: StaffRequest, dose_plan_id: UUID) -> HttpResponse:
    """What the client should know of one medication, to be printed or read together."""
    dose_plan = get_dose_plan(request.user, dose_plan_id)
    client = open_chart(client_id=dose_plan.client_id, by=request.user, page="leaflet")
    today = timezone.localdate()
    context = {
        "client": client,
        "who": plans.who(client, today),
        "dose_plan": dose_plan,
        "leaflet": queries.leaflet_from(dose_plan, today),
        "options": patient_pages.OPTIONS,
        "missed": leaflets.MISSED,
        "never_alone": patient_pages.NEVER_ALONE,
        "questions": leaflets.QUESTIONS,
    }
    return render(request, "handouts/leaflet.html", context)


@requires(Permission.GIVE_CALENDAR)
@require_POST
def send_link(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Write to the client with a link to the calendar."""
    return _give(request, client_id, services.send_calendar_link, "A message with the link is on its way.")


@requires(Permission.GIVE_CALENDAR)
@require_POST
def show_link(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Show a fresh link once, to hand over in person."""
    return _give(request, client_id, services.show_calendar_link)


@requires(Permission.GIVE_CALENDAR)
@require_POST
def keep_links(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Keep the open links for three more days."""
    return _give(request, client_id, services.keep_calendar_links, "The open links work for three days from now.")


@requires(Permission.GIVE_CALENDAR)
@require_POST
def end_links(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """End every link to the calendar."""
    return _give(request, client_id, services.end_calendar_links, "No link opens the calendar any more.")


def _give(request: StaffRequest, client_id: UUID, deed: Callable[..., object], told: str = "") -> HttpResponse:
    client = open_chart(client_id=client_id, by=request.user, page="dose calendar")
    return give_by_link(
        request,
        partial(deed, client_id=client.pk, by=request.user, now=timezone.now()),
        page=partial(_calendar, request, client),
        back=reverse("handouts:calendar", args=[client.pk]),
        told=told,
    )


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The client's own calendar behind a link: the birth year first, then the days; reading changes nothing."""

    def show(opened: queries.OpenCalendar) -> HttpResponse:
        today = queries.today_of(opened.client, timezone.now())
        shown = queries.calendar_from(opened.client, today, language=language_of(opened.client.language))
        return render(request, "handouts/page.html", {"client": opened.client, "calendar": shown, "today": today})

    return read_by_link(
        request,
        token=token,
        about_kind=queries.KIND,
        find=partial(queries.open_calendar, token),
        enter=partial(services.enter_calendar, token=token),
        show=show,
    )
