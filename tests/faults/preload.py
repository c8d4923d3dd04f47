"""Loaded once by the server that forks every process of the fault tests: one is born in a blink, with its own life."""

import django

django.setup()

from clinic.messaging import services, tasks  # noqa: E402, F401 - loaded before it forks
from clinic.messaging.purposes import register  # noqa: E402 - apps must be ready
from tests.factories.messaging import purpose  # noqa: E402 - apps must be ready

register(purpose())
