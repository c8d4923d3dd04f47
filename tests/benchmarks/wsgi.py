"""The product's own application with the bare pages beside it; only the benchmarks serve it."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medmgmt.settings")

settings.ROOT_URLCONF = "tests.benchmarks.urls"
settings.TEMPLATES[0]["DIRS"].append(os.environ["BARE_PAGES"])

from medmgmt.wsgi import application  # noqa: E402  the addresses are set before anything reads them

__all__ = ["application"]
