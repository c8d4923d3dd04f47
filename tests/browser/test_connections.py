"""Browsers open connections before they ask for anything."""

import socket
import urllib.request
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.browser.running import RunningClinic

pytestmark = pytest.mark.browser
MORE_THAN_WORKERS = 6


def test_connections_that_say_nothing_keep_nobody_waiting(in_clinic: RunningClinic) -> None:
    where = urlsplit(in_clinic.url)
    with ExitStack() as silent:
        for _ in range(MORE_THAN_WORKERS):
            silent.enter_context(socket.create_connection((where.hostname, where.port)))
        with urllib.request.urlopen(f"{in_clinic.url}/livez", timeout=10) as answer:  # noqa: S310 - our own clinic
            assert answer.status == 200
