"""What every test may use."""

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

# Examples are judged by what they show: how long one takes tells only how busy the machine is.
settings.register_profile("clinic", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clinic")
