"""Probes need no account, tell nothing, and say when the database is away."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client

from medmgmt import health
from tests.factories.messaging import ReminderFactory


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


@pytest.mark.django_db
def test_not_ready_without_the_migrations_of_this_release() -> None:
    health._migrated.clear()
    with patch.object(health.MigrationExecutor, "migration_plan", return_value=["one"]):
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database lacks migrations\n")
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_queue_in_numbers_for_this_machine_alone() -> None:
    ReminderFactory()
    lines = Client().get("/metrics").content.decode().splitlines()
    assert 'clinic_messages_due{channel="email"} 1' in lines
    assert 'clinic_messages_paused{channel="sms"} 0' in lines
    assert "clinic_messages_held 0" in lines
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    assert Client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


@pytest.mark.django_db
def test_the_token_opens_it_from_elsewhere(settings: Any) -> None:
    settings.METRICS_TOKEN = "right"
    for token, status in (("right", 200), ("wrong", 404)):
        answer = Client().get("/metrics", REMOTE_ADDR="10.0.0.9", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
