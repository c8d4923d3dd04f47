"""Accounts of the staff, and which role one wears."""

from functools import partial
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import remove_webauthn
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.core.forms import submit
from clinic.staff import queries, services
from clinic.staff.access import StaffRequest, requires
from clinic.staff.forms import AddStaffForm, EditStaffForm, SwitchRoleForm
from clinic.staff.permissions import Permission
from clinic.staff.ties import ties_of


@requires(Permission.MANAGE_STAFF)
@require_safe
def list(request: StaffRequest) -> HttpResponse:  # noqa: A001 - the page's name
    """Everybody with an account."""
    return render(request, "staff/list.html", {"staff": queries.staff()})


@requires(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """An account for somebody new, and the invitation to choose a password."""
    form = AddStaffForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.add_staff, by=request.user)):
        messages.success(request, f"Invitation on its way to {form.cleaned_data['email']}.")
        return redirect("staff:list")
    return render(request, "staff/add.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Name, address, roles of an account and whether it is open."""
    account = queries.get_staff(user_id)
    data = request.POST if request.method == "POST" else None
    form = EditStaffForm(data, initial=EditStaffForm.initial_of(account), supervisors=queries.supervisors())
    is_confirmed = "is_confirmed" in request.POST
    deed = partial(services.edit_staff, user_id=account.pk, is_confirmed=is_confirmed, by=request.user)
    if submit(form, deed):
        messages.success(request, f"{form.cleaned_data['full_name']}: saved.")
        return redirect("staff:list")
    context = {
        "form": form,
        "account": account,
        "is_own": account.pk == request.user.pk,
        "is_closing": form.has_error("is_active"),
        "ties": ties_of(account, timezone.now()),
    }
    status = 409 if hasattr(form, "conflict") else 422 if form.errors else 200
    return render(request, "staff/edit.html", context, status=status)


@requires(Permission.MANAGE_STAFF)
@require_POST
def invite(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """The invitation once more."""
    form = forms.Form(request.POST)
    is_sent = submit(form, partial(services.invite_again, user_id=user_id, by=request.user))
    _say(request, form, is_sent, "The link to choose a password is on its way.")
    return redirect("staff:edit", user_id)


@requires(Permission.MANAGE_STAFF)
@require_POST
def remove_second_factor(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """For somebody who lost phone and recovery codes."""
    form = forms.Form(request.POST)
    done = submit(form, partial(services.remove_second_factor, user_id=user_id, by=request.user))
    _say(request, form, done, "Removed. A new second factor is set up at the next sign-in.")
    return redirect("staff:edit", user_id)


@requires(Permission.USE_PORTAL)
@require_POST
def switch_role(request: StaffRequest) -> HttpResponse:
    """Wear another of one's own roles."""
    form = SwitchRoleForm(request.POST)
    done = submit(form, partial(services.switch_role, by=request.user))
    _say(request, form, done, "You now act in your other role.")
    return redirect("caseload:home")


def remove_key(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a passkey, as the sign-in package does it, but never the last second factor."""
    if request.method == "POST" and not get_adapter().may_remove_key(request.user, pk):
        messages.error(request, "This is your last second factor. Set up another one before you remove it.")
        return redirect("mfa_list_webauthn")
    answer: HttpResponseBase = remove_webauthn(request, pk=pk)
    return answer


def _say(request: HttpRequest, form: forms.Form, done: bool, sentence: str) -> None:
    if done:
        messages.success(request, sentence)
    else:
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
