"""Whatever is sent to a form, the answer is a page: no input, however wild, breaks one (S16, S25)."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import path, resolve, reverse

from clinic.staff.access import SIGN_IN_VIEWS
from tests.access import matrix
from tests.access.world import World

WILD: dict[str, Any] = {
    "zero": "a\x00b",
    "long": "x" * 20_000,
    "number": "9" * 5_000,
    "big": "99999999999999999999",
    "below": "-1",
    "not a number": "NaN",
    "power": "1e999999",
    "first day": "0001-01-01",
    "last day": "9999-12-31T23:59",
    "no day": "2026-02-30",
    "no id": "00000000-0000-0000-0000-00000000000g",
    "other id": "018f0000-0000-7000-8000-000000000000",
    "half a pair": "\ud800".encode("utf-8", "surrogatepass"),
    "order": "'; DROP TABLE clients; --",
    "many": ["1", "x" * 300, "", "2026-01-01"],
    "nothing": "",
}
ROWS, ADDRESSES = matrix.read(), matrix.addresses()
LET_IN = {"own", "all", "yes"}
PAGES = sorted(
    name
    for name, row in ROWS.items()
    if "GET" in row.methods and LET_IN & set(row.answers.values()) and name not in SIGN_IN_VIEWS
)
SKIPPED = {"csrfmiddlewaretoken"}


@dataclass
class Sent:
    """A form as a page holds it."""

    action: str
    method: str
    values: dict[str, Any] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page with the names of their fields and what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Sent] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        # The page's own forms: those of the frame around it stand on every page, and one of them signs out.
        self.is_inside = self.is_inside or tag == "main"
        if not self.is_inside:
            return
        if tag == "form":
            self.found.append(Sent(said.get("action") or "", (said.get("method") or "get").lower()))
        name = said.get("name")
        if tag in {"input", "select", "textarea", "button"} and name and self.found and name not in SKIPPED:
            self.found[-1].values.setdefault(name, said.get("value") or "")
        if tag == "button" and said.get("formaction") and self.found:
            self.found.append(Sent(said["formaction"] or "", "post", dict(self.found[-1].values)))


def forms_of(browser: Browser, address: str) -> list[Sent]:
    parser = Forms()
    answer = browser.get(address)
    # What is printed is no page and holds no form.
    if answer.headers["Content-Type"].startswith("text/html"):
        parser.feed(answer.content.decode())
    alike: dict[tuple[str, str, frozenset[str]], Sent] = {}
    for form in parser.found:
        form.action = form.action if form.action.startswith("/") else address + form.action
        # One form for each row of a list: the first stands for all.
        alike.setdefault((view_of(form.action), form.method, frozenset(form.values)), form)
    return list(alike.values())


def view_of(action: str) -> str:
    return resolve(urlsplit(action).path).view_name


def trials(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Wild values in all fields at once, then one in each field by itself, the others as the page has them.

    Of the rows of one form, all alike, the fields of the first are tried by themselves.
    """
    kinds = list(WILD)
    for shift in range(0, len(kinds), 4):
        yield f"all, {shift}", {name: WILD[kinds[(n + shift) % len(kinds)]] for n, name in enumerate(values)}
    by_themselves = {re.sub(r"\d+", "0", name): name for name in reversed(values)}
    for number, name in enumerate(reversed(by_themselves.values())):
        kind = kinds[number % len(kinds)]
        yield f"{name} {kind}", {**values, name: WILD[kind]}


def breaks(browser: Browser, form: Sent) -> list[str]:
    """What each trial of one form broke."""
    found = []
    for what, data in trials(form.values):
        cache.clear()
        cookies = deepcopy(browser.cookies)
        point = transaction.savepoint()
        try:
            send = browser.post if form.method == "post" else browser.get
            status = send(form.action, data).status_code
        except Exception as crash:
            found.append(f"{form.action} {what}: {type(crash).__name__}: {str(crash)[:120]}")
        else:
            found += [f"{form.action} {what}: {status}"] if status >= 500 else []
        finally:
            transaction.savepoint_rollback(point)
            browser.cookies = cookies
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_input_breaks_a_page(world: World, name: str) -> None:
    row, address = ROWS[name], ADDRESSES[name]
    role = next(role for role, word in row.answers.items() if word in LET_IN)
    page = reverse(name, kwargs=world.kwargs(address.arguments, name, "own", role))
    browser = world.browsers[role]
    assert [broken for form in forms_of(browser, page) for broken in breaks(browser, form)] == []


def planted(request: HttpRequest) -> HttpResponse:
    number = int(request.POST.get("number", "0"))
    return HttpResponse(f'<main><form method="post"><input name="number" value="{number}"></form></main>')


urlpatterns = [path("planted/", planted)]


@pytest.mark.urls("tests.security.test_wild_input")
@pytest.mark.django_db
def test_a_page_that_trusts_its_form_is_caught(settings: Any) -> None:
    settings.MIDDLEWARE = []
    browser = Browser()
    (form,) = forms_of(browser, "/planted/")
    assert any("ValueError" in broken for broken in breaks(browser, form))
