"""Results ready for a test."""

import datetime as dt
from decimal import Decimal

import factory
from django.utils import timezone

from clinic.monitoring.models import DueDay, Measurement
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory

TAKEN = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


class MeasurementFactory(factory.django.DjangoModelFactory[Measurement]):
    class Meta:
        model = Measurement

    client = factory.SubFactory(ClientFactory)
    kind = "weight"
    value = Decimal(72)
    unit = "kg"
    taken_at = TAKEN
    origin = "staff"
    recorded_by = factory.SubFactory(UserFactory)


class DueDayFactory(factory.django.DjangoModelFactory[DueDay]):
    """A day by which tests are due, in three days; whether any are is for the client's dose plans to say."""

    class Meta:
        model = DueDay

    client = factory.SubFactory(ClientFactory)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=3))
