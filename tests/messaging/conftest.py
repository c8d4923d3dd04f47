import uuid
from collections.abc import Iterator

import pytest

from clinic.messaging import purposes
from clinic.messaging.gateways import chosen
from tests.factories import messaging as factories


@pytest.fixture
def unwanted() -> Iterator[set[uuid.UUID]]:
    """What an app above no longer wants; the purpose of these tests asks it just before sending."""
    gone: set[uuid.UUID] = set()
    purposes.register(factories.purpose(lambda ids: set(ids) - gone))
    yield gone
    purposes._purposes.pop(factories.KIND)


@pytest.fixture(autouse=True)
def _healthy_gateways() -> Iterator[None]:
    """What one test made a gateway look like is not another's to suffer."""
    chosen._breaker.cache_clear()
    yield
    chosen._breaker.cache_clear()
