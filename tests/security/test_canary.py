"""A refused answer and a log line hold nothing of a client (S04, S21)."""

import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.risk.models import RiskAlert
from medmgmt import logs
from tests.access import matrix
from tests.access.world import ANONYMOUS, CANARY, ROLES, World


def refused_answers(world: World) -> Any:
    """Every address, asked for another team's client by everybody who is to be refused it, drawn in full."""
    rows = matrix.read()
    for name, address in matrix.addresses().items():
        row = rows[name]
        if row.permission == "-":
            continue
        for role in ROLES:
            if row.lets_in(role, "others"):
                continue
            path = reverse(name, kwargs=world.kwargs(address.arguments, name, "others", role))
            for method in sorted(row.methods):
                yield f"{name} {role} {method}", getattr(world.browsers[role], method.lower())(path)


def test_no_refused_answer_and_no_log_line_tells_of_a_client(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    words = [CANARY.encode(), world.others.client.family_name.encode()]
    told, seen = [], 0
    for name, response in refused_answers(world):
        if response.status_code not in {302, 403, 404, 405}:
            continue
        seen += 1
        headers = str(response.headers).encode()
        told += [name for word in words if word in response.content or word in headers]
    assert told == []
    assert seen > 250
    assert not [line for line in caplog.messages if any(word.decode() in line for word in words)]


@pytest.fixture(params=[False, True], ids=["demo", "production"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the log says, written as in the demo and as in production."""
    logs.configure(level="INFO", as_json=request.param)
    written = io.StringIO()
    console = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, logs.Discreet))
    assert isinstance(console, logging.StreamHandler)
    console.setStream(written)
    yield written
    logs.configure(level="INFO", as_json=False)


def crash(*args: Any, **kwargs: Any) -> None:
    """Breaks with the canary in a local variable, in the words of the exception and in those of the one behind it."""
    name = CANARY
    try:
        raise KeyError(name)
    except KeyError as behind:
        raise RuntimeError(f"{name} broke half-way") from behind


def test_a_crash_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO) -> None:
    """A page that breaks half-way shows the plain page of the house; the log says where it broke and of nobody."""
    monkeypatch.setattr("clinic.clients.queries.contact_parts", crash)
    browser = world.browsers["prescriber"]
    browser.raise_request_exception = False
    answer = browser.get(reverse("clients:detail", args=[world.own.client.pk]), {"note": CANARY})
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    said = lines.getvalue()
    assert CANARY not in said
    for word in ("500: GET clients:detail", "builtins.RuntimeError", "builtins.KeyError", "test_canary.py", "in crash"):
        assert word in said


def test_a_crash_behind_a_link_tells_neither_link_nor_words(
    world: World, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    monkeypatch.setattr("clinic.checkins.queries.open_checkin", crash)
    browser, token = Browser(raise_request_exception=False), world.own.key("token", "checkins:answer")
    assert browser.post(reverse("checkins:answer", args=[token]), {"words": CANARY}).status_code == 500
    assert "500: POST checkins:answer" in lines.getvalue()
    assert token not in lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_a_row_that_the_database_refuses_is_not_told(world: World, lines: io.StringIO) -> None:
    client = world.own.client
    words = {"kind": "medical", "source": "x", "reason": CANARY, "disposition": "gone"}
    with pytest.raises(IntegrityError, match=CANARY) as refused, transaction.atomic():
        RiskAlert.objects.create(client=client, raised_at=timezone.now(), **words)
    structlog.get_logger("clinic.test").error("not kept", client_id=str(client.pk), exc_info=refused.value)
    said = lines.getvalue()
    assert "risk_closed_with_disposition" in said
    assert str(client.pk) in said
    assert CANARY not in said


def test_a_task_and_a_letter_that_fail_are_told_without_their_words(lines: io.StringIO) -> None:
    task = {"name": "clinic.messaging.tasks.send_due", "id": "1", "exc": CANARY, "args": CANARY, "traceback": CANARY}
    try:
        crash()
    except RuntimeError as error:
        logging.getLogger("celery.app.trace").error("Task %(name)s raised: %(exc)s\n%(traceback)s", task, exc_info=True)
        logging.getLogger("django.db").error("Error calling %s in on_commit() (%s).", "send", error, exc_info=True)
        logging.getLogger("clinic.messaging").exception("the sweep of %s failed", "send_due")
    said = lines.getvalue()
    for words in ("the task clinic.messaging.tasks.send_due failed", "in on_commit()", "the sweep of send_due failed"):
        assert words in said
    assert CANARY not in said


def test_a_log_that_formats_as_usual_is_seen_to_tell(lines: io.StringIO) -> None:
    """The canary sings in a usual log."""
    usual = logging.StreamHandler(written := io.StringIO())
    logging.getLogger("planted").addHandler(usual)
    try:
        crash()
    except RuntimeError:
        logging.getLogger("planted").exception("broke")
    logging.getLogger("planted").removeHandler(usual)
    assert CANARY in written.getvalue()
    assert CANARY not in lines.getvalue()


def test_a_page_that_one_may_open_does_hold_the_canary(world: World) -> None:
    """The canary sings: were it not on the pages, its silence would mean nothing."""
    page = world.browsers["prescriber"].get(reverse("caseload:chart", args=[world.own.client.pk]))
    assert CANARY in page.content.decode()


def taking(converter: str) -> set[str]:
    """The addresses with a part of one kind."""
    return {
        name
        for name, address in matrix.addresses().items()
        if converter in {type(c).__name__ for c in address.pattern.pattern.converters.values()}
    }


def test_addresses_hold_only_ids() -> None:
    kinds = {type(c).__name__ for a in matrix.addresses().values() for c in a.pattern.pattern.converters.values()}
    assert kinds <= {"UUIDConverter", "IntConverter", "StringConverter", "SlugConverter"}
    # A protocol is named by its key in the clinic's own list.
    assert taking("SlugConverter") == {"monitoring:decide_protocol"}
    # Each holds a random token, and nothing of the person.
    by_link = {"checkins:answer", "handouts:page", "safety_page", "appointment_page", "reminder_page"}
    by_link |= {"consent_page", "scales_page"}
    assert taking("StringConverter") == by_link | {"device_page"}


def test_nobody_is_somebody_without_a_session(db: None) -> None:
    assert Browser().get(reverse("caseload:home")).status_code == 302
    assert ANONYMOUS in ROLES


def test_a_command_that_breaks_tells_its_place_alone(lines: io.StringIO) -> None:
    try:
        crash()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    said = lines.getvalue()
    for words in ("the command failed", "builtins.RuntimeError", "builtins.KeyError", "in crash"):
        assert words in said
    assert CANARY not in said


@pytest.mark.parametrize("error", [ImproperlyConfigured("SECRET_KEY is missing."), KeyboardInterrupt()])
def test_wrong_settings_are_told_in_full(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    sys.excepthook(type(error), error, None)
    assert str(error) in capsys.readouterr().err
    assert lines.getvalue() == ""
