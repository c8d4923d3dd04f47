"""Reads of scale responses."""

from clinic.clients.models import Client
from clinic.scales.models import ScaleResponse

SHOWN = 20


def responses_of(client: Client) -> list[ScaleResponse]:
    """The newest responses of a client to any instrument."""
    return list(ScaleResponse.objects.filter(client=client).newest_first()[:SHOWN])
