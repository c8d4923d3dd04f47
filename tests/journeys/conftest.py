"""The clinic with everything that runs in it: web, worker, beat and broker."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import (  # noqa: F401 - the same fixtures
    in_clinic,
    page_at,
    pytest_runtest_makereport,
    run_clinic,
    windows,
)
from tests.browser.running import RunningClinic


@pytest.fixture(scope="session")
def clinic(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningClinic]:
    yield from run_clinic("journeys", django_db_blocker, tmp_path_factory, "web", "worker", "beat")
