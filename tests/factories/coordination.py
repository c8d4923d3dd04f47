"""Observations."""

import factory
from django.utils import timezone

from clinic.coordination.models import Observation
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory


class ObservationFactory(factory.django.DjangoModelFactory[Observation]):
    """Something noticed just now."""

    class Meta:
        model = Observation

    client = factory.SubFactory(ClientFactory)
    text = "Seems more rested."
    by = factory.SubFactory(UserFactory)
    at = factory.LazyFunction(timezone.now)
