"""Signing in: limits on tries, the second factor and its set-up, and what the audit says of it."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.models import User
from tests.factories.staff import UserFactory

PASSWORD = "seven brown otters swim"
SECRET = "JBSWY3DPEHPK3PXP"
NOON = 1_772_476_800
SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def with_password(**traits: Any) -> User:
    user: User = UserFactory(**traits)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def member(db: None) -> User:
    """Somebody with a password and an authenticator app."""
    user = with_password(second_factor=False, email="mia@clinic.example")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    return user


def code_at(second: int, secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, second // 30))


def give_password(browser: Browser, email: str, password: str = PASSWORD) -> Any:
    return browser.post(SIGN_IN, {"login": email, "password": password})


def give_code(browser: Browser, code: str) -> Any:
    return browser.post(reverse("mfa_authenticate"), {"code": code})


def events(*actions: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__in=actions).order_by("id"))


def test_password_and_code_let_in_and_are_written_down(browser: Browser, member: User) -> None:
    with time_machine.travel(NOON, tick=False):
        assert give_password(browser, "Mia@Clinic.example").headers["Location"] == reverse("mfa_authenticate")
        assert browser.get(reverse("usersessions_list")).status_code == 302
        assert give_code(browser, code_at(NOON)).headers["Location"] == reverse("caseload:home")
        assert browser.get(reverse("usersessions_list")).status_code == 200
        browser.post(reverse("account_logout"))
    said = [(event.action, event.by) for event in AuditEvent.objects.order_by("id")]
    assert said == [("second_factor_used", member), ("signed_in", member), ("signed_out", member)]
    assert AuditEvent.objects.get(action="signed_in").address == "127.0.0.1"


def test_a_wrong_password_leaves_no_address_in_the_audit(browser: Browser, member: User) -> None:
    for typed in ("mia@clinic.example", " MIA@clinic.example", "nobody@clinic.example"):
        give_password(browser, typed, "wrong")
    first, second, third = events("sign_in_failed")
    assert first.by is None
    assert first.detail == second.detail != third.detail
    assert "clinic.example" not in str([first.detail, third.detail])


def test_a_wrong_code_is_written_down(browser: Browser, member: User) -> None:
    give_password(browser, member.email)
    give_code(browser, "000000")
    (event,) = events("second_factor_failed")
    assert event.by == member


@pytest.mark.parametrize("email", ["mia@clinic.example", "nobody@clinic.example"])
def test_the_sixth_wrong_password_is_not_looked_at(browser: Browser, member: User, email: str) -> None:
    pages = [give_password(browser, email, "wrong").content.decode() for _ in range(6)]
    assert all("are not correct" in page for page in pages[:5])
    assert "Too many failed login attempts" in pages[5]
    assert "Too many failed" in give_password(browser, email).content.decode(), "the right one is not looked at either"
    assert len(events("sign_in_failed")) == 5
    assert len(events("sign_in_limited")) == 2


def test_known_and_unknown_accounts_get_the_same_answer(browser: Browser, member: User) -> None:
    def answer(email: str) -> str:
        page = give_password(Browser(), email, "wrong").content.decode().replace(email, "")
        return re.sub(r'(nonce|value)="[^"]*"', "", page)

    assert answer("mia@clinic.example") == answer("eve@clinic.example")


def test_forgotten_passwords_tell_nothing_and_keep_the_second_factor(
    browser: Browser, member: User, mailoutbox: list[Any]
) -> None:
    answers = [
        browser.post(reverse("account_reset_password"), {"email": email})
        for email in (member.email, "nobody@clinic.example")
    ]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    (letter,) = mailoutbox
    link = re.search(r"http://\S+", letter.body)
    assert link
    there = browser.get(link.group(), follow=True).redirect_chain[-1][0]
    chosen = "another river, another oak"
    browser.post(there, {"password1": chosen, "password2": chosen})
    assert Authenticator.objects.filter(user=member).exists()
    assert give_password(browser, member.email, chosen).headers["Location"] == reverse("mfa_authenticate")
    assert browser.get(reverse("usersessions_list")).status_code == 302


def test_a_code_works_once(member: User) -> None:
    one, other = Browser(), Browser()
    with time_machine.travel(NOON, tick=False):
        give_password(one, member.email)
        assert give_code(one, code_at(NOON)).status_code == 302
        give_password(other, member.email)
        assert give_code(other, code_at(NOON)).status_code == 200
        assert other.get(reverse("usersessions_list")).status_code == 302


def test_an_old_code_does_not_work(browser: Browser, member: User) -> None:
    with time_machine.travel(NOON, tick=False):
        give_password(browser, member.email)
        assert give_code(browser, code_at(NOON - 60)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_first_factor_is_set_up_without_asking_for_the_password_again(browser: Browser) -> None:
    user = with_password(second_factor=False)
    with time_machine.travel(NOON, tick=False) as clock:
        give_password(browser, user.email)
        assert browser.get(reverse("caseload:home")).headers["Location"] == reverse("mfa_index")
        assert browser.get(reverse("mfa_activate_totp")).status_code == 200
        code = code_at(NOON, browser.session["mfa.totp.secret"])
        assert browser.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
        assert browser.get(reverse("mfa_view_recovery_codes")).status_code == 200
        clock.move_to(NOON + 600)
        assert browser.get(reverse("mfa_deactivate_totp")).headers["Location"].startswith("/accounts/reauth")
    kinds = {event.detail["kind"] for event in events("second_factor_added")}
    assert kinds == {"totp", "recovery_codes"}


@pytest.mark.django_db(transaction=True)
def test_a_new_second_factor_ends_the_sessions_opened_without_it() -> None:
    user = with_password(second_factor=False)
    here, elsewhere = Browser(), Browser()
    colleague = with_password(second_factor=False)
    other_person = Browser()
    with time_machine.travel(NOON, tick=False):
        for each, owner in ((here, user), (elsewhere, user), (other_person, colleague)):
            give_password(each, owner.email)
            assert each.get(reverse("mfa_index")).status_code == 200
        here.get(reverse("mfa_activate_totp"))
        here.post(reverse("mfa_activate_totp"), {"code": code_at(NOON, here.session["mfa.totp.secret"])})
        assert here.get(reverse("caseload:home")).status_code == 200
        for page in ("caseload:home", "mfa_index", "clients:list"):
            assert elsewhere.get(reverse(page)).headers["Location"].startswith(SIGN_IN)
        assert other_person.get(reverse("mfa_index")).status_code == 200
    (event,) = events("sessions_ended")
    assert (event.by, event.subject_id, event.detail) == (user, str(user.pk), {"ended": 1})


def test_a_new_passkey_ends_them_too_and_recovery_codes_alone_do_not(browser: Browser, db: None) -> None:
    user, elsewhere = with_password(second_factor=False), Browser()
    for each in (browser, elsewhere):
        give_password(each, user.email)
    request = SimpleNamespace(session=browser.session)
    for kind, status in (("recovery_codes", 200), ("webauthn", 302)):
        added = Authenticator(user=user, type=kind, data={})
        authenticator_added.send(sender=Authenticator, request=request, user=user, authenticator=added)
        assert elsewhere.get(reverse("usersessions_list")).status_code == status
    assert browser.get(reverse("usersessions_list")).status_code == 200


def signed_in_now(browser: Browser, user: User) -> None:
    browser.force_login(user)
    assert browser.get(reverse("mfa_index")).status_code == 200


def test_the_last_second_factor_stays(browser: Browser, member: User) -> None:
    RecoveryCodes.activate(member)
    signed_in_now(browser, member)
    page = browser.post(reverse("mfa_deactivate_totp"))
    assert page.status_code == 200
    assert "You cannot deactivate" in page.content.decode()
    assert Authenticator.objects.filter(user=member, type="totp").exists()


def test_the_last_passkey_stays(browser: Browser, db: None) -> None:
    user = with_password(second_factor=False)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "passwordless": False})
    signed_in_now(browser, user)
    page = browser.post(reverse("mfa_remove_webauthn", args=[key.pk]), follow=True)
    assert "your last second factor" in page.content.decode()
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_one_of_two_factors_may_go(browser: Browser, member: User) -> None:
    Authenticator.objects.create(user=member, type="webauthn", data={"name": "Key", "passwordless": False})
    signed_in_now(browser, member)
    assert browser.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=member, type="totp").exists()
    (event,) = events("second_factor_removed")
    assert event.detail == {"kind": "totp"}


def test_a_passkey_of_somebody_else_is_404(browser: Browser, member: User, prescriber: User) -> None:
    key = Authenticator.objects.create(user=prescriber, type="webauthn", data={"name": "Key"})
    signed_in_now(browser, member)
    assert browser.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404


@pytest.mark.parametrize("allowed", [True, False])
def test_a_demo_account_signs_in_in_the_demo_only(browser: Browser, db: None, allowed: bool) -> None:
    user = with_password(second_factor=False, is_demo=True)
    with override_settings(DEMO_ACCOUNTS_ALLOWED=allowed):
        answer = give_password(browser, user.email)
        home = browser.get(reverse("caseload:home"))
    assert answer.headers["Location"] == (reverse("caseload:home") if allowed else reverse("account_inactive"))
    assert home.status_code == (200 if allowed else 302)
    assert len(events("signed_in")) == int(allowed)
    assert len(events("sign_in_failed")) == int(not allowed)


@pytest.mark.parametrize(("allowed", "left"), [(True, 0), (False, 1)])
def test_a_demo_account_may_drop_its_factor_in_the_demo_only(
    browser: Browser, member: User, allowed: bool, left: int
) -> None:
    member.is_demo = True
    member.save(update_fields=["is_demo"])
    signed_in_now(browser, member)
    with override_settings(DEMO_ACCOUNTS_ALLOWED=allowed):
        browser.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=member).count() == left


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_are_written_down(browser: Browser, member: User) -> None:
    RecoveryCodes.activate(member)
    signed_in_now(browser, member)
    assert browser.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert len(events("second_factor_renewed")) == 1


def test_a_changed_password_is_written_down(browser: Browser, member: User) -> None:
    signed_in_now(browser, member)
    words = {"oldpassword": PASSWORD, "password1": "new oak, new river", "password2": "new oak, new river"}
    assert browser.post(reverse("account_change_password"), words).status_code == 302
    assert len(events("password_changed")) == 1


def test_nobody_signs_up(browser: Browser, db: None) -> None:
    page = browser.post(reverse("account_signup"), {"email": "eve@mail.example", "password1": PASSWORD})
    assert page.status_code == 200
    assert not User.objects.get_queryset().exists()


def test_an_address_is_not_changed_by_its_owner(browser: Browser, member: User) -> None:
    signed_in_now(browser, member)
    answer = browser.post(reverse("account_email"), {"email": "eve@mail.example", "action_add": ""})
    assert answer.headers["Location"] == reverse("usersessions_list")
    assert not member.emailaddress_set.exists()


def test_whose_session_is_over_is_told_so_and_where_signing_in_leads(db: None) -> None:
    asked_for = Browser().get("/clients/", follow=True).text
    assert "a session ends after 15 minutes without use" in asked_for
    assert "signed out" not in Browser().get("/", follow=True).text
    assert "signed out" not in Browser().get(SIGN_IN).text
