"""Ways out of the house: each adapter says what its provider can do and tells how a try ended."""

from clinic.messaging.gateways.base import Gateway, Message, Result, is_blind
from clinic.messaging.gateways.breaker import Breaker
from clinic.messaging.gateways.chosen import breaker_of, gateway_for
from clinic.messaging.gateways.http import HttpGateway
from clinic.messaging.gateways.mail import EmailGateway
from clinic.messaging.gateways.outbox import DemoOutboxGateway

__all__ = [
    "Breaker",
    "DemoOutboxGateway",
    "EmailGateway",
    "Gateway",
    "HttpGateway",
    "Message",
    "Result",
    "breaker_of",
    "gateway_for",
    "is_blind",
]
