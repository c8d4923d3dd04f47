import uuid
from collections.abc import Iterator

import pytest
from django.urls import reverse

from clinic.messaging import purposes
from clinic.messaging.gateways import chosen
from clinic.messaging.services import finishing, preparing, sending
from tests.factories import messaging as factories
from tests.messaging.stubs import StubGateway


@pytest.fixture
def unwanted() -> Iterator[set[uuid.UUID]]:
    """What an app above no longer wants; the purpose of these tests asks it just before sending."""
    gone: set[uuid.UUID] = set()
    purposes.register(factories.purpose(lambda ids: set(ids) - gone))
    yield gone
    purposes._purposes.pop(factories.KIND)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> StubGateway:
    """The gateway of every channel."""
    stub = StubGateway()
    for module in (sending, preparing, finishing):
        monkeypatch.setattr(module, "gateway_for", lambda channel: stub)
    return stub


@pytest.fixture(autouse=True, scope="session")
def _known_addresses() -> None:
    """As a worker does before it begins: reading the views of all pages could take longer than a look stays fresh."""
    reverse(factories.purpose().view_name, args=["x"])


@pytest.fixture(autouse=True)
def _healthy_gateways() -> Iterator[None]:
    """What one test made a gateway look like is not another's to suffer."""
    chosen._breaker.cache_clear()
    yield
    chosen._breaker.cache_clear()
