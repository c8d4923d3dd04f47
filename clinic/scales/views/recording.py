"""Fill in a scale together with the client."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.clients.services import open_chart
from clinic.core.forms import submit
from clinic.scales import queries, services
from clinic.scales.forms import ChooseForm, ResponseForm
from clinic.scales.models import ScaleResponse
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

SELF_HARM = "self_harm"
ASK_TODAY = (
    "Thoughts of death or self-harm were answered. Ask about them today, before this contact ends. "
    "In danger: call 911, or 988 together with the client. An alert tells the person on call within a minute."
)


@requires(Permission.RECORD_SCALE)
def record(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Choose an instrument, answer it, see its score."""
    client = open_chart(client_id=client_id, by=request.user, page="scales")
    offered = queries.offered_instruments()
    choose = ChooseForm(request.GET or None, offered=offered.values())
    is_chosen = choose.is_valid()
    code, language = (choose.cleaned_data["instrument"], choose.cleaned_data["language"]) if is_chosen else ("", "")
    sent = request.POST if request.method == "POST" else None
    form = ResponseForm(sent, instrument=offered[code].in_language(language)) if code else None
    if form is not None and sent is not None:
        keep = partial(
            services.record_response,
            client_id=client.pk,
            instrument=code,
            language=language,
            by=request.user,
            now=timezone.now(),
        )
        kept: list[ScaleResponse] = []
        if submit(form, lambda **_: kept.append(keep(answers=form.answers))):
            messages.success(request, f"{form.instrument.title} kept.")
            if SELF_HARM in kept[0].flags:
                messages.error(request, ASK_TODAY)
            return redirect("scales:record", client.pk)
    page = {"client": client, "choose": choose, "scale": form, "responses": queries.responses_of(client)}
    return render(request, "scales/record.html", page, status=422 if form and form.errors else 200)
