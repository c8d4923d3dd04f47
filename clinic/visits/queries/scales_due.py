"""Whether a client comes to a visit without a score, and how a scale can still be had before it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from clinic.checkins.queries import state_of_link
from clinic.checkins.rules import LINK_LASTS, PHQ9_EVERY, ScaleLink, scale_link
from clinic.clients.models import Client, MessagePurpose
from clinic.core.queries import prepared
from clinic.messaging.queries import ways_about
from clinic.scales.models import ScaleResponse
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.telehealth import TELEHEALTH


@dataclass(frozen=True, slots=True)
class ScalesDue:
    """No score in 14 days; `link` is of a visit by telehealth, at any other a tablet is handed over."""

    link: ScaleLink | None


def scales_due(visit: FollowUpVisit, now: datetime) -> ScalesDue | None:
    """How a scale can be had at a visit to which the client comes without a score; None where there is one."""
    [(has_score, state)] = _scored(visit.client_id, now - PHQ9_EVERY, now - LINK_LASTS)
    if has_score:
        return None
    if visit.modality != TELEHEALTH:
        return ScalesDue(None)
    ways = ways_about(MessagePurpose.CHECKINS, [visit.client_id])
    return ScalesDue(scale_link(state or "", has_way=visit.client_id in ways))


@prepared
def _scored(client_id: UUID, scored_since: datetime, sent_since: datetime) -> QuerySet[Client, Any]:
    scores = ScaleResponse.objects.filter(client=OuterRef("pk"), answered_at__gte=scored_since)
    clients = Client.objects.filter(pk=client_id)
    return clients.values_list(Exists(scores), state_of_link(OuterRef("pk"), sent_since))
