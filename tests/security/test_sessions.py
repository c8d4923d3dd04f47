"""Half signed in is not signed in (S10), and a session has its end (S11)."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

from clinic.staff.access import PUBLIC_VIEWS, SIGN_IN_VIEWS
from tests.access import matrix
from tests.access.world import World
from tests.factories.staff import UserFactory
from tests.staff.test_sign_in import SECRET, give_password, with_password

ADDRESSES = {n: a for n, a in matrix.addresses().items() if n not in PUBLIC_VIEWS | SIGN_IN_VIEWS}


def reached(browser: Browser, world: World) -> list[str]:
    """Pages that such a browser gets to, read or written."""
    found = []
    with matrix.without_rendering():
        for name, address in ADDRESSES.items():
            path = reverse(name, kwargs=world.kwargs(address.arguments, name, "own", "coordinator"))
            for answer in (browser.get(path), browser.post(path, {})):
                if not (answer.status_code == 302 and answer.headers["Location"].startswith(matrix.SIGN_IN_PAGES)):
                    found.append(f"{name}: {answer.status_code}")
    return found


def test_with_the_password_alone_no_page_is_reached(world: World) -> None:
    user = with_password(second_factor=False, acting_role="coordinator")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    half = Browser()
    assert give_password(half, user.email).headers["Location"] == reverse("mfa_authenticate")
    assert reached(half, world) == []


def test_without_a_factor_set_up_no_page_is_reached(world: World) -> None:
    bare = Browser()
    bare.force_login(UserFactory(second_factor=False, acting_role="coordinator"))
    assert reached(bare, world) == []


def test_the_walk_sees_a_page_that_is_reached(world: World) -> None:
    assert len(reached(world.browsers["coordinator"], world)) == len(ADDRESSES) * 2


@pytest.mark.parametrize("extra", ["", "?keep=1", "?session_timeout=999", "?_refresh=1"])
def test_polling_in_the_background_never_keeps_a_session_alive(browser: Browser, db: None, extra: str) -> None:
    start = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        browser.force_login(UserFactory())
        page = reverse("usersessions_list") + extra
        assert browser.get(page).status_code == 200
        served = []
        for second in range(10, 20 * 60, 10):
            clock.move_to(start + dt.timedelta(seconds=second))
            if browser.get(page, headers={"X-Background": "1"}).status_code == 200:
                served.append(second)
    assert max(served) < 15 * 60
    assert min(served) == 10


def test_the_guard_of_forms_is_given_once_and_anew_with_each_sign_in(db: None) -> None:
    user = with_password(second_factor=False, acting_role="coordinator")
    browser = Browser()
    assert settings.CSRF_COOKIE_NAME in browser.get(reverse("account_login")).cookies
    assert settings.CSRF_COOKIE_NAME not in browser.get(reverse("account_login")).cookies
    before = browser.cookies[settings.CSRF_COOKIE_NAME].value
    give_password(browser, user.email)
    assert browser.get(reverse("mfa_index")).status_code == 200
    assert browser.cookies[settings.CSRF_COOKIE_NAME].value != before
    assert settings.CSRF_COOKIE_NAME not in browser.get(reverse("mfa_index")).cookies
