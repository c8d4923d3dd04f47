"""The row every deed on a client locks first, and the text it is found by."""

from uuid import UUID

from django.db import connection
from django.http import Http404

from clinic.clients import queries, rules
from clinic.clients.models import Client, ContactKind, ContactPoint
from clinic.clients.rules import ClientDetails


def locked_client(client_id: UUID) -> Client:
    """The client, locked until the deed is done; 404 if there is none."""
    client = next(iter(queries.client_to_lock(client_id)), None)
    if client is None:
        raise Http404
    return client


def lock_identity(details: ClientDetails) -> None:
    """Whoever registers the same name and birth date at the same moment waits: no row is there yet to be locked."""
    identity = f"{details.family_name}, {details.given_names}, {details.birth_on}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [identity])


def write_search_text(client: Client) -> None:
    """Write what the client is found by, after a name, birth date or phone changed."""
    phones = ContactPoint.objects.filter(client=client, kind=ContactKind.PHONE, ended_at=None)
    client.search_text = rules.search_text_of(
        given_names=client.given_names,
        family_name=client.family_name,
        preferred_name=client.preferred_name,
        birth_on=client.birth_on,
        phones=phones.values_list("value", flat=True),
    )
    client.save(update_fields=["search_text", "updated_at"])
