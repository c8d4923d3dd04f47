"""The world of the matrix, and limits that are empty at the start of each test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.access.world import World, build


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    return build()
