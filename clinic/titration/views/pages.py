"""What the pages that sign doses share: whom and what they are about, how a medication is picked, how they answer."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.formulary.queries import safety_rules, search_medications
from clinic.formulary.rules import unknown_limits
from clinic.plans import queries as plans
from clinic.staff.access import StaffRequest
from clinic.titration import queries
from clinic.titration.facts import due_before
from clinic.titration.models import DosePlan
from clinic.titration.sources import opened_from

# What the page around an editor in place hears after the signature.
SIGNED = "dose-plan-signed"
IN_PLACE = "titration/_in_place.html"


def about(client: Client) -> dict[str, Any]:
    """Who the page is about."""
    return {"client": client, "who": plans.who(client, timezone.localdate())}


def opened(request: StaffRequest, client: Client) -> dict[str, Any]:
    """From which visit the editor was opened, and whether it is drawn in a place of that page or as its own."""
    visit = opened_from(request.user, client, request.GET.get("visit", ""))
    asked_on = urlsplit(request.headers.get("HX-Current-URL", "")).path
    # A visit that was refused stands at an address below its own.
    is_in_place = visit is not None and asked_on.startswith(visit.get_absolute_url())
    return {"opener": visit, "is_in_place": is_in_place, "layout": IN_PLACE if is_in_place else "base.html"}


def signed(dose_plan: DosePlan, opened: dict[str, Any]) -> HttpResponse:
    """After the signature: the page around an editor in place is told, else the visit or the dose plan is shown."""
    if opened["is_in_place"]:
        return HttpResponse(status=204, headers={"HX-Trigger": SIGNED})
    if opened["opener"] is not None:
        return redirect(opened["opener"])
    return redirect("titration:dose_plan", dose_plan.pk)


def about_medication(medication: Medication) -> dict[str, Any]:
    """What is known of the medication, and which checks cannot be made."""
    return {"medication": medication, "unknown_limits": unknown_limits(medication)}


def pick(request: StaffRequest, context: dict[str, Any], *, but: Medication | None = None) -> HttpResponse:
    """The page that searches a medication, any `but` one."""
    words = request.POST.get("words", "").replace("\x00", "").strip()
    found = [one for one in search_medications(words) if one != but] if words else []
    return render(
        request,
        "titration/pick.html",
        context | {"words": words, "found": found, "checks_unavailable": safety_rules() is None},
    )


def form_page(request: StaffRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of a form: 409 after a stale save, 422 where signing was refused."""
    form = context["form"]
    if "checks_unavailable" not in context:
        context["checks_unavailable"] = safety_rules() is None
    context["promises"] = queries.open_promises(context["client"], now=timezone.now())
    if "medication" in context:
        context["due"] = due_before(context["client"], context["medication"], timezone.now())
    refused = request.POST.get("do") == "sign" and form.errors
    status = 409 if hasattr(form, "conflict") else 422 if refused else 200
    return render(request, template, context, status=status)


def as_uuid(text: str) -> UUID:
    """A key that stood in an address, or 404."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
