"""Finding clients."""

import datetime as dt
from typing import Any

import pytest

from clinic.clients import queries, services
from clinic.clients.models import Client
from clinic.clients.rules import Contact, Likeness
from clinic.clients.services import ClientDetails
from clinic.staff.models import User
from tests.factories.clients import ClientFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)
NOW = dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC)


@pytest.fixture
def people(coordinator: User) -> dict[str, Client]:
    names = [
        ("José María", "Nuñez", dt.date(1990, 12, 10), "801-555-0142"),
        ("Robert", "Smith", dt.date(1971, 5, 6), "801-555-0199"),
        ("明", "李", dt.date(1985, 1, 2), "801-555-0177"),
        ("Мария", "Иванова", dt.date(1986, 1, 2), "801-555-0176"),
        ("Christopher", "Hartmann", dt.date(1966, 7, 8), "801-555-0155"),
    ]
    return {
        family: services.register_client(
            details=ClientDetails(given_names=given, family_name=family, birth_on=born),
            contact_points=[Contact(kind="phone", value=phone)],
            by=coordinator,
            now=NOW,
        )
        for given, family, born, phone in names
    }


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("nunez", "Nuñez"),
        ("Nuñez José", "Nuñez"),
        ("maria jose", "Nuñez"),
        ("pepe nunez", "Nuñez"),
        ("bob smith", "Smith"),
        ("smyth", "Smith"),
        ("simth robert", "Smith"),
        ("smi", "Smith"),
        ("smth", "Smith"),
        ("smilth", "Smith"),
        ("hartman", "Hartmann"),
        ("hatrmann", "Hartmann"),
        ("hertmann", "Hartmann"),
        ("harmann", "Hartmann"),
        ("hartxmann", "Hartmann"),
        ("chrsitopher", "Hartmann"),
        ("harttmann", "Hartmann"),
        ("chris hartmann", "Hartmann"),
        ("1990-12-10", "Nuñez"),
        ("12/10/1990", "Nuñez"),
        ("dec 10 1990", "Nuñez"),
        ("nunez 1990", "Nuñez"),
        ("(801) 555-0142", "Nuñez"),
        ("0142", "Nuñez"),
        ("李", "李"),
        ("李明", "李"),
        ("иванова", "Иванова"),
    ],
)
def test_a_client_is_found_first(people: dict[str, Client], coordinator: User, text: str, family: str) -> None:
    found = services.search_clients(text=text, by=coordinator, today=TODAY)
    assert found[0].id == people[family].pk


@pytest.mark.parametrize("text", ["", "  ", "xylophone", "nu", "1990-02-30", "smith 1999"])
def test_nobody_is_found_where_nobody_fits(people: dict[str, Client], coordinator: User, text: str) -> None:
    assert services.search_clients(text=text, by=coordinator, today=TODAY) == []


def test_search_is_one_query_of_twelve(coordinator: User, django_assert_num_queries: Any) -> None:
    for number in range(15):
        ClientFactory(family_name=f"Miller{number}", search_text=f" ada miller{number} ")
    with django_assert_num_queries(1):
        assert len(services.search_clients(text="ada miller", by=coordinator, today=TODAY)) == 12


def test_a_clinician_finds_only_their_own(ada: Client, prescriber: User, stranger: User) -> None:
    assert [found.id for found in services.search_clients(text="byron", by=prescriber, today=TODAY)] == [ada.pk]
    assert services.search_clients(text="byron", by=stranger, today=TODAY) == []


def test_a_possible_duplicate_is_shown_in_one_query(
    people: dict[str, Client], coordinator: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = queries.possible_duplicates(
            coordinator,
            given_names="Pepe",
            family_name="Nunez",
            birth_on=dt.date(1990, 12, 10),
            reached_at=["+18015550199", "x@mail.example"],
        )
    assert [(one.client, one.likeness) for one in found] == [(people["Nuñez"], Likeness.ALMOST_SURE)]
    assert queries.possible_duplicates(coordinator, given_names="Eve", family_name="Adams") == []


def test_the_list_goes_forth_and_back_by_key(coordinator: User) -> None:
    made = [ClientFactory(family_name=f"N{number:02}") for number in range(60)]
    first = queries.list_clients(coordinator)
    second = queries.list_clients(coordinator, before=first.older)
    third = queries.list_clients(coordinator, before=second.older)
    assert [row.id for page in (first, second, third) for row in page.clients] == [client.pk for client in made]
    assert (first.newer, third.older) == ("", "")
    assert queries.list_clients(coordinator, after=third.newer) == second
    back = queries.list_clients(coordinator, after=second.newer)
    assert (back.clients, back.newer) == (first.clients, "")


def test_a_key_that_is_none_shows_the_first_page(ada: Client, coordinator: User) -> None:
    assert [row.id for row in queries.list_clients(coordinator, before="nonsense").clients] == [ada.pk]
    assert queries.list_clients(coordinator, status="paused").clients == []
