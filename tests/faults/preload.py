"""Loaded once by the server that forks every process of the fault tests: one is born in a blink, with its own life."""

import django

django.setup()

from django.urls import get_resolver  # noqa: E402 - apps must be ready

from clinic.messaging import services, tasks  # noqa: E402, F401 - loaded before it forks
from clinic.messaging.purposes import register  # noqa: E402 - apps must be ready
from tests.factories.messaging import purpose  # noqa: E402 - apps must be ready

register(purpose())
# The addresses of links are known, or each that is born would read the views of the whole portal first.
get_resolver().url_patterns  # noqa: B018 - read to be loaded
