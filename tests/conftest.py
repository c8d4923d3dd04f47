"""What every test may use."""

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
