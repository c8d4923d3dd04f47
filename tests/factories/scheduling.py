"""Hours and appointments."""

import datetime as dt

import factory

from clinic.scheduling.models import Appointment, AppointmentKind, Availability
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory


class AvailabilityFactory(factory.django.DjangoModelFactory[Availability]):
    """Mondays, nine to twelve."""

    class Meta:
        model = Availability

    clinician = factory.SubFactory(UserFactory)
    weekday = 0
    begins = dt.time(9)
    ends = dt.time(12)
    valid_from = dt.date(2026, 1, 1)


class AppointmentFactory(factory.django.DjangoModelFactory[Appointment]):
    """A half-hour medication check."""

    class Meta:
        model = Appointment

    client = factory.SubFactory(ClientFactory)
    clinician = factory.SubFactory(UserFactory)
    kind = AppointmentKind.FOLLOW_UP
    starts_at = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda a: a.starts_at + dt.timedelta(minutes=30))
    time_set_at = dt.datetime(2026, 2, 1, 17, 0, tzinfo=dt.UTC)
    booked_by = factory.SelfAttribute("clinician")
