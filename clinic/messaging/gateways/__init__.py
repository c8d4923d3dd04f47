"""Ways out of the house: each adapter says what its provider can do and tells how a try ended."""

from clinic.messaging.gateways.base import Gateway, Message, Result
from clinic.messaging.gateways.chosen import gateway_for
from clinic.messaging.gateways.http import HttpGateway
from clinic.messaging.gateways.mail import EmailGateway
from clinic.messaging.gateways.outbox import DemoOutboxGateway

__all__ = [
    "DemoOutboxGateway",
    "EmailGateway",
    "Gateway",
    "HttpGateway",
    "Message",
    "Result",
    "gateway_for",
]
