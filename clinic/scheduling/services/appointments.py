"""Deeds on the schedule. The database's exclusion constraints decide who gets a time; the loser is told kindly."""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import ExclusionViolation

from clinic.audit.services import record
from clinic.core.clock import clinic_zone
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.scheduling.services.reminders import withdraw
from clinic.staff.models import User
from clinic.worklist.models import Outcome


class TimeTaken(RuleBroken):
    """Somebody else was faster, or one of the two already has an appointment then."""


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
    rules.check_works_here(clinician.full_name, is_active=clinician.is_active)
    rules.check_within_hours(span, queries.hours_of(clinician), clinic_zone())


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
        time_set_at=now,
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


def move(
    *,
    appointment_id: UUID,
    starts_at: dt.datetime,
    version: int,
    by: User,
    now: dt.datetime,
    clinician: User | None = None,
) -> Appointment:
    """Move a standing appointment to another free time of the same clinician; where it stands already is no move.

    With a `clinician` it is theirs from now on, at a time that is free to them: the one before works here no longer.
    `version` is how often it had been moved when its page was opened: whoever comes second is told where it stands.
    No reminder of the time before leaves any more; those of the new one are planned at the next look.
    """
    try:
        with transaction.atomic():
            appointment = Appointment.objects.select_for_update().select_related("clinician").get(pk=appointment_id)
            rules.check_changer(by.acting_role, is_own=appointment.clinician_id == by.pk)
            rules.check_movable(appointment.status)
            held_by = clinician or appointment.clinician
            if (starts_at, held_by) == (appointment.starts_at, appointment.clinician):
                return appointment
            _check_unmoved(appointment, version)
            span = rules.Span(starts_at, starts_at + (appointment.ends_at - appointment.starts_at))
            _check_time(held_by, span, now)
            appointment.clinician = held_by
            appointment.starts_at, appointment.ends_at = span.starts_at, span.ends_at
            appointment.status = AppointmentStatus.BOOKED
            withdraw(appointment, because="the appointment was moved", ends=Outcome.DONE, by=by, now=now)
            appointment.time_set_at, appointment.times_moved = now, appointment.times_moved + 1
            changed = ["clinician", "starts_at", "ends_at", "status", "time_set_at", "times_moved", "updated_at"]
            appointment.save(update_fields=changed)
            record("appointment_moved", by=by, subject=appointment, clinician_id=str(held_by.pk))
    except IntegrityError as error:
        raise _time_taken(error) from error
    return appointment


def _check_unmoved(appointment: Appointment, version: int) -> None:
    if appointment.times_moved != version:
        when = rules.when_words(appointment.starts_at, clinic_zone(), "en")
        reason = f"Somebody moved this appointment to {when} after you opened the page. Press Move to move it again."
        raise StaleRecord(reason, theirs={}, version=appointment.times_moved)


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
        withdraw(appointment, because="the appointment was cancelled", ends=Outcome.NO_LONGER_NEEDED, by=by, now=now)
    appointment.save(update_fields=["status", "cancelled_at", "cancel_reason", "updated_at"])
    record(f"appointment_{status}", by=by, subject=appointment)
    return appointment
