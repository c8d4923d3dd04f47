"""Every page of every role in a real browser, 390 and 1280 px wide: readable by everybody, nothing out of place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.monitoring.models import DueDay
from clinic.monitoring.queries import due_tests
from tests.access import matrix
from tests.access.world import ANONYMOUS, ROLES, Side
from tests.browser.looks import HEIGHT, PHONE, PLANTED, Listener, faults
from tests.browser.world import NEWCOMER, PASSWORD, World, build, session_of
from tests.factories.risk import RiskAlertFactory

ROWS = matrix.read()
ADDRESSES = matrix.addresses()
WALKERS = [*ROLES, NEWCOMER]
# Pages of the sign-in package look the same for everybody signed in: one role walks them.
ACCOUNT_ROLE = "administrator"
OF_AN_ACCOUNT = {"account_logout"}
OF_A_NEWCOMER = {"mfa_index", "mfa_activate_totp", "account_reauthenticate"}
NOT_PAGES = {
    "livez": "a word for a machine",
    "readyz": "a word for a machine",
    "metrics": "numbers for a machine",
    "audit:export": "a file",
    "mfa_download_recovery_codes": "a file",
    "handouts:print_calendar": "a file",
    "handouts:pharmacist": "a file",
    "monitoring:order": "a file",
    "plans:print_consent": "a file",
    "risk:print_safety_plan": "a file",
    "account_email": "leads to the sessions",
    "account_set_password": "leads to changing the password there is",
    "account_confirm_login_code": "signing in by a code in an e-mail is off",
    "mfa_authenticate": "stands between password and code: one of the steps below",
    "mfa_login_webauthn": "for the script of the sign-in page",
    "intake:save_evaluation": "leads back to the evaluation",
    "intake:save_history": "leads back to the history",
    "intake:add_addendum": "leads back to the evaluation",
    "visits:print_visit": "a file",
    "visits:save": "leads back to the visit",
    "visits:sign": "leads back to the visit",
}
DRAFTS = {"plans:plan", "intake:evaluation", "visits:visit"}


@dataclass(frozen=True)
class Stop:
    """One address of the walk, and whose records it shows."""

    name: str
    side: str = "full"

    def path(self, world: World, role: str) -> str:
        side: Side = getattr(world, self.side)
        arguments = ADDRESSES[self.name].arguments
        return reverse(self.name, kwargs={key: side.key(key, self.name, role) for key in arguments})


# With a draft begun, this address leads on to it.
LEADS_ON = {Stop("intake:start_evaluation")}


def stops() -> list[Stop]:
    """Every address; what needs only a client, once more for one of whom nothing is known; and what has drafts."""
    found = [Stop(name) for name, row in ROWS.items() if "GET" in row.methods]
    found += [Stop(stop.name, "empty") for stop in found if ADDRESSES[stop.name].arguments == ["client_id"]]
    return found + [Stop(name, "drafts") for name in sorted(DRAFTS)]


def walk_of(role: str) -> list[Stop]:
    """The pages that a role opens by the matrix."""
    return [stop for stop in stops() if stop.name not in NOT_PAGES and stop not in LEADS_ON and _walks(role, stop)]


def _walks(role: str, stop: Stop) -> bool:
    row = ROWS[stop.name]
    if row.permission == "-":
        if stop.name in OF_A_NEWCOMER and (role == NEWCOMER or stop.name != "mfa_index"):
            return role == NEWCOMER
        of_an_account = row.answers[ANONYMOUS] == "sign-in" or stop.name in OF_AN_ACCOUNT
        return role == (ACCOUNT_ROLE if of_an_account else ANONYMOUS)
    if stop.side == "drafts":
        return role == "prescriber"
    return row.answers.get(role) in {"yes", "own", "all"}


def pages_shown(world: World) -> Iterator[tuple[str, Stop]]:
    """Every page that answers somebody, whatever the matrix says."""
    for role in WALKERS:
        browser = Browser()
        session = session_of(world, role)
        for stop in stops():
            point = transaction.savepoint()
            if session:
                browser.cookies[settings.SESSION_COOKIE_NAME] = session
            answer = browser.get(stop.path(world, role))
            transaction.savepoint_rollback(point)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                yield role, stop


@pytest.mark.django_db
def test_no_page_is_left_out_of_the_walk() -> None:
    with matrix.without_rendering():
        shown = set(pages_shown(build()))
    walked = {(role, stop) for role in WALKERS for stop in walk_of(role)}
    by_anybody = {stop for _, stop in walked}
    left_out = {
        (role, stop.name, stop.side)
        for role, stop in shown - walked
        if ROWS[stop.name].permission != "-" or stop not in by_anybody
    }
    assert sorted(one for one in left_out if one[2] != "drafts") == []
    assert sorted((role, stop.name, stop.side) for role, stop in walked - shown) == []
    assert NOT_PAGES.keys() <= ROWS.keys()


@pytest.fixture
def world(transactional_db: None, live_server: Any) -> World:
    return build()


Open = Callable[[str], tuple[Page, Listener]]


@pytest.fixture
def open_as(chromium: Chromium, world: World, live_server: Any) -> Iterator[Open]:
    """A window signed in as somebody of a role, and what hears its pages' complaints."""
    contexts = []

    def open_window(role: str) -> tuple[Page, Listener]:
        context = chromium.new_context(base_url=live_server.url, viewport={"width": PHONE, "height": HEIGHT})
        contexts.append(context)
        session = session_of(world, role)
        if session:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return context.new_page(), Listener(context)

    yield open_window
    for context in contexts:
        context.close()


