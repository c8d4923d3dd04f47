"""Which gateway a channel leaves by, from the settings."""

from functools import cache

from django.conf import settings

from clinic.messaging.gateways.base import Gateway
from clinic.messaging.gateways.http import HttpGateway
from clinic.messaging.gateways.mail import EmailGateway
from clinic.messaging.gateways.outbox import DemoOutboxGateway
from clinic.messaging.models import Channel


def gateway_for(channel: str) -> Gateway | None:
    """The gateway of a channel; None where this clinic has none, so that another channel is used."""
    if channel == Channel.SMS and settings.SMS_GATEWAY_URL:
        return _http(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN, settings.SMS_GATEWAY_CAN_ASK)
    if settings.MESSAGES_TO_OUTBOX:
        return DemoOutboxGateway()
    return EmailGateway() if channel == Channel.EMAIL else None


@cache
def _http(url: str, token: str, can_ask: bool) -> HttpGateway:
    """Kept, so that connections to the provider are used again."""
    return HttpGateway(url, token, can_ask=can_ask)
