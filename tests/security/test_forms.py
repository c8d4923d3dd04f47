"""Forms: the guard against other sites, extra fields, and where `next` may lead (S18, S25)."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.staff.models import User
from tests.access import matrix
from tests.access.world import World
from tests.staff.test_sign_in import PASSWORD, with_password

ROWS = matrix.read()
POSTED = sorted(name for name, row in ROWS.items() if "POST" in row.methods)


def test_every_form_needs_its_guard(world: World) -> None:
    """Without the token no POST reaches a view, signed in or not."""
    accepted = []
    addresses = matrix.addresses()
    with matrix.without_rendering():
        for name in POSTED:
            row = ROWS[name]
            # A page of the medical director lets no role in by itself; the token is asked for first all the same.
            let_in = (role for role, word in row.answers.items() if word in {"yes", "own", "all"})
            role = next(let_in, "prescriber")
            path = reverse(name, kwargs=world.kwargs(addresses[name].arguments, name, "own", role))
            strict = Browser(enforce_csrf_checks=True)
            strict.cookies = world.browsers[role].cookies
            for sent in ({}, {"csrfmiddlewaretoken": "a" * 64}):
                status = strict.post(path, sent).status_code
                if status != 403:
                    accepted.append(f"{name}: {status}")
    assert accepted == []
    assert len(POSTED) > 50


def test_with_its_guard_a_form_goes_through(db: None) -> None:
    user = with_password(second_factor=False, is_demo=True)
    strict = Browser(enforce_csrf_checks=True)
    strict.get(reverse("account_login"))
    token = strict.cookies["csrf"].value
    sent = {"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert strict.post(reverse("account_login"), sent).status_code == 302


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver.evil.example/",
    "\thttps://evil.example",
    "https://testserver@evil.example/",
]


@pytest.mark.parametrize("there", ELSEWHERE)
def test_next_leads_nowhere_else(browser: Browser, db: None, there: str) -> None:
    user = with_password(second_factor=False, is_demo=True)
    sent = {"login": user.email, "password": PASSWORD, "next": there}
    answer = browser.post(f"{reverse('account_login')}?next={there}", sent)
    assert answer.headers["Location"] == reverse("caseload:home")


def test_next_leads_back_to_a_page_of_ours(browser: Browser, db: None) -> None:
    user = with_password(second_factor=False, is_demo=True)
    sent = {"login": user.email, "password": PASSWORD, "next": "/schedule/"}
    assert browser.post(reverse("account_login"), sent).headers["Location"] == "/schedule/"


EXTRA: dict[str, Any] = {
    "role": "administrator",
    "roles": ["administrator"],
    "acting_role": "administrator",
    "is_active": "on",
    "is_demo": "on",
    "is_superuser": "on",
    "is_staff": "on",
    "password": "!",
    "version": "99",
    "signed_by": "planted",
    "signed_at": "2020-01-01",
    "status": "discharged",
    "came_from": "planted",
    "deceased_on": "2020-01-01",
    "id": "00000000-0000-7000-8000-000000000000",
}


def state(world: World) -> dict[str, Any]:
    """What nobody may change by a field that is not on the form."""
    client, plan = world.own.client, world.own.made["plans:sign plan_id"]
    client.refresh_from_db()
    plan.refresh_from_db()  # type: ignore[union-attr]
    staff = User.objects.get_queryset().filter(pk__in=[user.pk for user in world.staff.values()])
    return {
        "staff": sorted(staff.values_list("pk", "roles", "acting_role", "is_active", "is_demo", "password")),
        "client": (client.pk, client.status, client.came_from, client.deceased_on),
        "plan": (plan.pk, plan.signed_by, plan.signed_at, plan.written_by),  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("role", ["prescriber", "therapist", "coordinator", "auditor"])
def test_extra_fields_change_nothing(world: World, role: str) -> None:
    """Every form, sent with fields it does not have: roles, signatures and keys stay as they are."""
    addresses = matrix.addresses()
    world.own.key("plan_id", "plans:sign")
    before = state(world)
    own_names = {"clients:change_status", "clients:care_team", "staff:switch_role"}
    with matrix.without_rendering():
        for name in POSTED:
            if ROWS[name].answers[role] not in {"yes", "own", "all"} or name.startswith(("account_", "mfa_")):
                continue
            extra = {key: EXTRA[key] for key in EXTRA if not (name in own_names and key in {"status", "role"})}
            path = reverse(name, kwargs=world.kwargs(addresses[name].arguments, name, "own", role))
            world.browsers[role].post(path, extra)
    assert state(world) == before


def test_a_posted_role_does_not_come_with_a_new_name(world: World) -> None:
    """A form that is valid takes its own fields and leaves the others lying."""
    admin = world.browsers["administrator"]
    user = world.staff["therapist"]
    user.refresh_from_db()
    extra = {name: EXTRA[name] for name in ("acting_role", "is_demo", "is_superuser", "password", "id")}
    own = {"full_name": "New Name", "email": user.email, "roles": ["therapist"], "is_active": "on"}
    sent = {**own, "version": user.version, **extra}
    assert admin.post(reverse("staff:edit", args=[user.pk]), sent).status_code == 302
    pk, password = user.pk, user.password
    user.refresh_from_db()
    assert (user.full_name, user.roles, user.acting_role) == ("New Name", ["therapist"], "therapist")
    assert (user.pk, user.is_demo, user.password) == (pk, False, password)
