"""Reads the matrix, walks every address with every role, method and owner, and judges the answers."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import transaction
from django.http import HttpResponseBase
from django.template.backends.django import Template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.staff.access import SIGN_IN_VIEWS
from tests.access.world import ANONYMOUS, ROLES, World

FILE = Path(__file__).with_name("matrix.csv")
METHODS = ("GET", "POST", "DELETE")
OWNERSHIPS = ("own", "others", "missing", "mixed")
WORDS = {"no", "yes", "own", "all", "sign-in"}
LET_IN = {200, 204, 302, 400, 409, 422}
SIGN_IN_PAGES = ("/accounts/login/", "/accounts/2fa/")
DRAWN = "404.html"
# What a page must be sent so that it looks for the record before it looks at the form.
NO_ROWS = {f"{part}-TOTAL_FORMS": "0" for part in ("problems", "goals", "interventions")}
NO_ROWS |= {name.replace("TOTAL", "INITIAL"): "0" for name in NO_ROWS}
POSTED: dict[str, dict[str, str]] = {
    "worklist:snooze_item": {"days": "1"},
    "intake:autosave_evaluation": {"version": "1", "evaluated_on": "2026-03-02"},
    "plans:draft": {"version": "0", **NO_ROWS},
    "clients:review_access": {"note": "Called the emergency contact, fine."},
}


@dataclass(frozen=True)
class Row:
    """One address and who gets in.

    `no`: 403. `yes`: in, the page belongs to nobody. `own`: in for one's own clients, 404 for others'. `all`: in for
    every client. `sign-in`: sent to the sign-in page. Missing records are always 404, like those out of scope.
    """

    url: str
    permission: str
    methods: frozenset[str]
    answers: dict[str, str]

    def lets_in(self, role: str, ownership: str) -> bool:
        owners = {"yes": OWNERSHIPS, "own": ("own",), "all": ("own", "others")}
        return ownership in owners.get(self.answers[role], ())


def read(path: Path = FILE) -> dict[str, Row]:
    """The matrix by name of the address."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    rows = {}
    for raw in csv.DictReader(lines, skipinitialspace=True):
        cells = {name: value.strip() for name, value in raw.items()}
        answers = {role: cells[role] for role in ROLES}
        assert set(answers.values()) <= WORDS, cells["url"]
        rows[cells["url"]] = Row(cells["url"], cells["permission"], frozenset(cells["methods"].split()), answers)
    return rows


@dataclass(frozen=True)
class Address:
    """One view of the resolver with its full name and the names of its arguments."""

    name: str
    pattern: URLPattern
    arguments: list[str]

    @property
    def permission(self) -> str:
        return getattr(self.pattern.callback, "permission", "-")


def addresses() -> dict[str, Address]:
    """Every named view of the portal; the first pattern of a name is the one that answers."""
    found: dict[str, Address] = {}
    for address in _walk(get_resolver(), ""):
        found.setdefault(address.name, address)
    return found


