import uuid
from collections.abc import Iterator

import pytest

from clinic.messaging import purposes
from tests.factories import messaging as factories


@pytest.fixture
def unwanted() -> Iterator[set[uuid.UUID]]:
    """What an app above no longer wants; the purpose of these tests asks it just before sending."""
    gone: set[uuid.UUID] = set()
    purposes.register(factories.purpose(lambda about_id: about_id not in gone))
    yield gone
    purposes._purposes.pop(factories.KIND)
