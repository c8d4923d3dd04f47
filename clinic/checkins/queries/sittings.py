"""The page of a sitting, on a device of the clinic or by link: what is asked next, how its link stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from clinic.checkins import rules
from clinic.checkins.models import Sitting
from clinic.clients.models import ClientStatus
from clinic.core.queries import prepared
from clinic.messaging.models import Reminder, SignedLink
from clinic.messaging.queries import messages_about, open_link
from clinic.scales.queries import known_instruments
from clinic.scales.rules import Instrument

ON_DEVICE = "device"
BY_LINK = "scales"


@dataclass(frozen=True)
class OpenSitting:
    """A sitting behind a live link, and the scale that it asks now."""

    link: SignedLink
    sitting: Sitting
    scale: Instrument


def open_sitting(token: str, *, about_kind: str = ON_DEVICE, now: datetime) -> OpenSitting | None:
    """The sitting behind a link that is live, if something of it is still to be asked."""
    link = open_link(token, about_kind=about_kind, now=now)
    sitting = next(iter(_unfinished(link.about_id, link.client_id)), None) if link else None
    if link is None or sitting is None:
        return None
    code = sitting.instruments[sitting.done]
    scale = known_instruments([code])[code].in_language(sitting.language)
    return OpenSitting(link, sitting, scale)


@prepared
def _unfinished(sitting_id: UUID, client_id: UUID) -> QuerySet[Sitting]:
    return Sitting.objects.filter(pk=sitting_id, client=client_id, closed_at=None).select_related("client")


def _unanswered(client: UUID | OuterRef, since: datetime) -> QuerySet[Sitting]:
    return Sitting.objects.filter(client=client, closed_at=None, opened_at__gt=since)


def sent_by_link(client_id: UUID, since: datetime) -> tuple[Sitting, str] | None:
    """The scales that a client was sent by link since then and has not answered, with the state of their message."""
    sittings = {sitting.pk: sitting for sitting in _unanswered(client_id, since)}
    messages = messages_about(list(sittings), BY_LINK)
    return next(((sittings[pk], message.state) for pk, message in messages.items()), None)


def state_of_link(client: OuterRef, since: datetime) -> Subquery:
    """The state of the message with a client's scales, for the statement of a page; nothing where none is out."""
    sittings = _unanswered(OuterRef("client"), since).values("pk")
    messages = Reminder.objects.filter(client=client, about_kind=BY_LINK, about_id__in=sittings)
    return Subquery(messages.order_by("-step", "-due_at").values("state")[:1])


def sittings_still_wanted(sitting_ids: Collection[UUID]) -> set[UUID]:
    """Read just before messages leave: not answered yet, and the client in care."""
    wanted = Sitting.objects.filter(pk__in=sitting_ids, closed_at=None, client__status=ClientStatus.ACTIVE)
    return set(wanted.values_list("pk", flat=True))


def sittings_useful_until(sitting_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Scales are sent for the visit at hand: the message is of no use once others would be sent in their place."""
    opened = Sitting.objects.filter(pk__in=sitting_ids).values_list("pk", "opened_at")
    return {pk: at + rules.LINK_LASTS for pk, at in opened}
