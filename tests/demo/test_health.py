"""Probes need no account, tell nothing, and say when the database is away."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_alive_asks_nothing_else() -> None:
    assert Client().get("/livez").content == b"alive\n"


@pytest.mark.django_db
def test_ready_when_the_database_answers() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_not_ready_when_it_does_not() -> None:
    def away(*words: Any, **more: Any) -> None:
        raise OperationalError("password of the database in a message")

    with patch.object(connection, "cursor", away):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert b"password" not in answer.content
