"""What every answer carries, whatever page and whoever asks (S18, S28)."""

from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from tests.access import matrix
from tests.access.world import ANONYMOUS, World


def faults(response: HttpResponseBase) -> list[str]:
    """Headers that are missing or too weak."""
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = {
        "no policy": "default-src 'none'" in policy,
        "framing": "frame-ancestors 'none'" in policy and response.headers.get("X-Frame-Options") == "DENY",
        "forms go anywhere": "form-action 'self'" in policy,
        "base": "base-uri 'none'" in policy,
        "unsafe": "unsafe" not in policy and "*" not in policy,
        "sniffing": response.headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": response.headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "kept": response.headers.get("Cache-Control") == "no-store, private",
        "opener": response.headers.get("Cross-Origin-Opener-Policy") == "same-origin",
    }
    return [name for name, holds in wanted.items() if not holds]


def answers(world: World) -> Any:
    """Every address as somebody who may open it, as somebody who may not, and as nobody."""
    rows = matrix.read()
    with matrix.without_rendering():
        for name, address in matrix.addresses().items():
            row = rows[name]
            roles = {word: role for role, word in row.answers.items()}
            for role in {*roles.values(), ANONYMOUS}:
                path = reverse(name, kwargs=world.kwargs(address.arguments, name, "own", role))
                yield f"{name} {role}", world.browsers[role].get(path)


def test_every_answer_carries_them(world: World) -> None:
    found, seen = [], 0
    for name, response in answers(world):
        seen += 1
        found += [f"{name}: {fault}" for fault in faults(response)]
    assert found == []
    assert seen > 200


@pytest.mark.parametrize(
    ("header", "value", "fault"),
    [
        ("Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'", "unsafe"),
        ("Cache-Control", "private", "kept"),
        ("X-Content-Type-Options", "", "sniffing"),
        ("X-Frame-Options", "SAMEORIGIN", "framing"),
        ("Referrer-Policy", "unsafe-url", "referrer"),
    ],
)
def test_a_weak_header_is_seen(browser: Browser, db: None, header: str, value: str, fault: str) -> None:
    response = browser.get(reverse("account_login"))
    assert faults(response) == []
    response.headers[header] = value
    assert fault in faults(response)


def test_a_client_link_sends_no_referrer_at_all(world: World) -> None:
    path = reverse("checkins:answer", args=[world.own.key("token", "checkins:answer")])
    assert Browser().get(path).headers["Referrer-Policy"] == "no-referrer"


def test_cookies_are_for_this_site_and_out_of_reach_of_scripts(browser: Browser, db: None) -> None:
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        cookies = browser.get(reverse("account_login"), secure=True).cookies
    assert cookies
    for cookie in cookies.values():
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["domain"]) == (True, True, "Lax", "")


@override_settings(
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=31_536_000,
    SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_HSTS_PRELOAD=True,
)
def test_only_https_and_for_a_year(db: None) -> None:
    browser = Browser()
    plain = browser.get(reverse("account_login"))
    assert (plain.status_code, plain.headers["Location"][:8]) == (301, "https://")
    strict = browser.get(reverse("account_login"), secure=True).headers["Strict-Transport-Security"]
    assert strict == "max-age=31536000; includeSubDomains; preload"


def test_the_session_lives_in_the_database_and_ends_with_the_browser() -> None:
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
