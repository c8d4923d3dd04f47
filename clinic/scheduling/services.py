"""Deeds on the schedule. The database's exclusion constraints decide who gets a time; the loser is told kindly."""

import datetime as dt
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from psycopg.errors import ExclusionViolation

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Appointment, AppointmentStatus, Availability, TimeOff, WaitlistEntry
from clinic.staff.models import User

Row = TypeVar("Row", bound=models.Model)


class TimeTaken(RuleBroken):
    """Somebody else was faster, or one of the two already has an appointment then."""


def _same(row: Row, *fields: str) -> Row | None:
    """The row that says the same already, while its root row is locked: a second click makes no second one."""
    alike = type(row)._default_manager.filter(**{name: getattr(row, name) for name in fields})
    return alike.first()


def _length_of(kind: str) -> dt.timedelta:
    return dt.timedelta(minutes=rules.MINUTES[kind])


def _time_taken(error: IntegrityError) -> TimeTaken:
    """Say whose time is taken; any other broken constraint is a fault of ours and goes on."""
    if not isinstance(error.__cause__, ExclusionViolation):
        raise error
    who = "The client already has an appointment" if "client" in str(error) else "Somebody has just taken this time"
    return TimeTaken(f"{who}. Please choose another of the free times below.", field="starts_at")


def _check_time(clinician: User, span: rules.Span, now: dt.datetime) -> None:
    if span.starts_at <= now:
        raise RuleBroken("That time has passed. Choose a later one.", field="starts_at")
    rules.check_within_hours(span, queries.hours_of(clinician), queries.clinic_zone())


def book(
    *,
    client_id: UUID,
    clinician: User,
    kind: str,
    starts_at: dt.datetime,
    modality: str,
    by: User,
    now: dt.datetime,
    note_for_desk: str = "",
) -> Appointment:
    """Book a time within the clinician's hours. Raises TimeTaken when it is not free any more.

    The same appointment asked for again by the same person, with the same note, is the one that stands.
    """
    rules.check_booker(by.acting_role, kind, is_own=clinician.pk == by.pk)
    span = rules.Span(starts_at, starts_at + _length_of(kind))
    _check_time(clinician, span, now)
    appointment = Appointment(
        client_id=client_id,
        clinician=clinician,
        kind=kind,
        modality=modality,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        booked_by=by,
        note_for_desk=note_for_desk,
    )
    appointment.full_clean(validate_constraints=False)
    try:
        with transaction.atomic():
            appointment.save()
            record("appointment_booked", by=by, subject=appointment, kind=kind)
    except IntegrityError as error:
        standing = Appointment.objects.standing().filter(
            client_id=client_id,
            clinician=clinician,
            kind=kind,
            starts_at=starts_at,
            booked_by=by,
            note_for_desk=note_for_desk,
        )
        if same := standing.first():
            return same
        raise _time_taken(error) from error
    return appointment


def move(*, appointment_id: UUID, starts_at: dt.datetime, by: User, now: dt.datetime) -> Appointment:
    """Move a standing appointment to another free time of the same clinician; where it stands already is no move."""
    try:
        with transaction.atomic():
            appointment = Appointment.objects.select_for_update().select_related("clinician").get(pk=appointment_id)
            rules.check_changer(by.acting_role, is_own=appointment.clinician_id == by.pk)
            rules.check_move(appointment.status, AppointmentStatus.CANCELLED)
            if starts_at == appointment.starts_at:
                return appointment
            span = rules.Span(starts_at, starts_at + (appointment.ends_at - appointment.starts_at))
            _check_time(appointment.clinician, span, now)
            appointment.starts_at, appointment.ends_at = span.starts_at, span.ends_at
            appointment.status = AppointmentStatus.BOOKED
            appointment.save(update_fields=["starts_at", "ends_at", "status", "updated_at"])
            record("appointment_moved", by=by, subject=appointment)
    except IntegrityError as error:
        raise _time_taken(error) from error
    return appointment


