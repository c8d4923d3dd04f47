"""The product's own application with the bare pages beside it; only the benchmarks serve it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")

settings.ROOT_URLCONF = "tests.benchmarks.urls"
settings.TEMPLATES[0]["DIRS"].append(os.environ["BARE_PAGES"])

application = get_wsgi_application()
