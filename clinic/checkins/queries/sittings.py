"""The page on a device of the clinic: what of a sitting is asked next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from clinic.checkins.models import Sitting
from clinic.core.queries import prepared
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import open_link
from clinic.scales.queries import known_instruments
from clinic.scales.rules import Instrument

ON_DEVICE = "device"


@dataclass(frozen=True)
class OpenSitting:
    """A sitting behind a live link, and the scale that it asks now."""

    link: SignedLink
    sitting: Sitting
    scale: Instrument


def open_sitting(token: str, *, now: datetime) -> OpenSitting | None:
    """The sitting behind a link that is live, if something of it is still to be asked."""
    link = open_link(token, about_kind=ON_DEVICE, now=now)
    sitting = next(iter(_unfinished(link.about_id, link.client_id)), None) if link else None
    if link is None or sitting is None:
        return None
    code = sitting.instruments[sitting.done]
    scale = known_instruments([code])[code].in_language(sitting.language)
    return OpenSitting(link, sitting, scale)


@prepared
def _unfinished(sitting_id: UUID, client_id: UUID) -> QuerySet[Sitting]:
    return Sitting.objects.filter(pk=sitting_id, client=client_id, closed_at=None).select_related("client")
