"""The clinic's own scales: load a definition file, accept its terms, take one out of use."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.core.forms import submit
from clinic.scales import queries, services
from clinic.scales.forms import PackFileForm, PackTermsForm
from clinic.scales.rules import INSTRUMENTS, Instrument, read_pack
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.LOAD_SCALES)
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: StaffRequest) -> HttpResponse:
    """Which scales the clinic has; a definition file that was sent is read and shown with its terms, not yet kept."""
    is_sent = request.method == "POST"
    form = PackFileForm(request.POST, request.FILES) if is_sent else PackFileForm()
    read: list[Instrument] = []
    if submit(form, lambda **given: read.append(read_pack(**given)[0])):
        return _terms(request, read[0], PackTermsForm(initial=form.cleaned_data))
    return _page(request, form)


@requires(Permission.LOAD_SCALES)
@require_POST
def accept_pack(request: StaffRequest) -> HttpResponse:
    """The terms are accepted: the scale may be asked from now on."""
    form = PackTermsForm(request.POST)
    if submit(form, partial(services.accept_pack, by=request.user, now=timezone.now())):
        messages.success(request, "Loaded. It stands among the instruments from now on.")
        return redirect("scales:packs")
    read: list[Instrument] = []
    looked = PackTermsForm({**request.POST.dict(), "is_accepted": "on"})
    if "is_accepted" in form.errors and submit(looked, lambda **given: read.append(read_pack(**given)[0])):
        return _terms(request, read[0], form)
    messages.error(
        request, " ".join(map(str, form.non_field_errors())) or "Nothing was loaded: choose the file once more."
    )
    return redirect("scales:packs")


@requires(Permission.LOAD_SCALES)
@require_POST
def retire_pack(request: StaffRequest, pack_id: UUID) -> HttpResponse:
    """A scale of the clinic's own is asked no more."""
    pack = queries.get_pack(pack_id)
    services.retire_pack(pack_id=pack.pk, by=request.user, now=timezone.now())
    messages.success(request, f"{pack} is out of use. What was answered on it stays.")
    return redirect("scales:packs")


def _terms(request: StaffRequest, scale: Instrument, form: PackTermsForm) -> HttpResponse:
    page = {"scale": scale, "form": form}
    return render(request, "scales/pack_terms.html", page, status=422 if form.errors else 200)


def _page(request: StaffRequest, form: PackFileForm) -> HttpResponse:
    page = {"form": form, "packs": queries.content_packs(), "shipped": INSTRUMENTS.values()}
    return render(request, "scales/packs.html", page, status=422 if form.errors else 200)
