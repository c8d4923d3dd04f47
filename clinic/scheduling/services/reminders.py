"""Reminders of appointments: planned by looking, withdrawn with the time that they are about."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from clinic.clients.models import MessagePurpose
from clinic.messaging.queries import ways_about
from clinic.messaging.services import Wanted, cancel_reminders, plan_reminders
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.worklist.models import Outcome
from clinic.worklist.services import close_about


@transaction.atomic
def plan_appointment_reminders(*, now: dt.datetime) -> int:
    """Remind clients 7 days, 48 hours and 3 hours before an appointment that stands, outside their quiet hours.

    A client who agreed to no way of writing is phoned once instead, two days before. What waits for an appointment
    that no longer stands is taken back. Asked again it changes nothing; answers how many rows were made.
    """
    gone = queries.reminded_in_vain(now)
    if gone:
        cancel_reminders(about_kind=queries.KIND, about_ids=gone, because="the appointment does not stand", now=now)
    coming = queries.to_be_reminded(now)
    ways = ways_about(MessagePurpose.APPOINTMENTS, {appointment.client_id for appointment in coming})
    wanted = [
        _wanted(appointment, moment)
        for appointment in coming
        for moment in _moments(appointment, now=now)
        if ways.get(appointment.client_id) or moment.number == rules.PHONED_AT
    ]
    return plan_reminders(wanted, about_kind=queries.KIND, now=now)


def withdraw(appointment: Appointment, *, because: str, ends: Outcome, by: User | None, now: dt.datetime) -> None:
    """The time at which an appointment stands is given up: no reminder of it leaves, and what was to be done about
    it is over. Called inside the transaction that gives it up, before the time changes.
    """
    cancel_reminders(about_kind=queries.KIND, about_ids=[appointment.pk], because=because, now=now)
    end_asking(appointment, ends=ends, by=by, now=now)
    for step in rules.steps_of(appointment.times_moved):
        about = f"reminder:{queries.KIND}:{appointment.pk}:{step}"
        close_about(about=about, outcome=Outcome.NO_LONGER_NEEDED, by=by, now=now)


def end_asking(appointment: Appointment, *, ends: Outcome, by: User | None, now: dt.datetime) -> None:
    """That the client asked for another time is settled: the care team has nothing more to do about it."""
    for about in queries.open_moves(appointment):
        close_about(about=about, outcome=ends, by=by, now=now)


def _moments(appointment: Appointment, *, now: dt.datetime) -> list[rules.Moment]:
    zone = ZoneInfo(appointment.client.time_zone)
    return rules.moments(appointment.starts_at, set_at=appointment.time_set_at, now=now, zone=zone)


def _wanted(appointment: Appointment, moment: rules.Moment) -> Wanted:
    step = rules.step_of(appointment.times_moved, moment.number)
    return Wanted(client=appointment.client, about_id=appointment.pk, on=moment.on, at=moment.at, step=step)
