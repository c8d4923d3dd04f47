"""Results ready for a test."""

import datetime as dt
from decimal import Decimal

import factory

from clinic.monitoring.models import Measurement
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