def tell_birth_year(page: Page, world: World) -> None:
    page.get_by_label("What year were you born?").fill(str(world.full.client.birth_on.year))
    page.get_by_role("button", name="Continue").click()


@pytest.mark.browser
@pytest.mark.parametrize("role", WALKERS)
def test_every_page_of_a_role_reads_well(open_as: Open, world: World, role: str) -> None:
    page, listener = open_as(role)
    seen = {stop for earlier in WALKERS[: WALKERS.index(role)] for stop in walk_of(earlier)}
    found = []
    # Where nothing is known, everybody is told the same: who comes first has looked.
    for stop in [stop for stop in walk_of(role) if stop.side != "empty" or stop not in seen]:
        page.set_viewport_size({"width": PHONE, "height": HEIGHT})
        answer = page.goto(stop.path(world, role))
        status = answer.status if answer else 0
        wrong = [f"status {status}"] if status != 200 else []
        wrong += faults(page, listener, is_seen=stop in seen)
        found += [f"{stop.name} {stop.side}: {fault}" for fault in wrong]
    assert not found, "\n".join(found)


Check = Callable[[str], None]


@pytest.fixture
def walk(open_as: Open) -> Iterator[tuple[Page, Check]]:
    """A stranger's window; each step of theirs is looked at, and all that was wrong comes out at the end."""
    page, listener = open_as(ANONYMOUS)
    found: list[str] = []
    yield page, lambda step: found.extend(f"{step}: {fault}" for fault in faults(page, listener))
    assert not found, "\n".join(found)


def send_empty(page: Page) -> None:
    """Past the browser's own checks, so that the page itself says what is missing."""
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator("main form [type=submit]").last.click()


@pytest.mark.browser
def test_the_steps_of_a_check_in_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    link = Stop("checkins:answer").path(world, ANONYMOUS)
    page.goto(link)
    page.get_by_label("What year were you born?").fill("1901")
    page.get_by_role("button", name="Continue").click()
    look("another birth year")
    tell_birth_year(page, world)
    page.get_by_text("Your plan for today").wait_for()
    look("questions")
    page.get_by_text("A little better", exact=True).click()
    following = page.get_by_role("link", name="Next", exact=True)
    while following.count():
        following.click()
    look("the last question")
    page.get_by_role("button", name="Send my answers").click()
    look("a question left open")
    page.get_by_role("button", name="I need help now").click()
    page.get_by_role("heading", name="You do not have to be alone").wait_for()
    look("help")
    page.get_by_role("button", name="Back to the check-in").click()
    page.get_by_text("Messages to you", exact=True).click()
    page.get_by_role("button", name="No more messages").click()
    page.get_by_role("heading", name="Messages to you").wait_for()
    look("no more messages")
    page.goto(reverse("checkins:answer", kwargs={"token": "no-such-token"}))
    look("closed")


@pytest.mark.browser
def test_the_steps_of_a_calendar_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    page.goto(Stop("handouts:page").path(world, ANONYMOUS))
    page.get_by_label("What year were you born?").fill("1901")
    page.get_by_role("button", name="Continue").click()
    look("another birth year")
    tell_birth_year(page, world)
    page.get_by_role("heading", name="Your dose calendar").wait_for()
    look("calendar")
    page.goto(reverse("handouts:page", kwargs={"token": "no-such-token"}))
    look("closed calendar")


@pytest.mark.browser
def test_the_steps_of_a_safety_plan_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    page.goto(Stop("safety_page").path(world, ANONYMOUS))
    tell_birth_year(page, world)
    page.get_by_role("heading", name="Your safety plan").wait_for()
    look("safety plan")


@pytest.mark.browser
def test_the_steps_of_a_consent_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    page.goto(Stop("consent_page").path(world, ANONYMOUS))
    tell_birth_year(page, world)
    page.get_by_role("heading", name="Your medication: please read").wait_for()
    look("consent")
    page.get_by_role("button", name="I agree to this medication").click()
    page.get_by_text("We have written down that you agree.").wait_for()
    look("agreed")


