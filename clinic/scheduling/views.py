"""Pages of the schedule."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.core.templatetags.clinic_ui import clock, weekday
from clinic.messaging.forms import WishForm
from clinic.messaging.views import read_by_link
from clinic.scheduling import forms, queries, rules, services
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.staff.access import StaffRequest, requires
from clinic.staff.models import User
from clinic.staff.permissions import Permission


@requires(Permission.READ_SCHEDULE)
@require_safe
def day(request: StaffRequest) -> HttpResponse:
    """One day of the clinic, clinician by clinician."""
    form = forms.DayForm(request.GET or None)
    shown = (form.is_valid() and form.cleaned_data["on"]) or timezone.localdate()
    page = {
        "form": form,
        "shown": shown,
        "is_today": shown == timezone.localdate(),
        "before": shown - dt.timedelta(days=1),
        "after": shown + dt.timedelta(days=1),
        "clinicians": queries.day_of(request.user, shown),
        "waiting": queries.waiting() if request.user.may(Permission.EDIT_AVAILABILITY) else [],
    }
    return render(request, "scheduling/day.html", page)


def _words(time: rules.FreeTime) -> tuple[str, str]:
    return f"{weekday(time.starts_at)}, {time.modality.replace('_', ' ')}", clock(time.starts_at)


def _free_times(
    client: Client, clinician: User, kind: str, from_day: dt.date, *, besides: UUID = queries.NO_APPOINTMENT
) -> list[rules.FreeTime]:
    now = timezone.now()
    first_day = max(from_day, local_day(now))
    return queries.offered_times(clinician, client=client, kind=kind, first_day=first_day, now=now, besides=besides)


@requires(Permission.EDIT_SCHEDULE)
def book(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Choose with whom and for what, then one of the real free times."""
    client = queries.get_visible_client(request.user, client_id)
    kinds = rules.kinds_booked_by(request.user.acting_role)
    find = forms.FindTimesForm(
        request.GET if "clinician" in request.GET else None,
        clinicians=queries.booked_by(request.user),
        kinds=kinds,
        initial={"from_day": timezone.localdate(), **queries.usual_booking(request.user, client)},
    )
    waitlist = forms.WaitlistForm(kinds=kinds, initial={"kind": find["kind"].value()})
    coming = queries.coming_of(client, timezone.now())
    page: dict[str, Any] = {"client": client, "find": find, "waitlist": waitlist, "coming": coming}
    if not find.is_valid():
        return render(request, "scheduling/book.html", page)
    wanted = find.cleaned_data
    times = _free_times(client, wanted["clinician"], wanted["kind"], wanted["from_day"])
    if request.method == "POST":
        times = [*times, *queries.times_booked(client, wanted["clinician"], wanted["kind"], by=request.user)]
    form = forms.BookForm(request.POST if request.method == "POST" else None, times=times, words=_words)
    deed = partial(
        services.book,
        client_id=client.pk,
        clinician=wanted["clinician"],
        kind=wanted["kind"],
        by=request.user,
        now=timezone.now(),
    )
    if request.method == "POST" and submit(form, deed):
        starts_at = form.cleaned_data["starts_at"]
        messages.success(request, f"Booked for {weekday(starts_at)}, {clock(starts_at)}, with {wanted['clinician']}.")
        return redirect("clients:detail", client.pk)
    if form.is_bound:
        times = _free_times(client, wanted["clinician"], wanted["kind"], wanted["from_day"])
        form.offer(times, _words)
    page |= {"form": form, "times": times}
    return render(request, "scheduling/book.html", page, status=_status_of(form))


def _status_of(form: forms.TimeForm) -> int:
    """409 when somebody was faster, 422 when something else keeps the form from being done."""
    if form.was_too_late:
        return 409
    return 422 if form.is_bound else 200


