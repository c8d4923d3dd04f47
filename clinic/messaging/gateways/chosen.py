"""Which gateway a channel leaves by, from the settings."""

import os
from functools import cache

from django.conf import settings

from clinic.messaging.gateways.base import Gateway
from clinic.messaging.gateways.breaker import Breaker
from clinic.messaging.gateways.http import HttpGateway
from clinic.messaging.gateways.mail import EmailGateway
from clinic.messaging.gateways.outbox import DemoOutboxGateway
from clinic.messaging.models import Channel


def gateway_for(channel: str) -> Gateway | None:
    """The gateway of a channel; None where this clinic has none, so that another channel is used."""
    if channel == Channel.SMS and settings.SMS_GATEWAY_URL:
        return _http(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN, settings.SMS_GATEWAY_CAN_ASK, os.getpid())
    if settings.MESSAGES_TO_OUTBOX:
        return DemoOutboxGateway()
    return _mail(os.getpid()) if channel == Channel.EMAIL else None


def breaker_of(channel: str) -> Breaker:
    """What this process knows of the health of a channel's gateway."""
    return _breaker(channel, os.getpid())


# Kept, so that connections are used again; by process, for a forked one must not speak on its parent's connections.
@cache
def _http(url: str, token: str, can_ask: bool, process: int) -> HttpGateway:
    return HttpGateway(url, token, can_ask=can_ask)


@cache
def _mail(process: int) -> EmailGateway:
    return EmailGateway()


@cache
def _breaker(channel: str, process: int) -> Breaker:
    return Breaker()