@pytest.mark.browser
def test_the_steps_of_scales_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    page.goto(Stop("scales_page").path(world, ANONYMOUS))
    tell_birth_year(page, world)
    page.get_by_text("Little interest").wait_for()
    look("scales")
    page.get_by_role("button", name="Rather not answer these").click()
    page.get_by_text("You need not do anything else").wait_for()
    look("scales answered")


@pytest.mark.browser
def test_the_steps_of_an_appointment_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    page.goto(Stop("appointment_page").path(world, ANONYMOUS))
    tell_birth_year(page, world)
    page.get_by_role("heading", name="Your appointment").wait_for()
    look("appointment")
    page.get_by_role("button", name="I will come").click()
    page.get_by_text("Your appointment is confirmed").wait_for()
    look("confirmed")
    page.get_by_text("Ask for another time", exact=True).first.click()
    page.get_by_label("Which days and times suit you?").fill("Mornings")
    look("asking")
    page.get_by_role("button", name="Ask for another time").click()
    page.get_by_text("We will call you to agree on one").wait_for()
    look("asked")
    page.get_by_text("Cancel the appointment", exact=True).click()
    page.get_by_role("button", name="Yes, cancel it").click()
    page.get_by_role("heading", name="This appointment is cancelled").wait_for()
    look("cancelled")


@pytest.mark.browser
def test_the_steps_of_a_test_that_is_due_by_link_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    address = Stop("reminder_page").path(world, ANONYMOUS)
    Medication.objects.filter(name__startswith="lithium").update(ingredient="lithium")
    DueDay.objects.update(due_on=min(on for _, on in due_tests(timezone.now())))
    page.goto(address)
    tell_birth_year(page, world)
    page.get_by_role("heading", name="A test is due").wait_for()
    look("test due")
    page.get_by_role("button", name="I have had it done").click()
    page.get_by_text("You told us that it is done").wait_for()
    look("test said done")


@pytest.mark.browser
def test_the_pages_by_link_read_well_in_spanish(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    Client.objects.filter(pk=world.full.client.pk).update(language="es")
    names = ("checkins:answer", "handouts:page", "safety_page", "appointment_page", "reminder_page", "consent_page")
    names = (*names, "scales_page")
    for name in names:
        page.goto(Stop(name).path(world, ANONYMOUS))
        page.get_by_label("¿En qué año nació?").fill(str(world.full.client.birth_on.year))
        look(f"{name}, the first question")
        page.get_by_role("button", name="Continuar").click()
        page.get_by_label("¿En qué año nació?").wait_for(state="detached")
        look(name)
    page.goto(Stop("checkins:answer").path(world, ANONYMOUS))
    page.get_by_text("Mensajes para usted", exact=True).click()
    page.get_by_role("button", name="No quiero más mensajes").click()
    page.get_by_role("heading", name="Mensajes para usted").wait_for()
    look("no more messages")


@pytest.mark.browser
def test_the_steps_of_signing_in_read_well(walk: tuple[Page, Check], world: World) -> None:
    page, look = walk
    user = world.staff["auditor"]
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    page.goto(reverse("account_reset_password_from_key", kwargs=key))
    page.get_by_role("heading", level=1).wait_for()
    look("new password")
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    look("wrong password")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").wait_for()
    look("code")


@pytest.mark.browser
def test_refusals_read_well(open_as: Open, world: World) -> None:
    page, listener = open_as("therapist")
    found = []
    for status, path in ((404, "/no-such-page"), (403, reverse("audit:search"))):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        found += faults(page, listener)
    for stop in (Stop("intake:refer", "empty"), Stop("coordination:observe"), Stop("plans:draft", "empty")):
        page.goto(stop.path(world, "therapist"))
        send_empty(page)
        found += [f"{stop.name} sent empty: {fault}" for fault in faults(page, listener)]
    page.goto(reverse("intake:enquire"))
    send_empty(page)
    found += [f"enquiry sent empty: {fault}" for fault in faults(page, listener)]
    assert not found, "\n".join(found)


@pytest.mark.browser
def test_paper_names_no_other_client(open_as: Open, world: World) -> None:
    page, _ = open_as("prescriber")
    RiskAlertFactory(client=world.full.client)
    page.goto(Stop("caseload:chart", "empty").path(world, "prescriber"))
    banner = page.get_by_label("Risk alerts")
    assert banner.is_visible()
    page.emulate_media(media="print")
    assert not banner.is_visible()


@pytest.mark.browser
def test_a_planted_fault_is_seen(open_as: Open) -> None:
    page, listener = open_as(ANONYMOUS)
    page.goto(reverse("intake:enquiry_received"))
    assert faults(page, listener) == []
    for planted in PLANTED.values():
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", planted)
    found = "\n".join(faults(page, listener))
    assert [fault for fault in PLANTED if fault not in found] == []
