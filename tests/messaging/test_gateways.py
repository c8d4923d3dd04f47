"""Each gateway does what its declared abilities say; the HTTP one keeps to its contract."""

import json
import smtplib
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.core import mail
from django.core.checks import Error
from pytest_django import Settings

from clinic.messaging import purposes
from clinic.messaging.checks import sms_fits_one_part
from clinic.messaging.gateways import (
    DemoOutboxGateway,
    EmailGateway,
    HttpGateway,
    Message,
    Result,
    gateway_for,
)
from clinic.messaging.models import OutboxMessage
from clinic.messaging.rules import Outcome

MESSAGE = Message(uuid.UUID(int=7), "sms", "+18015550100", "Wasatch Care", "You have a check-in", "A link")


def http(answer: Callable[[httpx.Request], httpx.Response], *, can_ask: bool = True) -> HttpGateway:
    transport = httpx.MockTransport(answer)
    return HttpGateway("https://sms.example/", "secret", can_ask=can_ask, transport=transport)


def test_a_message_is_posted_as_the_contract_says() -> None:
    seen: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json={"reference": "r-1"})

    assert http(accept).send(MESSAGE) == Result(Outcome.ACCEPTED, "r-1", "202")
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "https://sms.example/messages")
    assert request.headers["Authorization"] == "Bearer secret"
    assert json.loads(request.content) == {
        "idempotency_key": str(MESSAGE.idem_key),
        "to": "+18015550100",
        "sender": "Wasatch Care",
        "text": "A link",
    }


