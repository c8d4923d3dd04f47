"""Reads whose SQL is built once answer like any other read, for whoever asks."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from psycopg import _queries

from clinic.audit.models import AuditEvent
from clinic.audit.services import INSERT_FOUND, event
from clinic.clients.models import Client
from clinic.core.queries import Text, prepared, prepared_with
from clinic.staff.models import User
from tests.factories.clients import CareTeamMemberFactory, ClientFactory

pytestmark = pytest.mark.django_db
BUILT: list[str] = []


@prepared
def born_before(day: dt.date, limit: int) -> QuerySet[Client]:
    BUILT.append("born_before")
    return Client.objects.filter(birth_on__lt=day).order_by("birth_on")[:limit]


@prepared
def named(family_name: Text) -> QuerySet[Client]:
    BUILT.append(family_name)
    return Client.objects.filter(family_name=family_name)


@prepared
def odd_names_before(day: dt.date) -> QuerySet[Client]:
    odd = Q(family_name__startswith="50%") | Q(family_name__in=["O'Brien"])
    return Client.objects.filter(odd, birth_on__lt=day).exclude(birth_on=day)


@prepared
def names_open_to(user: User, client_id: UUID) -> QuerySet[Client, str]:
    return Client.objects.charts_open_to(user).filter(pk=client_id).values_list("given_names", flat=True)


@prepared
def written_by(user: User) -> QuerySet[User]:
    return User.objects.working().filter(pk=user.pk, full_name=user.full_name)


@prepared
def updated_since(since: dt.datetime) -> QuerySet[Client, dict[str, object]]:
    return Client.objects.filter(created_at__gte=since).values("given_names", "birth_on")


def test_each_call_reads_with_its_own_values() -> None:
    for year in (1970, 1980, 1990):
        ClientFactory(birth_on=dt.date(year, 5, 1))

    assert [client.birth_on.year for client in born_before(dt.date(1985, 1, 1), 5)] == [1970, 1980]
    assert [client.birth_on.year for client in born_before(dt.date(1975, 1, 1), 5)] == [1970]
    assert born_before(dt.date(1960, 1, 1), 5) == []


def test_sql_is_built_once_for_each_shape() -> None:
    BUILT.clear()
    for limit in (101, 102, 101, 102):
        born_before(dt.date(1985, 1, 1), limit)

    assert len(BUILT) == 2


def test_what_was_typed_finds_and_is_never_seen_by_what_builds_the_statement(ada: Client) -> None:
    BUILT.clear()
    ClientFactory(family_name="O'Brien")

    assert [client.family_name for client in named(Text("O'Brien"))] == ["O'Brien"]
    assert named(Text("Byron")) == [ada]
    assert named(Text("")) == []
    assert len(BUILT) == 1
    assert BUILT[0] not in {"O'Brien", "Byron", ""}


def test_what_is_always_the_same_finds_as_it_is_spelled_beside_what_differs() -> None:
    for name, year in (("50%s", 1970), ("50 s", 1970), ("50%s", 1990), ("O'Brien", 1970)):
        ClientFactory(family_name=name, birth_on=dt.date(year, 5, 1))

    assert len(odd_names_before(dt.date(1980, 1, 1))) == 2
    assert len(odd_names_before(dt.date(2000, 1, 1))) == 3


@prepared
def born_a_week_before(day: dt.date) -> QuerySet[Client]:
    return Client.objects.filter(birth_on__gte=day - dt.timedelta(days=7))


@prepared
def updated_on_or_after(since: dt.datetime) -> QuerySet[Client]:
    return Client.objects.filter(updated_at__gte=since + dt.timedelta(days=400))


@prepared
def with_name_containing(part: Text) -> QuerySet[Client]:
    return Client.objects.filter(family_name__contains=part)


def test_a_value_that_is_computed_from_an_argument_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="compares with arguments alone"):
        born_a_week_before(dt.date(1980, 1, 1))
    with pytest.raises(ValueError, match="compares with arguments alone"):
        updated_on_or_after(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(ValueError, match="compares with arguments alone"):
        with_name_containing(Text("yr"))


def test_one_person_never_reads_as_another(prescriber: User, stranger: User, coordinator: User, ada: Client) -> None:
    other = ClientFactory(given_names="Grace")
    CareTeamMemberFactory(client=other, user=stranger)

    assert names_open_to(prescriber, ada.pk) == ["Ada"]
    assert names_open_to(stranger, ada.pk) == []
    assert names_open_to(stranger, other.pk) == ["Grace"]
    assert names_open_to(coordinator, ada.pk) == ["Ada"]


def test_a_role_without_any_chart_reads_nothing_and_asks_nothing(auditor: User, ada: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert names_open_to(auditor, ada.pk) == []

    assert len(asked) == 0


def test_building_sees_nothing_of_a_person_but_key_and_role(prescriber: User) -> None:
    assert written_by(prescriber) == []


def test_a_deed_about_what_is_found_is_done_with_the_read_and_only_where_something_is_found(
    prescriber: User, stranger: User, ada: Client
) -> None:
    told = event("chart_read", by=prescriber, about=Client, key=ada.pk, client_id=ada.pk, detail="{}")
    opened = prepared_with(INSERT_FOUND, names_open_to)
    assert opened.fetch(told, stranger, ada.pk).made() == []
    assert not AuditEvent.objects.exists()
    with CaptureQueriesContext(connection) as asked:
        assert opened.fetch(told, prescriber, ada.pk).made() == ["Ada"]
    assert len(asked) == 1
    assert AuditEvent.objects.values_list("action", "client_id", "subject_type").get() == (
        "chart_read", ada.pk, "clients.client",
    )  # fmt: skip


def test_the_very_same_rows_are_the_same_thing_and_any_other_are_not(prescriber: User, ada: Client) -> None:
    first = names_open_to.fetch({}, prescriber, ada.pk)
    assert hash(names_open_to.fetch({}, prescriber, ada.pk)) == hash(first)
    assert names_open_to.fetch({}, prescriber, ada.pk) == first
    Client.objects.filter(pk=ada.pk).update(given_names="Augusta")
    now = names_open_to.fetch({}, prescriber, ada.pk)
    assert now != first
    assert (first.made(), now.made()) == (["Ada"], ["Augusta"])


@pytest.mark.django_db(transaction=True)
def test_the_very_same_rows_are_the_same_thing_whichever_thread_reads_them(prescriber: User, ada: Client) -> None:
    def fetched() -> object:
        try:
            return names_open_to.fetch({}, prescriber, ada.pk)
        finally:
            connection.close()

    here = fetched()
    with ThreadPoolExecutor(1) as elsewhere:
        there = elsewhere.submit(fetched).result()
    assert (there, hash(there)) == (here, hash(here))


def test_rows_as_dictionaries_keep_their_types(ada: Client) -> None:
    [row] = updated_since(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))

    assert row == {"given_names": "Ada", "birth_on": ada.birth_on}


def test_the_driver_reads_a_long_statement_once() -> None:
    long = f"SELECT {'1 + ' * 4_000}%s::int"
    with connection.cursor() as cursor:
        for _ in range(2):
            before = _queries._query2pg.cache_info()
            cursor.execute(long, [1])
    after = _queries._query2pg.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
