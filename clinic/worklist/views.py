"""The board and what is done from it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.core.forms import submit
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission
from clinic.worklist import queries, services
from clinic.worklist.forms import CloseForm, SnoozeForm


@requires(Permission.READ_WORKLIST)
@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """Every duty waiting, most pressing first."""
    kind, whose = request.GET.get("kind", ""), request.GET.get("whose", "")
    shown = queries.board(request.user, kind=kind, whose=whose, now=timezone.now())
    return render(
        request,
        "worklist/board.html",
        {"board": shown, "kind": kind, "whose": whose, "whose_choices": queries.WHOSE.items()},
    )


@requires(Permission.EDIT_WORKLIST)
def close_item(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Close a duty with its outcome: one click on the board, or here with a note."""
    item = queries.get_item(request.user, item_id)
    form = CloseForm(request.POST if request.method == "POST" else None)
    close = partial(services.close_item, item_id=item.pk, by=request.user, now=timezone.now())
    if submit(form, close):
        messages.success(request, f"{item.get_kind_display()}: closed.")
        return redirect("worklist:board")
    context = {"item": item, "form": form, "may_close": item.closed_at is None}
    return render(request, "worklist/close_item.html", context, status=422 if form.errors else 200)


@requires(Permission.EDIT_WORKLIST)
@require_POST
def take_item(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Make a duty one's own."""
    form = Form(request.POST)
    if submit(form, partial(services.take_item, item_id=item_id, by=request.user, now=timezone.now())):
        messages.success(request, "Yours now.")
    else:
        messages.error(request, said(form))
    return redirect("worklist:board")


@requires(Permission.EDIT_WORKLIST)
@require_POST
def snooze_item(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Put a duty off to a later morning, 8 am."""
    form = SnoozeForm(request.POST)
    if submit(form, partial(services.snooze_item, item_id=item_id, by=request.user, now=timezone.now())):
        messages.success(request, f"Put off. It comes back in {form.cleaned_data['days']} day(s), at 8 am.")
    else:
        messages.error(request, said(form))
    return redirect("worklist:board")


def said(form: Form) -> str:
    """The errors of a form without a page of its own, as one sentence."""
    return " ".join(str(text) for texts in form.errors.values() for text in texts)
