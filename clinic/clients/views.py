"""Pages about who a client is and who may see them. Nothing clinical stands here."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients import queries, services
from clinic.clients.forms import (
    BreakGlassForm,
    ClientForm,
    EditClientForm,
    NoFieldsForm,
    ReviewForm,
    SearchForm,
    SharingConsentForm,
    StatusForm,
    TeamMemberForm,
    edit_values,
)
from clinic.clients.models import BreakGlassAccess, Client, ClientStatus
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_CLIENTS)
@require_safe
def list_clients(request: StaffRequest) -> HttpResponse:
    status = request.GET.get("status", "")
    status = status if status in ClientStatus.values else ""
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = services.list_clients(status=status, before=before, after=after, by=request.user)
    context = {"page": page, "status": status, "statuses": ClientStatus.choices}
    return render(request, "clients/list.html", context)


@requires(Permission.READ_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """Posted, never in the address: what is typed is personal data."""
    form = SearchForm(request.POST or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = services.search_clients(text=text, by=request.user, today=timezone.localdate()) if text else []
    template = "clients/_search_results.html" if "HX-Request" in request.headers else "clients/search.html"
    return render(request, template, {"form": form, "text": text, "found": found})


@requires(Permission.READ_CLIENTS)
@require_safe
def detail(request: StaffRequest, client_id: UUID) -> HttpResponse:
    client = services.open_contact(client_id=client_id, by=request.user)
    parts = queries.contact_parts(request.user, client)
    return render(request, "clients/detail.html", {"client": client, **parts})


@requires(Permission.EDIT_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    initial = {"time_zone": timezone.get_default_timezone_name()}
    form = ClientForm(request.POST or None, today=local_day(now), initial=initial)
    duplicates: list[queries.Duplicate] = []
    if request.method == "POST" and form.is_valid() and "another_person" not in request.POST:
        typed = form.cleaned_data
        details, contacts, people = typed["details"], typed["contact_points"], typed["related_people"]
        duplicates = services.others_alike(details=details, contacts=contacts, people=people, by=request.user, now=now)
    made: list[Client] = []
    register = partial(services.register_client, by=request.user, now=now)
    if request.method == "POST" and not duplicates and submit(form, lambda **typed: made.append(register(**typed))):
        messages.success(request, "The client is registered.")
        return redirect("clients:care_team", made[0].pk)
    return render(
        request, "clients/create.html", {"form": form, "duplicates": duplicates}, status=422 if form.errors else 200
    )


@requires(Permission.EDIT_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, client_id: UUID) -> HttpResponse:
    client = services.open_contact(client_id=client_id, by=request.user, page="edit")
    initial, contacts, people = edit_values(client, queries.live_contacts(client), queries.live_related(client))
    now = timezone.now()
    form = EditClientForm(
        request.POST or None, today=local_day(now), initial=initial, other_contacts=contacts, other_people=people
    )
    deed = partial(services.edit_client, client_id=client.pk, by=request.user, now=now)
    if request.method == "POST" and submit(form, deed):
        messages.success(request, "Saved.")
        return redirect("clients:detail", client.pk)
    status = 409 if hasattr(form, "conflict") else 422 if form.errors else 200
    return render(request, "clients/edit.html", {"client": client, "form": form}, status=status)


@requires(Permission.EDIT_CLIENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_status(request: StaffRequest, client_id: UUID) -> HttpResponse:
    client = services.open_contact(client_id=client_id, by=request.user, page="status")
    form = StatusForm(request.POST or None, initial={"status": client.status})
    deed = partial(services.change_status, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, deed):
        messages.success(request, "The status is changed.")
        return redirect("clients:detail", client.pk)
    context = {"client": client, "form": form}
    return render(request, "clients/change_status.html", context, status=422 if form.errors else 200)


@requires(Permission.MANAGE_CARE_TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
def care_team(request: StaffRequest, client_id: UUID) -> HttpResponse:
    client = services.open_contact(client_id=client_id, by=request.user, page="care_team")
    form = TeamMemberForm(request.POST or None)
    deed = partial(services.add_team_member, client_id=client.pk, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, deed):
        messages.success(request, "Added to the care team.")
        return redirect("clients:care_team", client.pk)
    context = {
        "client": client,
        "form": form,
        "team": queries.care_team(client),
        "past": queries.past_team(client),
    }
    return render(request, "clients/care_team.html", context, status=422 if form.errors else 200)


@requires(Permission.MANAGE_CARE_TEAM)
@require_POST
def end_team_member(request: StaffRequest, client_id: UUID, member_id: UUID) -> HttpResponse:
    client = services.open_contact(client_id=client_id, by=request.user, page="care_team")
    member = queries.team_member(client, member_id)
    services.end_team_member(member_id=member.pk, by=request.user, now=timezone.now())
    messages.success(request, f"{member.user} no longer looks after this client.")
    return redirect("clients:care_team", client.pk)


@requires(Permission.EDIT_SHARING_CONSENT)
@require_http_methods(["GET", "HEAD", "POST"])
def sharing_consent(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Give while none is live, take back while one is: the button pressed says which."""
    client = services.open_contact(client_id=client_id, by=request.user, page="sharing_consent")
    now = timezone.now()
    is_revoking = "revoke" in request.POST
    form = (NoFieldsForm if is_revoking else SharingConsentForm)(
        request.POST or None, initial={"given_on": local_day(now)}
    )
    deed = services.revoke_sharing_consent if is_revoking else services.give_sharing_consent
    if request.method == "POST" and submit(form, partial(deed, client_id=client.pk, by=request.user, now=now)):
        messages.success(request, "Consent is taken back." if is_revoking else "Consent is recorded.")
        return redirect("clients:sharing_consent", client.pk)
    context = {"client": client, "form": form, "consents": queries.sharing_consents(client)}
    return render(request, "clients/sharing_consent.html", context, status=422 if form.errors else 200)


@requires(Permission.USE_BREAK_GLASS)
@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: StaffRequest) -> HttpResponse:
    form = BreakGlassForm(request.POST or None)
    opened: list[BreakGlassAccess] = []
    deed = partial(services.use_break_glass, by=request.user, now=timezone.now())
    if request.method == "POST" and submit(form, lambda **typed: opened.append(deed(**typed))):
        messages.warning(request, "The chart is open to you for 60 minutes. This access is reviewed.")
        return redirect(opened[0].client)
    return render(request, "clients/break_glass.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.REVIEW_BREAK_GLASS)
@require_safe
def break_glass_review(request: StaffRequest) -> HttpResponse:
    waiting = [(access, ReviewForm(auto_id=f"{access.pk}-%s")) for access in queries.accesses_to_review()]
    context = {"waiting": waiting, "reviewed": queries.accesses_reviewed()}
    return render(request, "clients/break_glass_review.html", context)


@requires(Permission.REVIEW_BREAK_GLASS)
@require_POST
def review_access(request: StaffRequest, access_id: UUID) -> HttpResponse:
    form = ReviewForm(request.POST)
    deed = partial(services.review_break_glass, access_id=access_id, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, "Reviewed.")
        return redirect("clients:break_glass_review")
    waiting = [
        (access, form if access.pk == access_id else ReviewForm(auto_id=f"{access.pk}-%s"))
        for access in queries.accesses_to_review()
    ]
    context = {"waiting": waiting, "reviewed": queries.accesses_reviewed(), "form": form}
    return render(request, "clients/break_glass_review.html", context, status=422)