@pytest.mark.parametrize(
    ("answer", "outcome", "reference"),
    [
        (httpx.Response(409, json={"reference": "r-1"}), Outcome.ACCEPTED, "r-1"),
        (httpx.Response(202, content=b"<html>"), Outcome.UNKNOWN, ""),
        (httpx.Response(202, json=["r-1"]), Outcome.UNKNOWN, ""),
        (httpx.Response(202, json={"reference": ""}), Outcome.UNKNOWN, ""),
        (httpx.Response(400, json={}), Outcome.REFUSED, ""),
        (httpx.Response(500), Outcome.RETRY, ""),
        (httpx.Response(302), Outcome.UNKNOWN, ""),
    ],
)
def test_an_answer_is_read(answer: httpx.Response, outcome: Outcome, reference: str) -> None:
    result = http(lambda request: answer).send(MESSAGE)
    assert (result.outcome, result.reference) == (outcome, reference)


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("soon", None), ("9999999", 86_400)])
def test_retry_after_is_honored_up_to_a_day(header: str, seconds: int | None) -> None:
    result = http(lambda request: httpx.Response(429, headers={"Retry-After": header})).send(MESSAGE)
    assert result.outcome is Outcome.RETRY
    assert (result.wait.total_seconds() if result.wait else None) == seconds


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError, Outcome.RETRY),
        (httpx.ConnectTimeout, Outcome.RETRY),
        (httpx.ReadTimeout, Outcome.UNKNOWN),
        (httpx.WriteError, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError, Outcome.UNKNOWN),
    ],
)
def test_a_broken_line_is_unknown_once_bytes_may_have_left(error: type[httpx.HTTPError], outcome: Outcome) -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    result = http(break_off).send(MESSAGE)
    assert (result.outcome, result.detail) == (outcome, error.__name__)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(404), None),
        (httpx.Response(200, json={"reference": "r", "state": "accepted"}), Outcome.ACCEPTED),
        (httpx.Response(200, json={"reference": "r", "state": "delivered"}), Outcome.ACCEPTED),
        (httpx.Response(200, json={"reference": "r", "state": "failed"}), Outcome.REFUSED),
        (httpx.Response(200, json={"state": "lost"}), Outcome.UNKNOWN),
        (httpx.Response(200, content=b"?"), Outcome.UNKNOWN),
        (httpx.Response(503), Outcome.UNKNOWN),
    ],
)
def test_a_gateway_is_asked_by_key(answer: httpx.Response, told: Outcome | None) -> None:
    seen: list[str] = []

    def tell(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return answer

    result = http(tell).ask(MESSAGE.idem_key)
    assert (result.outcome if result else None) == told
    assert seen == [f"https://sms.example/messages/by-key/{MESSAGE.idem_key}"]


def test_asking_over_a_broken_line_stays_unknown() -> None:
    def break_off(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("broken")

    assert http(break_off).ask(MESSAGE.idem_key) == Result(Outcome.UNKNOWN, detail="ReadTimeout")


@pytest.mark.django_db
def test_the_outbox_keeps_keys_and_can_be_asked() -> None:
    outbox = DemoOutboxGateway()
    assert outbox.ask(MESSAGE.idem_key) is None
    first = outbox.send(MESSAGE)
    again = outbox.send(MESSAGE)
    assert (first, outbox.ask(MESSAGE.idem_key)) == (again, again)
    row = OutboxMessage.objects.get()
    assert (row.times_received, row.to, row.text) == (2, MESSAGE.to, MESSAGE.text)


def test_an_email_leaves_by_djangos_mail_with_a_key_made_of_its_own(settings: Settings) -> None:
    result = EmailGateway().send(MESSAGE)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == ([MESSAGE.to], MESSAGE.subject, MESSAGE.text)
    assert sent.from_email == "Wasatch Care <no-reply@clinic.example>"
    assert sent.extra_headers["Message-ID"] == f"<{MESSAGE.idem_key}@clinic.example>" == result.reference
    assert result.outcome is Outcome.ACCEPTED


class MailServer:
    """A mail connection that fails in one way."""

    def __init__(self, at: str, error: Exception) -> None:
        self.at, self.error = at, error

    def open(self) -> None:
        if self.at == "open":
            raise self.error

    def send_messages(self, messages: Any) -> int:
        raise self.error

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("at", "error", "outcome"),
    [
        ("open", ConnectionRefusedError(), Outcome.RETRY),
        ("open", smtplib.SMTPConnectError(421, b"busy"), Outcome.RETRY),
        ("send", smtplib.SMTPRecipientsRefused({"x": (550, b"no")}), Outcome.REFUSED),
        ("send", smtplib.SMTPRecipientsRefused({"x": (450, b"later")}), Outcome.RETRY),
        ("send", smtplib.SMTPDataError(554, b"spam"), Outcome.REFUSED),
        ("send", smtplib.SMTPDataError(451, b"later"), Outcome.RETRY),
        ("send", smtplib.SMTPServerDisconnected(), Outcome.UNKNOWN),
        ("send", TimeoutError(), Outcome.UNKNOWN),
    ],
)
def test_a_mail_servers_failure_is_read(
    at: str, error: Exception, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.messaging.gateways import mail as adapter

    server = MailServer(at, error)
    monkeypatch.setattr(adapter, "get_connection", lambda: server)
    assert EmailGateway().send(MESSAGE).outcome is outcome


def test_a_mail_server_cannot_be_asked() -> None:
    assert EmailGateway().ask(MESSAGE.idem_key) == Result(Outcome.UNKNOWN)
    assert not EmailGateway.can_ask
    assert not EmailGateway.keeps_keys


def test_settings_choose_the_gateway(settings: Settings) -> None:
    assert isinstance(gateway_for("sms"), DemoOutboxGateway)
    assert isinstance(gateway_for("email"), DemoOutboxGateway)
    settings.SMS_GATEWAY_URL = "https://sms.example"
    settings.SMS_GATEWAY_CAN_ASK = False
    chosen = gateway_for("sms")
    assert isinstance(chosen, HttpGateway)
    assert not chosen.can_ask
    assert gateway_for("sms") is chosen
    settings.MESSAGES_TO_OUTBOX = False
    settings.SMS_GATEWAY_URL = ""
    assert gateway_for("sms") is None
    assert isinstance(gateway_for("email"), EmailGateway)


def test_an_address_too_long_for_an_sms_is_found_before_any_is_sent(settings: Settings) -> None:
    assert purposes.all_purposes()
    assert sms_fits_one_part(None) == []
    settings.SITE_URL = "https://" + "x" * 60 + ".example"
    (found,) = sms_fits_one_part(None)
    assert isinstance(found, Error)
