"""E-mail through Django's mail settings."""

import smtplib
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from clinic.messaging.gateways.base import Message, Result
from clinic.messaging.rules import Outcome


class EmailGateway:
    """Hands an e-mail to the mail server. SMTP keeps no keys and cannot be asked: at most one extra per crash.

    The Message-ID is made of the key, so that a mailbox which drops repeats shows the message once.
    """

    keeps_keys = False
    can_ask = False

    def send(self, message: Message) -> Result:
        """Open, send, close; a refused address or content (5xx) is for good, a busy server (4xx) is tried again."""
        connection = get_connection()
        email = EmailMessage(
            subject=message.subject,
            body=message.text,
            from_email=f"{message.sender} <{settings.DEFAULT_FROM_EMAIL}>",
            to=[message.to],
            headers={"Message-ID": self._message_id(message.idem_key), "Auto-Submitted": "auto-generated"},
            connection=connection,
        )
        try:
            connection.open()
        except OSError as error:
            return Result(Outcome.RETRY, detail=type(error).__name__)
        try:
            email.send()
        except smtplib.SMTPRecipientsRefused as error:
            return _by_code(*(code for code, _ in error.recipients.values()))
        except smtplib.SMTPServerDisconnected:
            return Result(Outcome.UNKNOWN, detail="SMTPServerDisconnected")
        except smtplib.SMTPResponseException as error:
            return _by_code(error.smtp_code)
        except OSError as error:
            return Result(Outcome.UNKNOWN, detail=type(error).__name__)
        finally:
            connection.close()
        return Result(Outcome.ACCEPTED, reference=self._message_id(message.idem_key)[:100])

    def ask(self, idem_key: UUID) -> Result | None:
        """A mail server cannot be asked."""
        return Result(Outcome.UNKNOWN)

    def _message_id(self, idem_key: UUID) -> str:
        return f"<{idem_key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"


def _by_code(*codes: int) -> Result:
    for_good = all(500 <= code < 600 for code in codes)
    return Result(Outcome.REFUSED if for_good else Outcome.RETRY, detail=f"SMTP {codes[0]}")
