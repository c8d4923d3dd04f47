"""SMS through any provider or house system that speaks the clinic's small HTTP contract (docs/gateway.md)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from clinic.messaging.gateways.base import Message, Result
from clinic.messaging.rules import Outcome, classify_status

TIMEOUT_S = 10
CONNECTIONS = 8
# References of the last messages; a stray answer follows at once on its own.
REMEMBERED = 1000
# Raised before any byte of the message left: safe to try again.
NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class HttpGateway:
    """Posts a message with its idempotency key as a bearer; asks by key after an unknown answer if it can.

    Eight at once, by connections that stay open between messages and batches.
    """

    keeps_keys = True
    at_once = CONNECTIONS

    def __init__(
        self, url: str, token: str, *, can_ask: bool = True, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.can_ask = can_ask
        self._fresh_client = partial(
            httpx.Client,
            timeout=TIMEOUT_S,
            transport=transport,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            trust_env=False,
        )
        # A thread has its own connection: whatever comes on it belongs to what this thread asked, or to nothing.
        self._of_thread = threading.local()
        self._given: dict[str, UUID] = {}
        self._lock = threading.Lock()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Its connections stay open by themselves."""
        yield

    def expect(self, message: Message) -> None:
        """Every message has its own call."""

    def send(self, message: Message) -> Result:
        """POST /messages. A time-out, reset or unreadable answer after the bytes left is unknown, never a failure."""
        body = {
            "idempotency_key": str(message.idem_key),
            "to": message.to,
            "sender": message.sender,
            "text": message.text,
        }
        try:
            answer = self._client.post(f"{self.url}/messages", json=body)
        except NOTHING_LEFT as error:
            return Result(Outcome.RETRY, detail=type(error).__name__)
        except httpx.HTTPError as error:
            return Result(Outcome.UNKNOWN, detail=type(error).__name__)
        outcome = classify_status(answer.status_code)
        reference = _reference(answer) if outcome is Outcome.ACCEPTED else ""
        if reference is None:
            return Result(Outcome.UNKNOWN, detail=f"{answer.status_code} unreadable")
        if reference and self._is_anothers(reference, message.idem_key):
            return Result(Outcome.UNKNOWN, detail=f"{answer.status_code} of another message")
        return Result(outcome, reference, f"{answer.status_code}", _asked_wait(answer))

    @property
    def _client(self) -> httpx.Client:
        if not hasattr(self._of_thread, "client"):
            self._of_thread.client = self._fresh_client()
        client: httpx.Client = self._of_thread.client
        return client

    def _is_anothers(self, reference: str, idem_key: UUID) -> bool:
        """A provider that answers twice leaves its second answer to what is asked next: it is not the answer to that.

        The connection is then given up, so that no later answer goes astray.
        """
        with self._lock:
            if self._given.setdefault(reference, idem_key) == idem_key:
                if len(self._given) > REMEMBERED:
                    self._given.pop(next(iter(self._given)))
                return False
        self._client.close()
        del self._of_thread.client
        return True

    def ask(self, idem_key: UUID) -> Result | None:
        """GET /messages/by-key: 404 means that it never arrived; anything unclear stays unknown."""
        try:
            answer = self._client.get(f"{self.url}/messages/by-key/{idem_key}")
        except httpx.HTTPError as error:
            return Result(Outcome.UNKNOWN, detail=type(error).__name__)
        if answer.status_code == 404:
            return None
        words = _json(answer) if answer.status_code == 200 else {}
        reference, state = str(words.get("reference") or "")[:100], words.get("state")
        if reference and self._is_anothers(reference, idem_key):
            return Result(Outcome.UNKNOWN, detail="asked: of another message")
        if state in {"accepted", "delivered"}:
            return Result(Outcome.ACCEPTED, reference, f"asked: {state}")
        if state == "failed":
            return Result(Outcome.REFUSED, reference, "asked: failed")
        return Result(Outcome.UNKNOWN, detail=f"asked: {answer.status_code}")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        words = answer.json()
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}


def _reference(answer: httpx.Response) -> str | None:
    reference = _json(answer).get("reference")
    return reference[:100] if isinstance(reference, str) and reference else None


def _asked_wait(answer: httpx.Response) -> timedelta | None:
    seconds = answer.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isdecimal() else None
