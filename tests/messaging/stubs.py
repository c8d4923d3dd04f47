"""A provider that does as it is told."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clinic.messaging.gateways import Message, Result
from clinic.messaging.rules import Outcome

ACCEPTED = Result(Outcome.ACCEPTED, "ref-1")


@dataclass
class StubGateway:
    """Answers each send with the next of its results and keeps what it was given."""

    results: list[Result | Exception] = field(default_factory=list)
    keeps_keys: bool = True
    can_ask: bool = True
    at_once: int = 1
    told: Result | None = None
    sent: list[Message] = field(default_factory=list)
    expected: list[Message] = field(default_factory=list)
    asked: list[uuid.UUID] = field(default_factory=list)
    on_send: Callable[[], None] = lambda: None

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        yield

    def expect(self, message: Message) -> None:
        self.expected.append(message)

    def send(self, message: Message) -> Result:
        self.sent.append(message)
        self.on_send()
        result = self.results.pop(0) if self.results else ACCEPTED
        if isinstance(result, Exception):
            raise result
        return result

    def ask(self, idem_key: uuid.UUID) -> Result | None:
        self.asked.append(idem_key)
        return self.told
