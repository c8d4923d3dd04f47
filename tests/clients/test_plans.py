"""What a large clinic costs the database: these reads ask an index and never walk all clients."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.clients import services
from clinic.clients.models import CareTeamMember, Client
from clinic.clients.rules import search_text_of
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.clients import ClientFactory

MANY = 3000
WALK = "Seq Scan on clients_client"


@pytest.fixture
def many(prescriber: User, coordinator: User, stranger: User, therapist: User) -> list[Client]:
    """Three thousand clients, of whom a prescriber looks after six."""
    day = dt.date(1980, 1, 1)
    people = [
        ClientFactory.build(
            given_names="Ines",
            family_name=f"Fam{n:04}",
            birth_on=day,
            search_text=search_text_of(given_names="Ines", family_name=f"Fam{n:04}x", birth_on=day),
        )
        for n in range(MANY)
    ]
    Client.objects.bulk_create(people)
    CareTeamMember.objects.bulk_create(
        CareTeamMember(
            client=client,
            user=prescriber if n % 500 == 0 else stranger,
            role=Role.PRESCRIBER,
            started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            added_by=coordinator,
        )
        for n, client in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('clients_search_trigram')")
        cursor.execute("ANALYZE clients_client, clients_careteammember, clients_breakglassaccess")
    return people


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("text", ["granes", "ines fam0100x"])
def test_a_search_asks_the_trigram_index(many: list[Client], coordinator: User, text: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        services.search_clients(text=text, by=coordinator, today=dt.date(2026, 11, 26))
    plan = plan_of(captured[0]["sql"])
    assert "clients_search_trigram" in plan
    assert WALK not in plan


def test_a_scope_starts_from_a_persons_own_links(many: list[Client], prescriber: User) -> None:
    assert WALK not in Client.objects.charts_open_to(prescriber).explain()
    assert WALK not in Client.objects.visible_to(prescriber).explain()


def test_a_walk_of_all_clients_is_seen(many: list[Client]) -> None:
    assert WALK in plan_of('SELECT * FROM "clients_client" WHERE "city" = \'nowhere\'')
