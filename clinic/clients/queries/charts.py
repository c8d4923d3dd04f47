"""Whose charts are open to whom: for a row, for a list of many clients, for one chart and its lock."""

from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.lookups import PostgresOperatorLookup

from clinic.clients.models import BreakGlassAccess, Client, open_charts
from clinic.clients.rules import folded
from clinic.core.queries import prepared
from clinic.staff.models import User

REVIEWED_SHOWN = 25


class Among(PostgresOperatorLookup):
    """Equal to one of an array that is read once, before the rows are looked for."""

    lookup_name = "among"
    postgres_operator = "= ANY"


def chart_open_to(user: User, client: str = "pk") -> Exists:
    """For a row, whether the chart of its `client` is open to this user: a link to it would answer 404 otherwise."""
    return Exists(Client.objects.charts_open_to(user).filter(pk=OuterRef(client)))


def in_open_charts(user: User, client: str = "client") -> Among:
    """For rows of many clients, whether the chart of their `client` is open to this user: `charts_open_to`, read once.

    The few keys come first and lead to their rows. Asked row by row, Postgres would read all rows of the clinic.
    """
    return Among(F(client), ArraySubquery(open_charts(user)))


@prepared
def open_client(user: User, client_id: UUID) -> QuerySet[Client]:
    """The client, if their chart is open to this user."""
    return Client.objects.charts_open_to(user).filter(pk=client_id).defer("search_text")


@prepared
def client_to_lock(client_id: UUID) -> QuerySet[Client]:
    """The client under its lock until the transaction ends."""
    return Client.objects.filter(pk=client_id).select_for_update()


@prepared
def chart_to_lock(user: User, client_id: UUID) -> QuerySet[Client]:
    """The client under its lock until the transaction ends, if their chart is open to this user.

    Other deeds on the chart wait; a new row that merely names the client does not.
    """
    return Client.objects.charts_open_to(user).filter(pk=client_id).select_for_update(of=("self",), no_key=True)


def client_by_name_and_birth(*, family_name: str, birth_on: date) -> Client | None:
    """The one client of exactly this family name (case and accents aside) and birth date; None if not exactly one.

    Outside every scope: only the emergency door asks.
    """
    born = Client.objects.filter(birth_on=birth_on).only("id", "family_name", "birth_on")
    named = [client for client in born if folded(client.family_name) == folded(family_name)]
    return named[0] if len(named) == 1 and folded(family_name) else None


def accesses_to_review() -> list[BreakGlassAccess]:
    """Every use of the emergency door that nobody has reviewed, the oldest first."""
    return list(
        BreakGlassAccess.objects.unreviewed().select_related("user", "client").order_by("opened_at", "id")[:100]
    )


def accesses_reviewed() -> list[BreakGlassAccess]:
    """The latest reviewed uses of the emergency door."""
    reviewed = BreakGlassAccess.objects.filter(reviewed_at__isnull=False)
    return list(reviewed.select_related("user", "client", "reviewed_by").order_by("-reviewed_at")[:REVIEWED_SHOWN])
