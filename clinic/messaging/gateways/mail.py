"""E-mail through Django's mail settings."""

import re
import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from clinic.messaging.gateways.base import Message, Result
from clinic.messaging.gateways.line import CLOSING, Line
from clinic.messaging.rules import Outcome

PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
ADDRESS, KEY = b"address-place@clinic.example", b"<key-place@clinic.example>"


class _OfThread(threading.local):
    """A thread has its own connection: one channel may be sent by several threads of a process.

    `then` is where the letter goes that comes after the next one.
    """

    keeps = False
    connection: Any = None
    line: Line | None = None
    then = ""


class EmailGateway:
    """Hands e-mails to the mail server. SMTP keeps no keys and cannot be asked: at most one extra per crash.

    The Message-ID is made of the key, so that a mailbox which drops repeats shows the message once.
    """

    keeps_keys = False
    can_ask = False
    at_once = 1

    def __init__(self) -> None:
        self._of_thread = _OfThread()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """One connection for every message until this ends; it is opened anew after a failure."""
        self._of_thread.keeps = True
        try:
            yield
        finally:
            self._of_thread.keeps = False
            self._close()

    def expect(self, message: Message) -> None:
        """Its address goes out with the words of the letter before it, over a line that stays open."""
        if self._of_thread.keeps and PLAIN_ADDRESS.fullmatch(message.to):
            self._of_thread.then = message.to

    def send(self, message: Message) -> Result:
        """A refused address or content (5xx) is for good, a busy server (4xx) is tried again; others are untouched."""
        then, self._of_thread.then = self._of_thread.then, ""
        try:
            connection = self._opened(message.to)
        except OSError as error:
            return Result(Outcome.RETRY, detail=type(error).__name__)
        answered = False
        try:
            self._send(message, connection, then)
            answered = True
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            answered = CLOSING not in codes
            return _by_code(*codes)
        except smtplib.SMTPServerDisconnected:
            return Result(Outcome.UNKNOWN, detail="SMTPServerDisconnected")
        except smtplib.SMTPResponseException as error:
            answered = error.smtp_code != CLOSING
            return _by_code(error.smtp_code)
        except OSError as error:
            return Result(Outcome.UNKNOWN, detail=type(error).__name__)
        finally:
            if not (answered and self._of_thread.keeps):
                self._close()
        return Result(Outcome.ACCEPTED, reference=_message_id(message.idem_key)[:100])

    def ask(self, idem_key: UUID) -> Result | None:
        """A mail server cannot be asked."""
        return Result(Outcome.UNKNOWN)

    def _opened(self, to: str) -> Any:
        mine = self._of_thread
        if mine.line is not None and not mine.line.is_free_for(to):
            self._close()
        if mine.connection is None:
            connection = get_connection()
            connection.open()
            mine.connection = connection
            if isinstance(connection, SmtpBackend) and connection.connection is not None:
                mine.line = Line(connection.connection)
        return mine.connection

    def _close(self) -> None:
        mine = self._of_thread
        line, mine.line = mine.line, None
        connection, mine.connection = mine.connection, None
        if line is not None:
            line.drop_what_is_announced()
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def _send(self, message: Message, connection: Any, then: str) -> None:
        """By Django's mail backend; to a plain address over SMTP its bytes go straight to the line.

        Parsing and encoding each head anew would cost more than handing the message over.
        """
        line = self._of_thread.line
        if line is not None and PLAIN_ADDRESS.fullmatch(message.to):
            line.hand_over(settings.DEFAULT_FROM_EMAIL, message.to, _letter(message), then=then)
        else:
            _send_by_django(message, connection)


def _send_by_django(message: Message, connection: Any) -> None:
    EmailMessage(
        subject=message.subject,
        body=message.text,
        from_email=_sender(message),
        to=[message.to],
        headers={"Message-ID": _message_id(message.idem_key), "Auto-Submitted": "auto-generated"},
        connection=connection,
    ).send()


def _letter(message: Message) -> bytes:
    """Head and body as they go over the line; the head is encoded once for all letters of a second."""
    head = _head(message.subject, _sender(message), int(time.time()))
    head = head.replace(ADDRESS, message.to.encode()).replace(KEY, _message_id(message.idem_key).encode())
    return head + "\r\n".join([*message.text.splitlines(), ""]).encode()


@lru_cache(maxsize=64)
def _head(subject: str, from_email: str, at_s: int) -> bytes:
    """The head of a letter of one second with two places to be filled, and the empty line after it."""
    headers = {"Message-ID": KEY.decode(), "Date": formatdate(at_s), "Auto-Submitted": "auto-generated"}
    # With a sign outside ASCII the body is declared to be 8 bits, which holds for one without as well.
    whole: Any = EmailMessage(subject, "é", from_email, [ADDRESS.decode()], headers=headers).message()
    head: bytes = whole.as_bytes(linesep="\r\n").partition(b"\r\n\r\n")[0]
    return head + b"\r\n\r\n"


def _sender(message: Message) -> str:
    return f"{message.sender} <{settings.DEFAULT_FROM_EMAIL}>"


def _message_id(idem_key: UUID) -> str:
    return f"<{idem_key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"


def _by_code(*codes: int) -> Result:
    for_good = all(500 <= code < 600 for code in codes)
    return Result(Outcome.REFUSED if for_good else Outcome.RETRY, detail=f"SMTP {codes[0]}")
