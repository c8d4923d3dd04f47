"""Deeds on the hours in which clinicians see clients, their time off, and the waitlist."""

import datetime as dt
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Availability, TimeOff, WaitlistEntry
from clinic.staff.models import User

Row = TypeVar("Row", bound=models.Model)


def _same(row: Row, *fields: str) -> Row | None:
    """The row that says the same already, while its root row is locked: a second click makes no second one."""
    alike = type(row)._default_manager.filter(**{name: getattr(row, name) for name in fields})
    return alike.first()


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
        standing = "1 appointment stands" if booked == 1 else f"{booked} appointments stand"
        raise RuleBroken(f"{standing} in that time. Move what is booked first.", field="starts_at")
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
