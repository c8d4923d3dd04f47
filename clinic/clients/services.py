"""Deeds on clients. `open_chart` is the one door to a clinical record."""

from uuid import UUID

from django.http import Http404

from clinic.audit.services import record, record_refusal
from clinic.clients.models import Client
from clinic.staff.models import User


def open_chart(*, client_id: UUID, by: User, page: str) -> Client:
    """Open a client's clinical record for one reader and write that it was read.

    Out of scope and missing are the same 404, and the refusal is written too. `page` is the name of the page
    that is read, not its content.
    """
    client = Client.objects.charts_open_to(by).filter(pk=client_id).first()
    if client is None:
        record_refusal("chart_refused", by=by, client_id=client_id, page=page)
        raise Http404
    record("chart_read", by=by, subject=client, client_id=client.pk, page=page)
    return client
