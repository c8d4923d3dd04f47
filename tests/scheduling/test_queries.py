"""What the schedule's pages read."""

import datetime as dt
from typing import Any

import pytest

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.scheduling.models import AppointmentKind, AppointmentStatus
from clinic.scheduling.queries import free_times, offered_times, usual_booking
from clinic.staff.models import User
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory

pytestmark = pytest.mark.django_db

NINE = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


def test_the_desk_books_with_the_clients_own_prescriber(coordinator: User, prescriber: User, ada: Client) -> None:
    assert usual_booking(coordinator, ada) == {"clinician": prescriber.pk, "kind": AppointmentKind.CONSULTATION}


def test_a_prescriber_books_with_themself(stranger: User, ada: Client) -> None:
    assert usual_booking(stranger, ada)["clinician"] == stranger.pk


@pytest.mark.parametrize(
    ("seen_for", "next_one"),
    [
        (AppointmentKind.CONSULTATION, AppointmentKind.EVALUATION),
        (AppointmentKind.EVALUATION, AppointmentKind.FOLLOW_UP),
        (AppointmentKind.FOLLOW_UP, AppointmentKind.FOLLOW_UP),
    ],
)
def test_what_comes_next_is_proposed(
    coordinator: User, prescriber: User, ada: Client, seen_for: str, next_one: str
) -> None:
    AppointmentFactory(client=ada, clinician=prescriber, kind=seen_for, starts_at=NINE, status=AppointmentStatus.DONE)
    assert usual_booking(coordinator, ada)["kind"] == next_one


def test_no_time_of_a_holiday_is_offered(ada: Client, prescriber: User, settings: Any) -> None:
    settings.CLINIC_HOLIDAYS = "US-UT"
    for weekday in range(7):
        AvailabilityFactory(clinician=prescriber, weekday=weekday, begins=dt.time(9), ends=dt.time(10))
    asked = {"client": ada, "kind": AppointmentKind.FOLLOW_UP, "first_day": dt.date(2026, 12, 24)}
    now = dt.datetime(2026, 12, 20, 16, 0, tzinfo=dt.UTC)
    free = {local_day(one.starts_at).day for one in free_times(prescriber, now=now, **asked)}
    offered = {local_day(one.starts_at).day for one in offered_times(prescriber, now=now, **asked)}
    assert free - offered == {25, 1}
    assert offered < free
