"""The pages of sign-in and second factors wear the house's look and obey its content security policy."""

from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.core.mail import EmailMessage
from django.test import Client as Browser

from tests.core.test_pages import inline_code
from tests.factories.staff import UserFactory

PASSWORD = "an old oak by the river"


@pytest.fixture
def signed_in(browser: Browser, db: None) -> Browser:
    user = UserFactory(second_factor=False, is_demo=True)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": "/accounts/2fa/"})
    assert BACKEND_SESSION_KEY in browser.session
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    return browser


def test_the_mail_for_a_new_password_speaks_for_the_clinic(
    browser: Browser, db: None, mailoutbox: list[EmailMessage], settings: Any
) -> None:
    user = UserFactory(email="leah@clinic.example")
    browser.post("/accounts/password/reset/", {"email": user.email})
    (mail,) = mailoutbox
    assert mail.subject == "Choose a new password"
    assert f"your {settings.MESSAGE_SENDER_NAME} account" in mail.body
    assert "/accounts/password/reset/key/" in mail.body
    assert "testserver!" not in mail.body


def assert_wears_the_look(page: str) -> None:
    assert "css/clinic.css" in page
    assert page.count("<h1") == 1
    assert inline_code(page) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["login/", "password/reset/", "password/reset/done/", "inactive/"])
def test_pages_before_sign_in(browser: Browser, path: str) -> None:
    page = browser.get(f"/accounts/{path}").content.decode()

    assert_wears_the_look(page)
    assert "Sign out" not in page


@pytest.mark.parametrize(
    "path",
    ["logout/", "reauthenticate/", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "sessions/"],
)
def test_pages_after_sign_in(signed_in: Browser, path: str) -> None:
    answer = signed_in.get(f"/accounts/{path}", follow=True)

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == f"/accounts/{path}"
    assert_wears_the_look(answer.content.decode())


def test_wrong_password_is_said_and_the_address_kept(browser: Browser, prescriber: Any) -> None:
    page = browser.post("/accounts/login/", {"login": prescriber.email, "password": "wrong"}).content.decode()

    assert "are not correct" in page
    assert prescriber.email in page
