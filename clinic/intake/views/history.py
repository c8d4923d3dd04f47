"""The client's history on one page, and the small forms that add to it (the evaluation shows them too)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.intake import queries, services
from clinic.intake.forms import AllergyForm, DoForm, PregnancyForm, ReportedMedicationForm, TrialForm
from clinic.staff.access import StaffRequest, requires
from clinic.staff.models import User
from clinic.staff.permissions import Permission

ADDED: Mapping[str, tuple[type[forms.Form], Callable[..., object]]] = {
    "allergy": (AllergyForm, services.add_allergy),
    "pregnancy": (PregnancyForm, services.record_pregnancy),
    "medication": (ReportedMedicationForm, services.add_reported_medication),
    "trial": (TrialForm, services.add_trial),
}
TITLES = {"allergy": "Allergies", "pregnancy": "Pregnancy", "medication": "Medications now", "trial": "Earlier trials"}
# What the button of a row is called: the deed, its argument, the place on the page.
TAKEN_BACK: Mapping[str, tuple[Callable[..., object], str, str]] = {
    "withdraw_allergy": (services.withdraw_allergy, "allergy_id", "allergy"),
    "withdraw_trial": (services.withdraw_trial, "trial_id", "trial"),
    "end_medication": (services.end_reported_medication, "reported_id", "medication"),
}


@requires(Permission.READ_EVALUATION)
@require_safe
def history(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Allergies, pregnancy, medications from anyone, trials, problems and earlier care."""
    client = open_chart(client_id=client_id, by=request.user, page="history")
    return render(request, "intake/history.html", page_of(client, entries(None)))


@requires(Permission.WRITE_EVALUATION)
def save_history(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Add what was typed, take back what a row's button says."""
    if request.method != "POST":
        return redirect("intake:history", client_id)
    client = open_chart(client_id=client_id, by=request.user, page="history")
    added = entries(request.POST)
    place = add_entries(added, client_id=client.pk, by=request.user)
    pressed = DoForm(request.POST)
    place = take_back(pressed, by=request.user) or place
    if all(is_settled(form) for form in added.values()):
        if not place:
            messages.info(request, "Nothing was typed, so nothing was added.")
        return redirect(f"{reverse('intake:history', args=[client.pk])}#{place or 'main'}")
    return render(request, "intake/history.html", page_of(client, added), status=422)


def page_of(client: Any, added: Mapping[str, forms.Form]) -> dict[str, Any]:
    """What the parts of history are drawn with."""
    return {
        "client": client,
        "history": queries.history(client),
        "medication_names": queries.medication_names(),
        **{f"{kind}_form": form for kind, form in added.items()},
    }


def entries(data: QueryDict | None) -> dict[str, forms.Form]:
    """The small forms; what nothing was typed into stays unbound and is not complained about."""
    forms_sent = {kind: form(data, prefix=kind) for kind, (form, _) in ADDED.items()}
    return {kind: form if form.has_changed() else ADDED[kind][0](prefix=kind) for kind, form in forms_sent.items()}


def add_entries(added: dict[str, forms.Form], *, client_id: UUID, by: User) -> str:
    """Add each line that was typed; answers the place of the last one added. An added form is emptied."""
    place = ""
    for kind, form in added.items():
        add = partial(ADDED[kind][1], client_id=client_id, by=by, now=timezone.now())
        if form.is_bound and submit(form, add):
            added[kind] = ADDED[kind][0](prefix=kind)
            place = kind
    return place


def take_back(pressed: DoForm, *, by: User) -> str:
    """Do what the button of a row says; answers its place, nothing for other buttons."""
    name, _, key = (pressed.data.get("do") or "").partition(":")
    if name not in TAKEN_BACK:
        return ""
    deed, argument, place = TAKEN_BACK[name]
    try:
        deed(**{argument: UUID(key)}, by=by, now=timezone.now())
    except ValueError as error:
        raise Http404 from error
    return place


def is_settled(form: forms.Form) -> bool:
    """Nothing was typed, or what was typed is kept."""
    return not form.is_bound
