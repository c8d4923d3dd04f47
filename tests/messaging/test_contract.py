"""What an adapter says that its provider can do is proved against a provider that runs."""

import json
import smtplib
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from clinic.messaging.gateways import EmailGateway, Gateway, HttpGateway, Message, Result, http, is_blind
from clinic.messaging.gateways import mail as adapter
from clinic.messaging.rules import Outcome
from tests.providers.running import Running, running


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("http", tmp_path_factory.mktemp("http") / "log") as started:
        yield started


@pytest.fixture
def sms(provider: Running) -> Iterator[HttpGateway]:
    provider.control(keeps_keys=True, can_ask=True, faults={})
    gateway = HttpGateway(provider.url, "secret")
    yield gateway
    gateway._client.close()


@pytest.fixture(params=[(), ("--one-by-one",)], ids=["in a row", "one by one"])
def mail(tmp_path: Path, settings: Settings, request: pytest.FixtureRequest) -> Iterator[Running]:
    with running("smtp", tmp_path / "log", "--close-after", "3", *request.param) as started:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
        yield started


def message(**more: Any) -> Message:
    words = {"channel": "sms", "to": "+18015550100", "sender": "Wasatch Care", "subject": "Señal", "text": "A link é\n"}
    return Message(uuid.uuid4(), **{**words, **more})


def keeps_keys(gateway: Gateway, provider: Running) -> bool:
    """Sent twice with one key, delivered once."""
    again = message()
    results = [gateway.send(again) for _ in range(2)]
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 2
    return provider.copies()[str(again.idem_key)] == 1 and results[0].reference == results[1].reference


def can_ask(gateway: Gateway) -> bool:
    """It tells a key that it took from one that it never got."""
    known, never = message(), message()
    taken = gateway.send(known)
    told = gateway.ask(known.idem_key)
    return told is not None and told.reference == taken.reference and gateway.ask(never.idem_key) is None


def test_the_http_gateway_keeps_keys_and_can_be_asked(sms: HttpGateway, provider: Running) -> None:
    assert keeps_keys(sms, provider) is sms.keeps_keys is True
    assert can_ask(sms) is sms.can_ask is True


def test_a_provider_without_an_ability_is_found_out(sms: HttpGateway, provider: Running) -> None:
    provider.control(keeps_keys=False, can_ask=False)
    assert not keeps_keys(sms, provider)
    assert not can_ask(sms)


@pytest.mark.parametrize(
    ("fault", "outcome", "copies"),
    [
        ("500", Outcome.RETRY, 0),
        ("503", Outcome.RETRY, 0),
        ("429", Outcome.RETRY, 0),
        ("400", Outcome.REFUSED, 0),
        ("reset", Outcome.UNKNOWN, 0),
        ("drop", Outcome.UNKNOWN, 1),
        ("unreadable", Outcome.UNKNOWN, 1),
        ("twice", Outcome.ACCEPTED, 1),
    ],
)
def test_each_way_to_misbehave_is_read_as_what_it_is(
    sms: HttpGateway, provider: Running, fault: str, outcome: Outcome, copies: int
) -> None:
    provider.control(faults={fault: 1.0})
    sent = message()
    assert sms.send(sent).outcome is outcome
    assert provider.copies()[str(sent.idem_key)] == copies
    provider.control(faults={})
    after = message()
    assert sms.send(after).outcome is Outcome.ACCEPTED
    told = sms.ask(sent.idem_key)
    assert (told.outcome if told else None) == (Outcome.ACCEPTED if copies else None)


def test_a_second_answer_to_one_message_is_not_taken_for_the_answer_to_the_next(
    sms: HttpGateway, provider: Running
) -> None:
    provider.control(faults={"twice": 1.0})
    sent = [message() for _ in range(40)]
    results = [sms.send(one) for one in sent]
    provider.control(faults={})
    copies = provider.copies()
    believed = [one for one, result in zip(sent, results, strict=True) if result.outcome is Outcome.ACCEPTED]
    assert len(believed) >= 20
    assert all(copies[str(one.idem_key)] == 1 for one in believed)


