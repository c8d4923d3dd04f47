"""People of the running clinic: accounts with a second factor, and how they sign in."""

import time
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client as Browser
from playwright.sync_api import BrowserContext, Page

from clinic.staff.models import User
from clinic.staff.roles import Role

PASSWORD = "a-long-walk-by-the-lake"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def hire(role: Role, full_name: str) -> User:
    """A member of staff who can sign in by page: password and a code of the authenticator app."""
    user = User.objects.create_user(
        email=f"{uuid4().hex[:12]}@clinic.example", password=None, full_name=full_name, roles=[role]
    )
    # The tests' settings hash cheaply; the running clinic takes argon2 alone.
    hasher = Argon2PasswordHasher()
    user.password = hasher.encode(PASSWORD, hasher.salt())
    user.save(update_fields=["password"])
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    return user


def code_now() -> str:
    """What the authenticator app shows."""
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


def sign_in(page: Page, url: str, user: User) -> None:
    """By the pages: e-mail, password, code."""
    page.goto(f"{url}/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_now())
    page.get_by_label("Code").press("Enter")


def let_in(context: BrowserContext, url: str, user: User) -> None:
    """By a session made beforehand, where signing in is not what the test is about."""
    browser = Browser()
    browser.force_login(user)
    context.add_cookies([{"name": "session", "value": browser.cookies["session"].value, "url": url}])
