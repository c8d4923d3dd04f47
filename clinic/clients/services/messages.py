"""What messages a client agrees to. The senders read it again before each one leaves."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients import queries, rules
from clinic.clients.models import Client, ConsentWay, MessageChannel, MessageConsent, MessagePurpose
from clinic.clients.services.root import locked_client
from clinic.staff.models import User

Agreed = tuple[str, str]


@transaction.atomic
def set_message_consents(
    *, client_id: UUID, agreed: Collection[Agreed], read: Collection[Agreed], by: User, now: datetime
) -> None:
    """What the client told staff: they agree to these channels and purposes and to no others, from this moment.

    `read` is what stood when the client was asked. A channel without a number or address that may be used for it
    cannot be agreed to. Raises RuleBroken.
    """
    client = locked_client(client_id)
    standing = set(_live(client))
    if set(agreed) == standing:
        return
    rules.check_still_stands(read=read, standing=standing)
    usable = queries.usable_channels(client)
    for channel, _ in set(agreed) - standing:
        rules.check_may_be_agreed(has_address=channel in usable)
    _give(client, set(agreed) - standing, how=ConsentWay.STAFF, by=by, now=now)
    _end(client, standing - set(agreed), how=ConsentWay.STAFF, by=by, now=now)


@transaction.atomic
def end_message_consents(*, client_id: UUID, purpose: MessagePurpose, now: datetime) -> None:
    """A client by link wants no more messages of one purpose, by whatever channel."""
    client = locked_client(client_id)
    mine = [(channel, about) for channel, about in _live(client) if about == purpose]
    _end(client, mine, how=ConsentWay.LINK, by=None, now=now)


@transaction.atomic
def renew_message_consents(*, client_id: UUID, purpose: MessagePurpose, now: datetime) -> None:
    """A client by link wants messages of one purpose after all, by each channel that may be used for them."""
    client = locked_client(client_id)
    wanted = {(channel, str(purpose)) for channel in queries.usable_channels(client)}
    _give(client, wanted - set(_live(client)), how=ConsentWay.LINK, by=None, now=now)


def follow_contact_points(
    client: Client, before: Collection[str], *, how: ConsentWay, by: User | None, now: datetime
) -> None:
    """Who lets a channel be used agrees to every purpose of it; who lets it no more has ended them all.

    `before` are the channels that could be used before the change. Called inside the transaction that changes them.
    """
    usable = queries.usable_channels(client)
    standing = set(_live(client))
    fresh = {(channel, str(purpose)) for channel in usable - set(before) for purpose in MessagePurpose}
    _give(client, fresh - standing, how=how, by=by, now=now)
    _end(client, [one for one in standing if one[0] not in usable], how=how, by=by, now=now)


def _live(client: Client) -> Iterable[Agreed]:
    return MessageConsent.objects.live().filter(client=client).values_list("channel", "purpose")


def _give(client: Client, agreed: Iterable[Agreed], *, how: ConsentWay, by: User | None, now: datetime) -> None:
    rows = [
        MessageConsent(
            client=client,
            channel=MessageChannel(channel),
            purpose=MessagePurpose(purpose),
            text_version=rules.MESSAGE_TEXT_VERSION,
            given_at=now,
            given_how=how,
            given_by=by,
        )
        for channel, purpose in sorted(agreed)
    ]
    MessageConsent.objects.bulk_create(rows)
    if rows:
        what = [str(row) for row in rows]
        record("message_consents_given", by=by, subject=client, client_id=client.pk, how=how, what=what)


def _end(client: Client, agreed: Iterable[Agreed], *, how: ConsentWay, by: User | None, now: datetime) -> None:
    ended = []
    for channel, purpose in sorted(agreed):
        live = MessageConsent.objects.live().filter(client=client, channel=channel, purpose=purpose)
        live.update(ended_at=now, ended_how=how, ended_by=by, updated_at=now)
        ended.append(f"{channel} {purpose}")
    if ended:
        record("message_consents_ended", by=by, subject=client, client_id=client.pk, how=how, what=ended)
