"""Every page of every role in a real browser, 390 and 1280 px wide: readable by everybody, nothing out of place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page

from tests.access import matrix
from tests.access.world import ANONYMOUS, ROLES, Side
from tests.browser.conftest import DESK, PHONE
from tests.browser.world import NEWCOMER, PASSWORD, World, build, session_of

ROWS = matrix.read()
ADDRESSES = matrix.addresses()
WALKERS = [*ROLES, NEWCOMER]
# One's own account looks the same whoever one is: one role walks it.
ACCOUNT_ROLE = "administrator"
FIRST_STEPS = set()
NOT_PAGES = {
    "livez": "a word for a machine",
    "readyz": "a word for a machine",
    "audit:export": "a file",
    "mfa_download_recovery_codes": "a file",
    "account_email": "leads to the sessions",
    "account_confirm_login_code": "signing in by a code in an e-mail is off",
    "account_set_password": "leads to changing the password there is",
    "mfa_authenticate": "opens between password and code: walked in the steps of signing in",
    "mfa_login_webauthn": "an answer for the script of the sign-in page",
    "mfa_reauthenticate_webauthn": "leads to the page for codes",
    "intake:save_evaluation": "leads back to the evaluation",
    "intake:save_history": "leads back to the history",
    "intake:add_addendum": "leads back to the evaluation",
    "visits:save": "leads back to the visit",
}
# Of one client there is no such page: the address leads on to the draft that stands.
LEADS_ON = {("intake:start_evaluation", "full"), ("visits:start", "full")}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RUN_AXE = """async tags => {
    const found = await axe.run(document, {
        runOnly: tags, resultTypes: ["violations"], preload: false, elementRef: false});
    return found.violations.filter(one => ["serious", "critical"].includes(one.impact)).flatMap(one =>
        one.nodes.map(node => `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`));
}"""
TOO_WIDE = """() => {
    const room = innerWidth, width = document.scrollingElement.scrollWidth;
    if (width <= room) return [];
    const parts = [...document.body.querySelectorAll("*")].filter(part => part.getBoundingClientRect().right > room);
    return [`${width} px wide: ${parts.slice(0, 3).map(part => part.outerHTML.slice(0, 120)).join(" | ")}`];
}"""


@dataclass(frozen=True)
class Stop:
    """One address of the walk, and the client it is about."""

    name: str
    side: str = "full"

    def path(self, world: World, role: str) -> str:
        side: Side = getattr(world, self.side)
        arguments = ADDRESSES[self.name].arguments
        return reverse(self.name, kwargs={key: side.key(key, self.name, role) for key in arguments})


def stops() -> list[Stop]:
    """Every address, and those that need a client alone once more for a client of whom nothing is known."""
    found = [Stop(name) for name, row in ROWS.items() if "GET" in row.methods]
    return found + [Stop(stop.name, "empty") for stop in found if ADDRESSES[stop.name].arguments == ["client_id"]]


def walk_of(role: str) -> list[Stop]:
    """The pages that a role opens by the matrix. The pages of the sign-in package go to one role of each kind."""
    return [
        stop
        for stop in stops()
        if stop.name not in NOT_PAGES and (stop.name, stop.side) not in LEADS_ON and _walks(role, stop.name)
    ]


def _walks(role: str, name: str) -> bool:
    row = ROWS[name]
    if name in FIRST_STEPS and role == NEWCOMER:
        return name == "mfa_activate_totp"
    if role == NEWCOMER or name == "mfa_activate_totp":
        return False
    if row.permission == "-":
        return role == (ACCOUNT_ROLE if row.answers[ANONYMOUS] == "sign-in" or name in SIGNED_IN_ONLY else ANONYMOUS)
    return row.answers[role] in {"yes", "own", "all"}
