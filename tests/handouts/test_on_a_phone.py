"""The calendar by link in a real browser, 390 px wide, with and without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page

from clinic.clients.models import Client
from clinic.handouts.services import show_calendar_link
from clinic.staff.models import User
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import TABLETS, started

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOO_SMALL = """[...document.querySelectorAll('main button, main a.btn, main summary, main input[type=text]')]
    .filter(part => part.getBoundingClientRect().height < 44).map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture
def link(ada: Client, prescriber: User, live_server: object, settings: object) -> str:
    """Every other day for two weeks, then half tablets daily."""
    now = timezone.now()
    cache.clear()
    SignedPlanFactory(client=ada, written_by=prescriber)
    medication = ProductFactory(medication=MedicationFactory()).medication
    steps = [{"doses": {"morning": "50"}, "every_days": 2, "days": 14}, {"doses": {"morning": "75", "bedtime": "12.5"}}]
    order = {"start_on": timezone.localdate(now).isoformat(), "horizon_days": 30, "products": TABLETS, "steps": steps}
    started(ada, medication, prescriber, now, order)
    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    return show_calendar_link(client_id=ada.pk, by=prescriber, now=now)


def check_looks(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(TOO_SMALL) == []
    # The checker is itself a script that waits for timers.
    if page.evaluate("matchMedia('(scripting: enabled)').matches"):
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_from_the_link_to_a_day_of_a_later_week(chromium: Browser, link: str) -> None:
    for with_javascript in (True, False):
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, java_script_enabled=with_javascript, has_touch=True
        )
        read_on(context.new_page(), link)
        context.close()


def read_on(phone: Page, link: str) -> None:
    phone.goto(link)
    check_looks(phone)
    phone.get_by_label("What year were you born?").fill("1990")
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_role("heading", name="Your dose calendar").wait_for()
    check_looks(phone)
    assert phone.locator(".dose-day:visible").count() == 7
    week = phone.locator("details").nth(2)
    assert "new dose" in week.locator("summary").inner_text()
    week.locator("summary").click()
    assert phone.locator(".dose-day:visible").count() == 14
    assert "half a 25 mg tablet" in week.inner_text()
    check_looks(phone)
