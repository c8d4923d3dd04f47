"""The page by link in a real browser, 390 px wide, with and without JavaScript."""

import os
import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from clinic.checkins.models import CheckInAnswer
from clinic.checkins.services import plan_checkins
from clinic.clients.models import Client
from clinic.messaging.models import OutboxMessage, Reminder
from clinic.messaging.services import send_due
from clinic.staff.models import User
from tests.factories.clients import ContactPointFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.messaging import daytime_zone
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import rising_order, started

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
# Feeling, doses, side effects, going on, the nine of PHQ-9, the end.
LAST = 14
TARGETS = "main button:not([aria-hidden]), main a.btn, main select, main label.face, main input[type=text]"
TOO_SMALL = """selector => [...document.querySelectorAll(selector)]
    .filter(part => part.offsetParent && part.getBoundingClientRect().height < 44)
    .map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def phone(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=request.param, has_touch=True
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def link(ada: Client, prescriber: User, live_server: object, settings: object) -> str:
    """Ada's link as it left: a step begun today, planned, sent, taken from the outbox."""
    now = timezone.now()
    # Pages that other tests of this process opened count toward the limit of an address too.
    cache.clear()
    ada.time_zone = daytime_zone()
    ada.save()
    ContactPointFactory(client=ada)
    SignedPlanFactory(client=ada, written_by=prescriber)
    ProductFactory(medication=MedicationFactory())
    today = timezone.localdate(now)
    started(ada, MedicationFactory(), prescriber, now, rising_order(today))
    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    plan_checkins(now=now)
    Reminder.objects.update(next_try_at=now, due_at=now)
    send_due()
    text = OutboxMessage.objects.first().text  # type: ignore[union-attr]
    return next(word for word in text.split() if word.startswith("http"))


def check_looks(page: Page, name: str) -> None:
    shots = os.environ.get("SCREENSHOTS")
    if shots:
        page.screenshot(path=f"{shots}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(TOO_SMALL, TARGETS) == []
    # The checker is itself a script that waits for timers.
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def go_on(page: Page, to: int) -> None:
    """Press what leads to the next question; nothing else is asked on its screen."""
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text(f"Question {to} of {LAST}")).to_be_visible()
    assert page.locator(".screen:visible").count() == 1


def test_from_the_link_to_thanks(phone: Page, link: str) -> None:
    phone.goto(link)
    check_looks(phone, "birth_year")
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("Your plan for today").wait_for()
    check_looks(phone, "feeling")
    phone.get_by_text("A little better", exact=True).click()
    go_on(phone, 2)
    phone.go_back()
    expect(phone.get_by_label("A little better")).to_be_checked()
    phone.go_forward()
    check_looks(phone, "doses")
    phone.get_by_label("how many doses did you miss").select_option("1")
    go_on(phone, 3)
    check_looks(phone, "side_effects")
    phone.get_by_label("Headache").select_option("A little")
    go_on(phone, 4)
    for number in range(9):
        go_on(phone, 5 + number)
        phone.locator("fieldset:not(.faces)").nth(number).get_by_text("Several days").click()
    check_looks(phone, "scale")
    go_on(phone, LAST)
    check_looks(phone, "last")
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_role("heading", name="Please get help now").wait_for()
    check_looks(phone, "thanks")
    answer = CheckInAnswer.objects.get()
    assert (answer.feeling, answer.doses_missed) == (4, 1)
    assert answer.scale_response is not None
    assert answer.scale_response.total == 9
    phone.context.clear_cookies()
    phone.goto(link)
    phone.get_by_text("This link is not open").wait_for()


def test_what_was_left_open_stands_alone_until_all_is_asked_for(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("Your plan for today").wait_for()
    for number in range(2, LAST + 1):
        go_on(phone, number)
    phone.get_by_label("Anything else").fill("So tired")
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_text("Choose how you are on it.").first.wait_for()
    assert phone.locator(".screen:visible .screen-place").all_inner_texts() == [
        f"Question {number} of {LAST}" for number in (1, 2, LAST)
    ]
    check_looks(phone, "left_open")
    phone.get_by_role("link", name="Show all my answers").click()
    expect(phone.locator(".screen:visible")).to_have_count(LAST)
    assert phone.get_by_label("Anything else").input_value() == "So tired"
    check_looks(phone, "all")


# A poor mobile connection: 400 kbit/s each way, 400 ms until the first byte comes.
SLOW = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 50_000, "latency": 400}


def test_on_a_slow_connection_it_stays_under_two_minutes(
    phone: Page, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """All answers of somebody who knows them, so that only the connection takes time; nothing is sent twice."""
    phone.context.new_cdp_session(phone).send("Network.emulateNetworkConditions", SLOW)
    began = time.monotonic()
    phone.goto(link)
    expect(phone.get_by_role("link", name="Call 988")).to_be_visible()
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("A little better", exact=True).click()
    for number in range(2, LAST + 1):
        go_on(phone, number)
        if number == 2:
            phone.get_by_label("how many doses did you miss").select_option("0")
        if 5 <= number < LAST:
            phone.locator("fieldset:not(.faces)").nth(number - 5).get_by_text("Not at all").click()
    phone.get_by_role("button", name="Send my answers").click()
    phone.get_by_role("heading", name="Thank you").wait_for()
    took_s = time.monotonic() - began
    with capsys.disabled():
        print(f"\ncheck-in by link at 400 kbit/s: {took_s:.0f} s")  # noqa: T201 - the figure of the run
    assert CheckInAnswer.objects.count() == 1
    assert took_s < 120


def test_the_crisis_button_is_the_first_thing_on_the_page(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_role("button", name="I need help now").click()
    phone.get_by_role("heading", name="You do not have to be alone").wait_for()
    check_looks(phone, "help")


def test_nothing_typed_is_lost_by_the_crisis_button(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_label("What year were you born?").press("Enter")
    phone.get_by_text("Your plan for today").wait_for()
    phone.goto(f"{link}#screen-{LAST}")
    phone.get_by_label("Anything else").fill("Cannot sleep")
    phone.get_by_role("button", name="I need help now").click()
    phone.get_by_role("button", name="Back to the check-in").click()
    expect(phone.locator("[name=words]")).to_have_value("Cannot sleep")
    assert not CheckInAnswer.objects.exists()


def test_without_a_connection_the_answers_stay(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("A little better", exact=True).click()
    phone.goto(f"{link}#screen-{LAST}")
    if not phone.evaluate("matchMedia('(scripting: enabled)').matches"):
        return
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_text("You have no connection now")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("[name=feeling]:checked")).to_have_value("4")
    assert not CheckInAnswer.objects.exists()