def _walk(resolver: URLResolver, namespace: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            for address in _walk(pattern, inner):
                mine = list(pattern.pattern.regex.groupindex)
                yield Address(address.name, address.pattern, [*mine, *address.arguments])
        else:
            arguments = list(pattern.pattern.regex.groupindex)
            yield Address(f"{namespace}{pattern.name or pattern.pattern}", pattern, arguments)


@dataclass(frozen=True)
class Answer:
    """What came back: enough to judge and to compare."""

    status: int
    location: str
    body: bytes


def ownerships(address: Address) -> list[str]:
    if not address.arguments:
        return ["own"]
    return ["own", "others", "missing", *(["mixed"] if len(address.arguments) > 1 else [])]


@contextmanager
def without_rendering() -> Iterator[None]:
    """Pages come back as their template's name; the 404 is drawn, for its bytes are compared."""
    render = Template.render

    def quick(self: Template, context: Any = None, request: Any = None) -> str:
        name = self.template.name
        # A part without a request is drawn once and kept by the process: it must be the real one.
        return render(self, context, request) if name == DRAWN or request is None else f"<{name}>"

    with mock.patch.object(Template, "render", quick):
        yield


def ask(world: World, address: Address, role: str, method: str, ownership: str) -> Answer | str:
    """One request, undone afterwards; a crash comes back as its own words."""
    path = reverse(address.name, kwargs=world.kwargs(address.arguments, address.name, ownership, role))
    browser = world.browsers[role]
    headers = {"X-Autosave": "1"} if method == "AUTOSAVE" else {}
    send = {"GET": browser.get, "DELETE": browser.delete}.get(method, browser.post)
    data: Any = "" if method == "DELETE" else POSTED.get(address.name, {}) if method != "GET" else None
    cookies, point = deepcopy(browser.cookies), transaction.savepoint()
    try:
        response: HttpResponseBase = (
            send(path, data, headers=headers) if data is not None else send(path, headers=headers)
        )
    except Exception as crash:
        return f"{type(crash).__name__}: {crash}"
    finally:
        transaction.savepoint_rollback(point)
        browser.cookies = cookies
    body = b"" if response.streaming else response.content
    return Answer(response.status_code, response.headers.get("Location", ""), _steady(body))


def _steady(body: bytes) -> bytes:
    """A page without what differs each time by design: the guard of its forms and the nonce of its scripts."""
    return re.sub(rb'(csrfmiddlewaretoken" value|nonce|content)="[^"]*"', b"", body)


def judge(row: Row, role: str, method: str, ownership: str, answer: Answer | str) -> str | None:
    """What is wrong with an answer, or None."""
    if isinstance(answer, str):
        return answer
    allowed = method.replace("AUTOSAVE", "POST") in row.methods
    word = row.answers[role]
    to_sign_in = answer.status == 302 and answer.location.startswith(SIGN_IN_PAGES)
    if word == "sign-in":
        return None if to_sign_in else f"{answer.status}, not sent to the sign-in page"
    if row.url in SIGN_IN_VIEWS:
        return None if answer.status < 500 else f"{answer.status}, not answered"
    if not allowed:
        refused = answer.status in {403, 404, 405} or (method == "GET" and answer.status == 302)
        return None if refused else f"{answer.status}, though {method} is not among its methods"
    if word == "no":
        return None if answer.status == 403 else f"{answer.status}, not 403"
    if row.lets_in(role, ownership):
        let_in = answer.status in LET_IN and not to_sign_in
        return None if let_in else f"{answer.status} {answer.location}, not let in"
    return None if answer.status == 404 else f"{answer.status}, not 404"


def violations(world: World, address: Address, row: Row) -> tuple[int, list[str]]:
    """How many cells of one address were asked, and what is wrong with them."""
    found, cells = [], 0
    for role in ROLES:
        for method in methods_of(row, role):
            answers = {kind: ask(world, address, role, method, kind) for kind in ownerships(address)}
            cells += len(answers)
            for ownership, answer in answers.items():
                wrong = judge(row, role, method, ownership, answer)
                if wrong:
                    found.append(f"{address.name} {role} {method} {ownership}: {wrong}")
            if row.answers[role] == "own" and method in row.methods and answers.get("others") != answers.get("missing"):
                found.append(f"{address.name} {role} {method}: others' and missing differ")
    return cells, found


def methods_of(row: Row, role: str) -> tuple[str, ...]:
    """The sign-in package's own pages differ by no record; autosaving goes another way through a page than saving."""
    if row.url in SIGN_IN_VIEWS:
        return ("GET", "POST")
    return (*METHODS, "AUTOSAVE") if row.answers[role] == "own" and "POST" in row.methods else METHODS


def listing_faults(rows: dict[str, Row], found: dict[str, Address]) -> list[str]:
    """Addresses that the matrix does not know, rows without an address, and permissions that differ."""
    return [
        *(f"{name}: not in the matrix" for name in sorted(found.keys() - rows.keys())),
        *(f"{name}: no such address" for name in sorted(rows.keys() - found.keys())),
        *(
            f"{name}: asks for {found[name].permission}, the matrix says {row.permission}"
            for name, row in rows.items()
            if name in found and found[name].permission != row.permission
        ),
        *(
            f"{name}: a page of the staff that lets {ANONYMOUS} in"
            for name, row in rows.items()
            if row.permission != "-" and row.answers[ANONYMOUS] != "sign-in"
        ),
    ]
