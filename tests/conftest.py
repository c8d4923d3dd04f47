"""What every test may use."""

from tests.database import database_url, django_db_setup  # noqa: F401 - replaces pytest-django's
