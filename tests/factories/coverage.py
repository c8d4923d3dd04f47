"""Insurance."""

import factory

from clinic.coverage.models import Coverage
from tests.factories.clients import ClientFactory


class CoverageFactory(factory.django.DjangoModelFactory[Coverage]):
    class Meta:
        model = Coverage

    client = factory.SubFactory(ClientFactory)
    payer = "Beehive Health"
    origin = "staff"
