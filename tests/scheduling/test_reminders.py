"""Reminders of appointments: planned by looking, withdrawn with the time they are about."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from clinic.clients.models import Client, ClientStatus, ContactPoint
from clinic.messaging.models import Channel, OutboxMessage, Reminder, ReminderState
from clinic.messaging.services import claim, send_due
from clinic.scheduling import queries, services, tasks
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.scheduling.services import plan_appointment_reminders
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.factories.messaging import daytime_zone
from tests.scheduling.conftest import JUNE_1, JUNE_11

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def rows() -> list[tuple[int, str, str]]:
    return [
        (row.step, f"{row.due_at.astimezone(JUNE_11.tzinfo):%m-%d %H:%M}", row.state)
        for row in Reminder.objects.order_by("step")
    ]


def mark(appointment: Appointment, status: str, by: User) -> None:
    services.mark(appointment_id=appointment.pk, status=status, by=by, now=JUNE_1)


def test_an_appointment_is_reminded_of_three_times_however_often_is_looked(appointment: Appointment) -> None:
    assert [plan_appointment_reminders(now=JUNE_1), plan_appointment_reminders(now=JUNE_1)] == [3, 0]
    assert rows() == [(1, "06-04 20:00", "due"), (2, "06-09 20:00", "due"), (3, "06-11 17:00", "due")]


def test_after_a_move_only_the_new_time_is_reminded_of(appointment: Appointment, prescriber: User) -> None:
    plan_appointment_reminders(now=JUNE_1)
    services.move(appointment_id=appointment.pk, version=0, starts_at=JUNE_11 - DAY, by=prescriber, now=JUNE_1)
    assert {state for _, _, state in rows()} == {"cancelled"}
    plan_appointment_reminders(now=JUNE_1)
    assert rows()[3:] == [(4, "06-03 20:00", "due"), (5, "06-08 20:00", "due"), (6, "06-10 17:00", "due")]


def test_a_reminder_of_a_time_before_a_move_is_no_longer_wanted_at_sending(
    appointment: Appointment, prescriber: User
) -> None:
    services.move(appointment_id=appointment.pk, version=0, starts_at=JUNE_11 - DAY, by=prescriber, now=JUNE_1)
    Appointment.objects.filter(pk=appointment.pk).update(
        starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY
    )
    assert queries.steps_wanted([appointment.pk]) == {(appointment.pk, step) for step in (4, 5, 6)}
    assert queries.still_wanted([appointment.pk]) == {appointment.pk}


@pytest.mark.parametrize("status", ["cancelled", "arrived", "no_show"])
def test_what_does_not_stand_is_not_reminded_of(appointment: Appointment, prescriber: User, status: str) -> None:
    plan_appointment_reminders(now=JUNE_1)
    mark(appointment, status, prescriber)
    plan_appointment_reminders(now=JUNE_1)
    assert {state for _, _, state in rows()} == {"cancelled"}


def test_one_that_has_begun_is_not_reminded_of(appointment: Appointment) -> None:
    plan_appointment_reminders(now=JUNE_1)
    assert plan_appointment_reminders(now=JUNE_11) == 0
    assert {row.closed_because for row in Reminder.objects.all()} == {"the appointment does not stand"}
    assert queries.still_wanted([appointment.pk]) == set()


def test_a_client_out_of_care_is_not_reminded(appointment: Appointment, ada: Client) -> None:
    Client.objects.filter(pk=ada.pk).update(status=ClientStatus.DISCHARGED)
    assert plan_appointment_reminders(now=JUNE_1) == 0


def test_who_cannot_be_written_to_is_phoned_once(appointment: Appointment, ada: Client) -> None:
    ContactPoint.objects.filter(client=ada).update(may_email=False)
    plan_appointment_reminders(now=JUNE_1)
    assert [step for step, _, _ in rows()] == [2]


def test_the_look_is_a_task(appointment: Appointment) -> None:
    with time_machine.travel(JUNE_1, tick=False):
        tasks.plan_reminders()
    assert len(rows()) == 3


@pytest.fixture
def due(appointment: Appointment, ada: Client) -> Reminder:
    """Ada's appointment is in two days by the real clock, and its second reminder is due; it is noon at her place."""
    now = timezone.now()
    Client.objects.filter(pk=ada.pk).update(time_zone=daytime_zone())
    start = now + 2 * DAY
    Appointment.objects.filter(pk=appointment.pk).update(
        starts_at=start, ends_at=start + dt.timedelta(minutes=30), time_set_at=now - 9 * DAY
    )
    plan_appointment_reminders(now=now + dt.timedelta(minutes=1))
    return Reminder.objects.get(step=2)


def test_the_message_tells_nothing_but_that_there_is_an_appointment(due: Reminder) -> None:
    send_due(channel=Channel.EMAIL)
    message = OutboxMessage.objects.get()
    assert "You have an appointment:" in message.text
    assert "works until the appointment" in message.text
    assert "Paula" not in message.text
    assert "Ada" not in message.text


def test_one_of_a_time_before_a_move_does_not_leave_even_where_it_slipped_through(
    due: Reminder, appointment: Appointment
) -> None:
    Appointment.objects.filter(pk=appointment.pk).update(times_moved=1)
    send_due(channel=Channel.EMAIL)
    assert not OutboxMessage.objects.exists()
    assert Reminder.objects.get(pk=due.pk).state == ReminderState.CANCELLED


def test_one_that_a_sender_holds_does_not_leave_after_a_move(
    due: Reminder, appointment: Appointment, prescriber: User
) -> None:
    claim(channel=Channel.EMAIL)
    Appointment.objects.filter(pk=appointment.pk).update(status=AppointmentStatus.CONFIRMED)
    services.mark(appointment_id=appointment.pk, status="cancelled", by=prescriber, now=timezone.now())
    Reminder.objects.filter(pk=due.pk).update(next_try_at=timezone.now(), lease_until=timezone.now())
    send_due(channel=Channel.EMAIL)
    assert not OutboxMessage.objects.exists()


def test_that_nobody_could_be_reached_is_no_duty_once_the_appointment_is_cancelled(
    due: Reminder, appointment: Appointment, ada: Client, prescriber: User
) -> None:
    ContactPoint.objects.filter(client=ada).update(may_email=False)
    send_due(channel=Channel.EMAIL)
    assert WorkItem.objects.open().filter(client=ada).count() == 1
    services.mark(appointment_id=appointment.pk, status="cancelled", by=prescriber, now=timezone.now())
    assert not WorkItem.objects.open().filter(client=ada).exists()


def test_a_reminder_is_of_no_use_once_the_appointment_begins(appointment: Appointment) -> None:
    assert queries.starts_of([appointment.pk]) == {appointment.pk: JUNE_11}
