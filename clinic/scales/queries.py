"""Reads of scale responses."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.scales.models import ScaleResponse

SHOWN = 20


def responses_of(client: Client) -> list[ScaleResponse]:
    """The newest responses of a client to any instrument."""
    return list(ScaleResponse.objects.filter(client=client).newest_first()[:SHOWN])


@prepared
def filled_between(client_id: UUID, instrument: str, first: datetime, last: datetime) -> QuerySet[ScaleResponse]:
    """Responses of a client to an instrument that were answered from one instant to another, both included."""
    return ScaleResponse.objects.filter(client=client_id, instrument=instrument, answered_at__range=(first, last))
