import datetime as dt

import pytest

from clinic.clients.models import Client
from clinic.messaging.services import mint_link
from clinic.scheduling.models import Appointment
from clinic.scheduling.queries import KIND
from clinic.staff.models import User
from tests.factories.clients import ContactPointFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory

JUNE_1 = dt.datetime(2026, 6, 1, 15, 0, tzinfo=dt.UTC)
# Two o'clock in Denver, a Thursday.
JUNE_11 = dt.datetime(2026, 6, 11, 20, 0, tzinfo=dt.UTC)


@pytest.fixture
def appointment(ada: Client, prescriber: User) -> Appointment:
    """Ada's appointment in ten days; she may be sent e-mails."""
    ContactPointFactory(client=ada, value="ada@mail.example")
    for weekday in range(5):
        AvailabilityFactory(clinician=prescriber, weekday=weekday, begins=dt.time(8), ends=dt.time(17))
    row: Appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=JUNE_11, time_set_at=JUNE_1)
    return row


def link_to(appointment: Appointment) -> str:
    """The token of a fresh link to an appointment."""
    return mint_link(
        client_id=appointment.client_id, about_kind=KIND, about_id=appointment.pk, expires_at=appointment.starts_at
    )
