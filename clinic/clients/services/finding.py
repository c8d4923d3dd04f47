"""Looking for clients and through their list: who was shown is written down, never what was typed.

What was typed may name somebody who is no client. One event for all who are shown at once, or for nobody.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from clinic.audit.services import INSERT_SHOWN, event, record_shown
from clinic.clients import queries
from clinic.clients.queries import Duplicate, Listed, ListPage
from clinic.clients.rules import ClientDetails, Contact, Related
from clinic.core.queries import prepared_with
from clinic.staff.models import User

_found_and_written = prepared_with(INSERT_SHOWN, queries.clients_found)


def search_clients(*, text: str, by: User, today: date) -> list[Listed]:
    """The 12 clients that fit best what was typed, of those the reader may see, with the event in one statement."""
    asked = queries.understood(text, today=today)
    if asked:
        found = _found_and_written.fetch(event("clients_searched", by=by, client_id=None), by, *asked)
        if found.built:
            return [Listed.of(row, is_chart_open=is_chart_open) for *row, is_chart_open in found.made()]
    # Nothing that could be looked for, or nobody whom the reader may see: answered without asking the database.
    record_shown("clients_searched", [], by=by)
    return []


def list_clients(*, by: User, status: str = "", before: str = "", after: str = "") -> ListPage:
    """One page of the clients whom the reader may see, by name; shown only once it is written down."""
    page = queries.list_clients(by, status=status, before=before, after=after)
    record_shown("clients_listed", [client.id for client in page.clients], by=by)
    return page


@transaction.atomic
def others_alike(
    *, details: ClientDetails, contacts: Iterable[Contact], people: Iterable[Related], by: User, now: datetime
) -> list[Duplicate]:
    """Who may be the person of a form about to be sent; of a form that is sent twice nobody else is looked for."""
    if queries.just_registered(details, contacts, people, now):
        return []
    found = queries.others_alike(by, details, contacts)
    record_shown("duplicates_searched", [duplicate.client.pk for duplicate in found], by=by)
    return found
