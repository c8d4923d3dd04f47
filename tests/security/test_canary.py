"""A refused answer and a log line hold nothing of a client (S04, S21)."""

import logging
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

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


def test_a_crash_tells_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A page that breaks half-way shows the plain page of the house; the log names no client."""

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken half-way")

    monkeypatch.setattr("clinic.clients.queries.contact_parts", broken)
    browser = world.browsers["prescriber"]
    browser.raise_request_exception = False
    answer = browser.get(reverse("clients:detail", args=[world.own.client.pk]))
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    assert CANARY not in "".join(capfd.readouterr())


def test_a_page_that_one_may_open_does_hold_the_canary(world: World) -> None:
    """The canary sings: were it not on the pages, its silence would mean nothing."""
    page = world.browsers["prescriber"].get(reverse("caseload:chart", args=[world.own.client.pk]))
    assert CANARY in page.content.decode()


def test_addresses_hold_only_ids() -> None:
    kinds = {type(c).__name__ for a in matrix.addresses().values() for c in a.pattern.pattern.converters.values()}
    assert kinds <= {"UUIDConverter", "IntConverter", "StringConverter"}
    strings = {
        name
        for name, address in matrix.addresses().items()
        if "StringConverter" in {type(c).__name__ for c in address.pattern.pattern.converters.values()}
    }
    assert strings == {"checkins:answer"}


def test_nobody_is_somebody_without_a_session(db: None) -> None:
    assert Browser().get(reverse("caseload:home")).status_code == 302
    assert ANONYMOUS in ROLES