def test_a_reference_of_another_message_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REMEMBERED", 1)
    answers = iter(["a", "a", "b", "b"])

    def answer(asked: httpx.Request) -> httpx.Response:
        words = {"reference": next(answers), "state": "accepted"}
        return httpx.Response(202 if asked.method == "POST" else 200, json=words)

    gateway = HttpGateway("http://sms.example", "", transport=httpx.MockTransport(answer))
    assert [gateway.send(message()).outcome for _ in range(3)] == [Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.ACCEPTED]
    assert gateway.ask(uuid.uuid4()) == Result(Outcome.UNKNOWN, detail="asked: of another message")


def test_mail_goes_over_one_connection_and_comes_back_after_it_is_closed(mail: Running) -> None:
    gateway = EmailGateway()
    assert is_blind(gateway)
    with gateway.kept_open():
        results = [gateway.send(message(to=f"a{number}@mail.example")) for number in range(3)]
        line = gateway._of_thread.connection
        refused = gateway.send(message(to="refused@mail.example"))
        assert gateway._of_thread.connection is None, "the server said 421 and hung up"
        assert refused.outcome is Outcome.RETRY
        results.append(gateway.send(message(to="b@mail.example")))
        assert gateway._of_thread.connection is not line
        assert gateway.send(message(to="refused@mail.example")).outcome is Outcome.REFUSED
        results.append(gateway.send(message(to='"odd one"@mail.example')))
    assert gateway._of_thread.connection is None
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 5
    assert sum(mail.copies().values()) == 5


def test_a_letter_that_was_announced_and_does_not_come_leaves_nothing_behind(mail: Running) -> None:
    gateway, before = EmailGateway(), sum(mail.copies().values())
    sent, other, last = message(to="a@mail.example"), message(to="b@mail.example"), message(to="c@mail.example")
    with gateway.kept_open():
        for then, one in [(other, sent), (last, other)]:
            gateway.expect(then)
            assert gateway.send(one).outcome is Outcome.ACCEPTED
        # A server that takes commands in a row waits for the letter to c, and gets none of d's words for it.
        assert gateway.send(message(to="d@mail.example")).outcome is Outcome.ACCEPTED
        gateway.expect(last)
        gateway.expect(message(to='"odd one"@mail.example'))
    assert sum(mail.copies().values()) == before + 3
    assert str(last.idem_key) not in mail.copies()


def test_nothing_is_announced_over_a_line_that_does_not_stay_open(mail: Running) -> None:
    gateway = EmailGateway()
    gateway.expect(message(to="b@mail.example"))
    assert gateway._of_thread.then == ""
    assert gateway.send(message(to="a@mail.example")).outcome is Outcome.ACCEPTED


def test_a_letter_is_what_django_would_write(settings: Settings) -> None:
    from email import message_from_bytes

    from django.core.mail import EmailMessage

    settings.DEFAULT_FROM_EMAIL = "no-reply@clinic.example"
    sent = message(to="ada@mail.example", text="Hola:\n\nSeñal\n.\nhttps://clinic.example/x\n")
    mine = message_from_bytes(adapter._letter(sent))
    theirs = message_from_bytes(
        EmailMessage(
            sent.subject,
            sent.text,
            "Wasatch Care <no-reply@clinic.example>",
            [sent.to],
            headers={"Message-ID": f"<{sent.idem_key}@clinic.example>", "Auto-Submitted": "auto-generated"},
        )
        .message()
        .as_bytes(linesep="\r\n")
    )
    assert sorted(mine.keys()) == sorted(theirs.keys())
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert differing <= {"Date"}
    assert mine.get_payload(decode=True) == theirs.get_payload(decode=True)


def test_a_connection_that_breaks_while_it_is_closed_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Line:
        def open(self) -> None: ...

        def send_messages(self, messages: Any) -> int:
            return 1

        def close(self) -> None:
            raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(adapter, "get_connection", Line)
    assert EmailGateway().send(message(to="ada@mail.example")).outcome is Outcome.ACCEPTED


def test_the_providers_of_the_tests_tell_what_they_took(sms: HttpGateway, provider: Running) -> None:
    provider.control(delay_s=0.05)
    began, sent = time.time(), message()
    sms.send(sent)
    assert began + 0.05 <= provider.told_at()[str(sent.idem_key)] <= time.time()
    with urllib.request.urlopen(f"{provider.url}/messages/by-key/{sent.idem_key}") as answer:  # noqa: S310 - our own
        assert json.load(answer)["state"] == "accepted"
    provider.control(delay_s=0)
