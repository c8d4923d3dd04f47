"""Reads of messages: the database's clock, how a client may be reached, links, the outbox page."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.html import urlize
from django.utils.safestring import SafeString

from clinic.clients.models import Client, ContactKind, MessageConsent, MessagePurpose
from clinic.clients.queries import live_contacts, message_consents
from clinic.messaging.models import Channel, OptOut, OutboxMessage, Reminder, SignedLink
from clinic.staff.models import User
from clinic.staff.permissions import Permission

OUTBOX_SHOWN = 100
CHANNEL_OF: dict[str, Channel] = {ContactKind.EMAIL: Channel.EMAIL, ContactKind.PHONE: Channel.SMS}
# One statement for a batch of hundreds of clients, whose keys go as one array.
WAYS = """
SELECT point.client_id, point.kind, point.value, array_agg(consent.purpose)
FROM clients_contactpoint AS point
JOIN clients_messageconsent AS consent
    ON consent.client_id = point.client_id AND consent.ended_at IS NULL
    AND consent.channel = CASE point.kind WHEN 'email' THEN 'email' ELSE 'sms' END
WHERE point.client_id = ANY(%s::uuid[]) AND point.ended_at IS NULL
    AND (point.kind = 'email' AND point.may_email OR point.kind = 'phone' AND point.may_text)
    AND NOT EXISTS (
        SELECT FROM messaging_optout AS said
        WHERE said.channel = consent.channel AND said.address = point.value AND said.ended_at IS NULL
    )
GROUP BY point.id
ORDER BY point.is_preferred DESC, point.kind, point.created_at
"""


@dataclass(frozen=True)
class Way:
    """A channel and an address that may be used now; `purposes` are those that the client agreed to by it."""

    channel: Channel
    address: str
    purposes: frozenset[str] = field(default=frozenset(), compare=False)


def database_now() -> datetime:
    """The database's clock: senders on several machines agree by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def ways_to_reach(client_ids: Iterable[UUID]) -> dict[UUID, list[Way]]:
    """By client, the ways that some purpose is consented to by and that are not stopped; the preferred one first."""
    ways: dict[UUID, list[Way]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(WAYS, [list(client_ids)])
        for client_id, kind, address, purposes in cursor.fetchall():
            ways[client_id].append(Way(CHANNEL_OF[kind], address, frozenset(purposes)))
    return ways


def ways_about(purpose: MessagePurpose | None, client_ids: Iterable[UUID]) -> dict[UUID, list[Way]]:
    """By client, the ways that may be used for one purpose, the preferred one first; for no purpose there is none."""
    by_client = ways_to_reach(client_ids)
    return {pk: mine for pk, ways in by_client.items() if (mine := [way for way in ways if purpose in way.purposes])}


def not_stopped(ways: Iterable[Way]) -> list[Way]:
    """Those of the ways whose address has not said STOP."""
    asked = list(ways)
    said = OptOut.objects.filter(ended_at=None, address__in=[way.address for way in asked])
    stopped = set(said.values_list("channel", "address"))
    return [way for way in asked if (way.channel, way.address) not in stopped]


@dataclass(frozen=True)
class ChannelOfClient:
    """One channel of a client: whether an address may be used, what was agreed by purpose, which numbers said STOP."""

    label: str
    is_usable: bool
    purposes: list[tuple[str, str, MessageConsent | None]]
    stopped: list[OptOut]


def channels_of(client: Client) -> list[ChannelOfClient]:
    """What a client agrees to, a box for each channel and purpose; STOP stands above it."""
    addresses = [point.value for point in live_contacts(client)]
    stops = list(OptOut.objects.filter(ended_at=None, address__in=addresses))
    channels = []
    for one in message_consents(client):
        given = {consent.purpose: consent for consent in one.given}
        boxes = [(f"{one.channel}:{purpose}", purpose.label, given.get(purpose)) for purpose in MessagePurpose]
        stopped = [stop for stop in stops if stop.channel == one.channel]
        channels.append(ChannelOfClient(one.channel.label, one.is_usable, boxes, stopped))
    return channels


def hash_of(token: str) -> bytes:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).digest()


def find_link(token: str, *, about_kind: str) -> SignedLink | None:
    """The link of a token and purpose, live or not; None for a token that was never given."""
    links = SignedLink.objects.select_related("client")
    return links.filter(token_hash=hash_of(token), about_kind=about_kind).first()


def open_link(token: str, *, about_kind: str, now: datetime) -> SignedLink | None:
    """The link of a token if it is live: given for this purpose, not expired, used or revoked, with tries left."""
    link = find_link(token, about_kind=about_kind)
    if link is None or link.used_at or link.revoked_at or link.expires_at <= now or link.tries_left == 0:
        return None
    return link


def live_links(client_id: UUID, about_kind: str, now: datetime) -> QuerySet[SignedLink]:
    """Links of a client to a page about themselves that still open it, the newest first."""
    links = SignedLink.objects.filter(client=client_id, about_kind=about_kind, used_at=None, revoked_at=None)
    return links.filter(expires_at__gt=now, tries_left__gt=0).order_by("-created_at")


def links_about(about_ids: Collection[UUID], about_kind: str, now: datetime) -> dict[UUID, list[SignedLink]]:
    """Of each cause the links that still open its page, the newest first; one query."""
    links = SignedLink.objects.filter(about_id__in=about_ids, about_kind=about_kind, used_at=None, revoked_at=None)
    found: dict[UUID, list[SignedLink]] = {}
    for link in links.filter(expires_at__gt=now, tries_left__gt=0).order_by("-created_at"):
        found.setdefault(link.about_id, []).append(link)
    return found


def messages_about(about_ids: Collection[UUID], about_kind: str) -> dict[UUID, Reminder]:
    """Of each cause the newest message; one query."""
    rows = Reminder.objects.filter(about_kind=about_kind, about_id__in=about_ids).order_by("step", "due_at")
    return {row.about_id: row for row in rows}


def sendings(about_id: UUID, about_kind: str) -> QuerySet[Reminder]:
    """Messages that lead a client to a page, the newest first; of a page about themselves its cause is the client."""
    return Reminder.objects.filter(about_kind=about_kind, about_id=about_id).order_by("-step", "-due_at")


@dataclass(frozen=True)
class Left:
    """One message of the outbox page; `text` has its link made clickable and the rest escaped."""

    message: OutboxMessage
    text: SafeString


def outbox(user: User) -> list[Left] | None:
    """What left, newest first; None where real gateways are set or the reader may not know."""
    if not (settings.MESSAGES_TO_OUTBOX and user.may(Permission.READ_MESSAGES)):
        return None
    rows: QuerySet[OutboxMessage] = OutboxMessage.objects.order_by("-accepted_at")[:OUTBOX_SHOWN]
    return [Left(row, SafeString(urlize(row.text, autoescape=True))) for row in rows]
