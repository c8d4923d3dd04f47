"""Reads of messages: the database's clock, how a client may be reached, links, the outbox page."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.html import urlize
from django.utils.safestring import SafeString

from clinic.clients.models import ContactKind, ContactPoint
from clinic.messaging.models import Channel, OptOut, OutboxMessage, Reminder, SignedLink
from clinic.staff.models import User
from clinic.staff.permissions import Permission

OUTBOX_SHOWN = 100
CHANNEL_OF = {ContactKind.EMAIL: Channel.EMAIL, ContactKind.PHONE: Channel.SMS}


@dataclass(frozen=True)
class Way:
    """A channel and an address that may be used now."""

    channel: Channel
    address: str


def database_now() -> datetime:
    """The database's clock: senders on several machines agree by it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def ways_to_reach(client_ids: Iterable[UUID]) -> dict[UUID, list[Way]]:
    """By client, the ways that are consented to and not stopped; the preferred one first."""
    allowed = Q(kind=ContactKind.EMAIL, may_email=True) | Q(kind=ContactKind.PHONE, may_text=True)
    points = list(
        ContactPoint.objects.filter(allowed, client__in=list(client_ids), ended_at=None).order_by(
            "-is_preferred", "kind", "created_at"
        )
    )
    stopped = set(
        OptOut.objects.filter(ended_at=None, address__in=[point.value for point in points]).values_list(
            "channel", "address"
        )
    )
    ways: dict[UUID, list[Way]] = defaultdict(list)
    for point in points:
        way = Way(CHANNEL_OF[ContactKind(point.kind)], point.value)
        if (way.channel, way.address) not in stopped:
            ways[point.client_id].append(way)
    return ways


def not_stopped(ways: Iterable[Way]) -> list[Way]:
    """Those of the ways whose address has not said STOP."""
    asked = list(ways)
    said = OptOut.objects.filter(ended_at=None, address__in=[way.address for way in asked])
    stopped = set(said.values_list("channel", "address"))
    return [way for way in asked if (way.channel, way.address) not in stopped]


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


def sendings(client_id: UUID, about_kind: str) -> QuerySet[Reminder]:
    """Messages that lead a client to a page about themselves, the newest first."""
    return Reminder.objects.filter(about_kind=about_kind, about_id=client_id).order_by("-step", "-due_at")


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
