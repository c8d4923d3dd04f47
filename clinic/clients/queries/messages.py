"""Reads of what messages a client agrees to."""

from dataclasses import dataclass

from clinic.clients.models import Client, ContactKind, ContactPoint, MessageChannel, MessageConsent, MessagePurpose

SHOWN = 50


@dataclass(frozen=True)
class ChannelConsent:
    """One channel: whether an address may be used for it, and the live consents by purpose."""

    channel: MessageChannel
    is_usable: bool
    given: list[MessageConsent]


def usable_channels(client: Client) -> set[str]:
    """Channels for which the client has an address that may be used."""
    found = set()
    for point in ContactPoint.objects.filter(client=client, ended_at=None):
        if point.may_email:
            found.add(MessageChannel.EMAIL.value)
        if point.kind == ContactKind.PHONE and point.may_text:
            found.add(MessageChannel.SMS.value)
    return found


def message_consents(client: Client) -> list[ChannelConsent]:
    """What the client agrees to now, channel by channel."""
    usable = usable_channels(client)
    live = list(MessageConsent.objects.live().filter(client=client).select_related("given_by").order_by("purpose"))
    return [
        ChannelConsent(channel, channel.value in usable, [row for row in live if row.channel == channel])
        for channel in MessageChannel
    ]


def message_consent_history(client: Client) -> list[MessageConsent]:
    """All that the client agreed to and ended, the newest first."""
    rows = MessageConsent.objects.filter(client=client).select_related("given_by", "ended_by")
    return list(rows.order_by("-given_at", "channel", "purpose")[:SHOWN])


def agrees_to(client: Client, purpose: MessagePurpose) -> bool:
    """Whether the client lets the clinic write to them about a purpose by any channel."""
    return MessageConsent.objects.live().filter(client=client, purpose=purpose).exists()
