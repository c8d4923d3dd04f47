"""Every address, role, method and owner against the matrix, and that a hole in any of it is seen."""

import datetime as dt
import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import get_resolver
from django.utils import timezone

from clinic.clients.models import BreakGlassAccess, Client, SharingConsent
from clinic.clients.models.client import ClientQuerySet
from clinic.staff.access import PUBLIC_VIEWS, SIGN_IN_VIEWS, requires
from clinic.staff.permissions import Permission
from tests.access import matrix
from tests.access.matrix import Answer
from tests.access.world import ROLES, World, build
from tests.architecture.walls import unguarded

ROWS = matrix.read()
ADDRESSES = matrix.addresses()
GUARDED = sorted(name for name, address in ADDRESSES.items() if address.permission != "-" and name in ROWS)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for the whole module, in one transaction that is thrown away."""
    with django_db_blocker.unblock(), transaction.atomic(), matrix.without_rendering():
        yield build()
        transaction.set_rollback(True)


def test_the_matrix_knows_every_address() -> None:
    assert matrix.listing_faults(ROWS, ADDRESSES) == []


def test_the_walk_is_wide() -> None:
    cells = sum(
        len(matrix.methods_of(ROWS[name], role)) * len(matrix.ownerships(address))
        for name, address in ADDRESSES.items()
        for role in ROLES
    )
    assert cells > 4500


def test_only_what_is_listed_needs_no_permission() -> None:
    assert {name for name, row in ROWS.items() if row.permission == "-"} == PUBLIC_VIEWS | SIGN_IN_VIEWS


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_role_gets_the_answer_of_the_matrix(world: World, name: str, record_property: Any) -> None:
    cells, found = matrix.violations(world, ADDRESSES[name], ROWS[name])
    record_property("cells", cells)
    assert found == []


@pytest.mark.parametrize("name", GUARDED)
def test_a_view_that_lost_its_permission_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ADDRESSES[name]
    monkeypatch.setattr(address.pattern, "callback", inspect.unwrap(address.pattern.callback))
    assert unguarded(get_resolver(), PUBLIC_VIEWS | SIGN_IN_VIEWS) == [name]
    assert matrix.listing_faults({name: ROWS[name]}, {name: address}) == [
        f"{name}: asks for -, the matrix says {ROWS[name].permission}"
    ]


@pytest.mark.parametrize("name", [name for name in GUARDED if "no" in ROWS[name].answers.values()])
def test_a_permission_that_everybody_has_is_seen_by_who_gets_in(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, row = ADDRESSES[name], ROWS[name]
    open_view = requires(Permission.USE_PORTAL)(inspect.unwrap(address.pattern.callback))
    monkeypatch.setattr(address.pattern, "callback", open_view)
    role = next(role for role in ROLES if row.answers[role] == "no")
    method = next(method for method in matrix.METHODS if method in row.methods)
    answer = matrix.ask(world, address, role, method, "own")
    assert matrix.judge(row, role, method, "own", answer) is not None


@pytest.mark.parametrize(
    "name", ["caseload:chart", "clients:detail", "plans:plan", "titration:dose_plan", "risk:alert"]
)
def test_a_query_without_scope_is_seen(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(self: ClientQuerySet, user: object) -> ClientQuerySet:
        return self

    monkeypatch.setattr(ClientQuerySet, "visible_to", everything)
    monkeypatch.setattr(ClientQuerySet, "charts_open_to", everything)
    # Reads that were built with the true scope are built anew, and those with the planted one forgotten after.
    monkeypatch.setattr("clinic.core.queries._built", threading.local())
    found = matrix.violations(world, ADDRESSES[name], ROWS[name])[1]
    assert any("others: 200, not 404" in hole for hole in found)
    assert any("others' and missing differ" in hole for hole in found)


def test_a_refusal_that_tells_that_somebody_exists_is_seen() -> None:
    row = ROWS["caseload:chart"]
    assert matrix.judge(row, "prescriber", "GET", "others", Answer(403, "", b"")) == "403, not 404"
    assert matrix.judge(row, "prescriber", "GET", "missing", Answer(404, "", b"")) is None


def test_a_page_of_nobody_and_a_row_of_nothing_are_seen() -> None:
    rows = {"caseload:gone": ROWS["caseload:chart"]}
    found = {"caseload:new": ADDRESSES["caseload:chart"]}
    assert matrix.listing_faults(rows, found) == ["caseload:new: not in the matrix", "caseload:gone: no such address"]


CLINICAL = ["caseload:chart", "plans:plan", "titration:dose_plan", "intake:history", "visits:visit", "checkins:review"]


@pytest.mark.parametrize("name", CLINICAL)
@pytest.mark.parametrize(("minutes", "status"), [(30, 200), (-1, 404)])
def test_break_glass_opens_a_chart_until_it_expires(world: World, name: str, minutes: int, status: int) -> None:
    with undone():
        now = timezone.now()
        BreakGlassAccess.objects.create(
            client=world.others.client,
            user=world.staff["therapist"],
            reason="Collapsed in the waiting room",
            opened_at=now - dt.timedelta(hours=1),
            expires_at=now + dt.timedelta(minutes=minutes),
        )
        answer = matrix.ask(world, ADDRESSES[name], "therapist", "GET", "others")
        assert isinstance(answer, Answer)
        assert answer.status == status


@pytest.mark.parametrize("name", CLINICAL)
def test_without_consent_to_share_a_therapist_meets_a_closed_chart(world: World, name: str) -> None:
    with undone():
        SharingConsent.objects.filter(client=world.own.client).update(
            revoked_at=timezone.now(), revoked_by=world.own.prescriber
        )
        answers = {role: matrix.ask(world, ADDRESSES[name], role, "GET", "own") for role in ("therapist", "prescriber")}
        missing = matrix.ask(world, ADDRESSES[name], "therapist", "GET", "missing")
    assert answers["therapist"] == missing
    assert isinstance(answers["prescriber"], Answer)
    assert answers["prescriber"].status == 200


@contextmanager
def undone() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def test_the_world_is_thrown_away(world: World) -> None:
    assert connection.in_atomic_block
    assert Client.objects.count() == 2