@transaction.atomic
def mark(*, appointment_id: UUID, status: str, by: User, now: dt.datetime, reason: str = "") -> Appointment:
    """Say what became of an appointment: confirmed, arrived, done, did not come, cancelled (with the reason).

    Said again it changes nothing.
    """
    appointment = Appointment.objects.select_for_update().get(pk=appointment_id)
    rules.check_changer(by.acting_role, is_own=appointment.clinician_id == by.pk)
    if appointment.status == status:
        return appointment
    rules.check_move(appointment.status, status)
    appointment.status = status
    if status == AppointmentStatus.CANCELLED:
        appointment.cancelled_at, appointment.cancel_reason = now, reason
    appointment.save(update_fields=["status", "cancelled_at", "cancel_reason", "updated_at"])
    record(f"appointment_{status}", by=by, subject=appointment)
    return appointment


@transaction.atomic
def add_hours(
    *,
    clinician: User,
    weekday: int,
    begins: dt.time,
    ends: dt.time,
    modality: str,
    valid_from: dt.date,
    by: User,
    valid_until: dt.date | None = None,
) -> Availability:
    """Open weekly hours of a clinician, in the clinic's wall-clock time; the same hours are opened once."""
    rules.check_hours(begins, ends, valid_from, valid_until)
    User.objects.get_queryset().select_for_update().get(pk=clinician.pk)
    hours = Availability(
        clinician=clinician,
        weekday=weekday,
        begins=begins,
        ends=ends,
        modality=modality,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    if same := _same(hours, "clinician", "weekday", "begins", "ends", "modality", "valid_from", "valid_until"):
        return same
    hours.full_clean()
    hours.save()
    record("hours_added", by=by, subject=hours)
    return hours


@transaction.atomic
def end_hours(*, hours_id: UUID, valid_until: dt.date, by: User) -> Availability:
    """Close weekly hours after a day; what is already booked stays booked."""
    hours = Availability.objects.select_for_update().get(pk=hours_id)
    rules.check_hours(hours.begins, hours.ends, hours.valid_from, max(valid_until, hours.valid_from))
    hours.valid_until = max(valid_until, hours.valid_from)
    hours.save(update_fields=["valid_until", "updated_at"])
    record("hours_ended", by=by, subject=hours)
    return hours


@transaction.atomic
def add_time_off(
    *, clinician: User, starts_at: dt.datetime, ends_at: dt.datetime, by: User, reason: str = ""
) -> TimeOff:
    """Take a clinician out of the schedule for a span, once; appointments inside it must be moved first."""
    if ends_at <= starts_at:
        raise RuleBroken("The time off must end after it begins.", field="ends_at")
    User.objects.get_queryset().select_for_update().get(pk=clinician.pk)
    booked = queries.booked_between(clinician, starts_at, ends_at)
    if booked:
        raise RuleBroken(f"{booked} appointments stand in that time. Move them first.", field="starts_at")
    time_off = TimeOff(clinician=clinician, starts_at=starts_at, ends_at=ends_at, reason=reason)
    if same := _same(time_off, "clinician", "starts_at", "ends_at", "reason"):
        return same
    time_off.full_clean()
    time_off.save()
    record("time_off_added", by=by, subject=time_off)
    return time_off


@transaction.atomic
def join_waitlist(
    *, client: Client, kind: str, by: User, clinician: User | None = None, times_that_suit: str = ""
) -> WaitlistEntry:
    """Remember that a client would come sooner if a time came free; said again it is still one entry."""
    Client.objects.select_for_update().get(pk=client.pk)
    entry = WaitlistEntry(client=client, kind=kind, clinician=clinician, times_that_suit=times_that_suit, added_by=by)
    if same := _same(entry, "client", "kind", "clinician", "times_that_suit", "closed_at"):
        return same
    entry.full_clean()
    entry.save()
    record("waitlist_joined", by=by, subject=entry)
    return entry


@transaction.atomic
def leave_waitlist(*, entry_id: UUID, by: User, now: dt.datetime) -> WaitlistEntry:
    """Close a waitlist entry: booked, or no longer wanted."""
    entry = WaitlistEntry.objects.select_for_update().get(pk=entry_id)
    if entry.closed_at is not None:
        return entry
    entry.closed_at = now
    entry.save(update_fields=["closed_at", "updated_at"])
    record("waitlist_left", by=by, subject=entry)
    return entry