@requires(Permission.READ_SCHEDULE)
@require_safe
def appointment(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """One appointment: what it is, and what may become of it."""
    found = queries.get_appointment(request.user, appointment_id)
    return render(request, "scheduling/appointment.html", _appointment_page(request, found))


@dataclass(frozen=True)
class Look:
    """From which day on other times are looked for, and of whom; `successor` is who takes it over, once chosen."""

    form: forms.FromDayForm
    from_day: dt.date
    successor: User | None
    times: list[rules.FreeTime]


def _look(request: StaffRequest, found: Appointment) -> Look:
    """As asked in the address, else from the appointment's own day; with another clinician where its own has left."""
    usual = max(local_day(found.starts_at), timezone.localdate())
    data = request.GET if "from_day" in request.GET else None
    if found.clinician.is_active:
        form = forms.FromDayForm(data, initial={"from_day": usual})
        from_day = form.cleaned_data["from_day"] if form.is_valid() else usual
        return Look(form, from_day, None, _free_times(found.client, found.clinician, found.kind, from_day))
    people = queries.clinicians()
    proposed = {"from_day": usual, "clinician": queries.successor_of(found)}
    form = forms.HandOverForm(data or proposed, clinicians=people)
    if not form.is_valid():
        return Look(forms.HandOverForm(data, clinicians=people, initial=proposed), usual, None, [])
    from_day, successor = form.cleaned_data["from_day"], form.cleaned_data["clinician"]
    return Look(form, from_day, successor, _free_times(found.client, successor, found.kind, from_day, besides=found.pk))


def _moves(found: Appointment, *, also: str = "") -> list[tuple[str, str]]:
    allowed = {*rules.ALLOWED_MOVES[found.status], also}
    return [(status.value, status.label) for status in AppointmentStatus if status.value in allowed]


def _appointment_page(request: StaffRequest, found: Appointment) -> dict[str, Any]:
    user = request.user
    is_own = found.clinician_id == user.pk
    moves = _moves(found) if rules.may_change(user.acting_role, is_own=is_own) else []
    signs = queries.signs_of(found.status)
    page: dict[str, Any] = {"appointment": found, "client": found.client, "signs": signs, "moves": moves}
    page["replies"] = queries.replies_to(found)
    if page["moves"]:
        page["look"] = look = _look(request, found)
        page["mark_form"] = forms.MarkForm(moves=moves)
        # Given to somebody else it keeps its time, where that is free to them.
        chosen = {"starts_at": found.starts_at.isoformat()} if look.successor else {}
        initial = {"version": found.times_moved} | chosen
        page["move_form"] = forms.MoveForm(times=look.times, words=_words, initial=initial)
    return page


@require_POST
@requires(Permission.EDIT_SCHEDULE)
def mark(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Confirmed, arrived, done, did not come or cancelled, in one click."""
    found = queries.get_changeable(request.user, appointment_id)
    form = forms.MarkForm(request.POST, moves=_moves(found, also=found.status))
    if submit(form, partial(services.mark, appointment_id=found.pk, by=request.user, now=timezone.now())):
        return redirect("scheduling:appointment", found.pk)
    page = _appointment_page(request, found) | {"mark_form": form}
    return render(request, "scheduling/appointment.html", page, status=409)


@require_POST
@requires(Permission.EDIT_SCHEDULE)
def move(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Move to another free time; who is too late sees the next ones."""
    found = queries.get_changeable(request.user, appointment_id)
    look = _look(request, found)
    # Where it stands is taken by itself: a second click asks for it again.
    stands = [queries.as_time(found)] if found.clinician.is_active else []
    form = forms.MoveForm(request.POST, times=[*look.times, *stands], words=_words)
    deed = partial(services.move, appointment_id=found.pk, clinician=look.successor, by=request.user)
    if submit(form, partial(deed, now=timezone.now())):
        messages.success(request, "Moved.")
        return redirect("scheduling:appointment", found.pk)
    page = _appointment_page(request, found) | {"move_form": form}
    return render(request, "scheduling/appointment.html", page, status=409)


@requires(Permission.EDIT_AVAILABILITY)
@require_safe
def availability(request: StaffRequest) -> HttpResponse:
    """Everybody's weekly hours and time off."""
    return _availability_page(request)


def _availability_page(request: StaffRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    people = queries.clinicians()
    page = {
        "clinicians": queries.hours_by_clinician(timezone.localdate()),
        "hours_form": forms.HoursForm(clinicians=people, initial={"valid_from": timezone.localdate()}),
        "time_off_form": forms.TimeOffForm(clinicians=people),
    }
    return render(request, "scheduling/availability.html", page | bound, status=status)


@require_POST
@requires(Permission.EDIT_AVAILABILITY)
def add_hours(request: StaffRequest) -> HttpResponse:
    """Open weekly hours."""
    form = forms.HoursForm(request.POST, clinicians=queries.clinicians())
    if submit(form, partial(services.add_hours, by=request.user)):
        return redirect("scheduling:availability")
    return _availability_page(request, status=422, hours_form=form)


@require_POST
@requires(Permission.EDIT_AVAILABILITY)
def end_hours(request: StaffRequest, hours_id: UUID) -> HttpResponse:
    """Close weekly hours from tomorrow."""
    hours = queries.get_hours(hours_id)
    services.end_hours(hours_id=hours.pk, valid_until=timezone.localdate(), by=request.user)
    return redirect("scheduling:availability")


@require_POST
@requires(Permission.EDIT_AVAILABILITY)
def add_time_off(request: StaffRequest) -> HttpResponse:
    """Take a clinician out of the schedule."""
    form = forms.TimeOffForm(request.POST, clinicians=queries.clinicians())
    if submit(form, partial(services.add_time_off, by=request.user)):
        return redirect("scheduling:availability")
    return _availability_page(request, status=422, time_off_form=form)


@require_POST
@requires(Permission.EDIT_SCHEDULE)
def join_waitlist(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """Remember that this client would come sooner."""
    client = queries.get_visible_client(request.user, client_id)
    kinds = rules.kinds_booked_by(request.user.acting_role)
    form = forms.WaitlistForm(request.POST, kinds=kinds)
    if submit(form, partial(services.join_waitlist, client=client, by=request.user)):
        messages.success(request, "On the waitlist.")
        return redirect("clients:detail", client.pk)
    find = forms.FindTimesForm(clinicians=queries.booked_by(request.user), kinds=kinds)
    page = {"client": client, "find": find, "waitlist": form}
    return render(request, "scheduling/book.html", page, status=422)


@require_POST
@requires(Permission.EDIT_AVAILABILITY)
def leave_waitlist(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """Take somebody off the waitlist."""
    entry = queries.get_waitlist_entry(entry_id)
    services.leave_waitlist(entry_id=entry.pk, by=request.user, now=timezone.now())
    return redirect("scheduling:day")


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The client's own appointment behind a link: the birth year first, then when and where, and three answers."""

    def show(opened: queries.OpenAppointment, form: forms.ReplyForm | None = None) -> HttpResponse:
        page = {"opened": opened, "form": form or forms.ReplyForm(), "address": settings.CLINIC_ADDRESS}
        return render(request, "scheduling/by_link.html", page, status=422 if form else 200)

    def act(opened: queries.OpenAppointment) -> HttpResponse:
        if "wants" in request.POST:
            wish = partial(services.wish_messages_by_link, token=token, now=timezone.now())
            submit(WishForm(request.POST), wish)
            return redirect(request.path)
        form = forms.ReplyForm(request.POST)
        if submit(form, partial(services.reply_by_link, token=token, now=timezone.now())):
            return redirect(request.path)
        return show(opened, form)

    return read_by_link(
        request,
        token=token,
        about_kind=queries.KIND,
        find=partial(queries.open_appointment, token),
        enter=partial(services.enter_appointment, token=token),
        show=show,
        act=act,
    )
