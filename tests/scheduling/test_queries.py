"""What the schedule's pages read."""

import datetime as dt

import pytest

from clinic.clients.models import Client
from clinic.scheduling.models import AppointmentKind, AppointmentStatus
from clinic.scheduling.queries import usual_booking
from clinic.staff.models import User
from tests.factories.scheduling import AppointmentFactory

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
