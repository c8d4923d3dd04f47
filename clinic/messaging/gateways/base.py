"""What every gateway is."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from clinic.messaging.rules import Outcome


@dataclass(frozen=True)
class Message:
    """What leaves the house. `idem_key` stays the same however often it is tried."""

    idem_key: UUID
    channel: str
    to: str
    sender: str
    subject: str
    text: str


@dataclass(frozen=True)
class Result:
    """How a try ended. `detail` is for operators: a status or an error's kind, never an address or a text."""

    outcome: Outcome
    reference: str = ""
    detail: str = ""
    wait: timedelta | None = None


class Gateway(Protocol):
    """A provider with its declared abilities, each proved by a test.

    `keeps_keys`: a second message with the same key is not delivered again. `can_ask`: it tells whether a key arrived.
    `at_once`: how many messages it takes side by side; above one its `send` and `ask` never touch the database, for
    they are called from threads of their own.
    """

    keeps_keys: bool
    can_ask: bool
    at_once: int

    def kept_open(self) -> AbstractContextManager[None]:
        """While this lasts, a connection once opened is used for every message."""
        ...

    def expect(self, message: Message) -> None:
        """What comes after the message that is sent next: its way may be opened beforehand. It may yet not come."""
        ...

    def send(self, message: Message) -> Result:
        """Hand one message over; never raises for what the provider does."""
        ...

    def ask(self, idem_key: UUID) -> Result | None:
        """What became of a key: a result, or None where the provider never got it."""
        ...


def is_blind(gateway: Gateway) -> bool:
    """Whether nobody can find out, after a crash, what became of a message: each is then written down by itself."""
    return not (gateway.keeps_keys or gateway.can_ask)
