"""What every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.browser.chromium import chromium  # noqa: F401 - one browser for a module, wherever it is driven
from tests.cast import (  # noqa: F401 - the cast of every test
    ada,
    administrator,
    auditor,
    browser,
    coordinator,
    prescriber,
    stranger,
    therapist,
)
from tests.database import database_url, django_db_setup  # noqa: F401 - replaces pytest-django's

TESTS = Path(__file__).parent

# Examples are judged by what they show: how long one takes tells only how busy the machine is.
settings.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clinic")

# They go where other tests hold every line: counting lines there again would only make them half as fast.
WALKS = (
    "access/test_matrix.py",
    "access/test_mutants.py",
    "architecture/",
    "browser/",
    "caseload/test_improving.py",
    "caseload/test_seed_demo.py",
    "checkins/test_on_a_phone.py",
    "clients/test_plans.py",
    "faults/",
    "formulary/test_regimen_properties.py",
    "handouts/test_on_a_phone.py",
    "handouts/test_views.py",
    "intake/test_desk.py",
    "journeys/",
    "monitoring/test_due_list.py",
    "security/test_canary.py",
    "security/test_forms.py",
    "security/test_headers.py",
    "security/test_sessions.py",
    "security/test_wild_input.py",
    "titration/test_views.py",
)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    is_walk = item.path.relative_to(TESTS).as_posix().startswith(WALKS)
    counted = Coverage.current() if is_walk else None
    if counted:
        counted.stop()
    yield
    if counted:
        counted.start()
