"""The calendar for staff, on paper, and by link as a phone without JavaScript sees it."""

import datetime as dt
import io
from typing import Any

import pypdf
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, ContactPoint
from clinic.handouts import services
from clinic.messaging.models import Reminder, SignedLink
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.handouts.conftest import JUNE_4

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dose_plan", "june_4")]
TODAY = "25 mg in the morning (1 x 25 mg tablet)"


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def url(name: str, client: Client) -> str:
    return reverse(f"handouts:{name}", args=[client.pk])


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_staff_see_eight_weeks_and_that_they_looked_is_written(
    paula: Browser, ada: Client, django_assert_max_num_queries: Any
) -> None:
    paula.get(url("calendar", ada))
    with django_assert_max_num_queries(20):
        page = paula.get(url("calendar", ada)).content.decode()
    assert page.count('class="dose-day ') == 56
    assert TODAY in page
    assert AuditEvent.objects.filter(action="chart_read", client_id=ada.pk, detail__page="dose calendar").exists()


def test_the_chart_the_dose_plan_and_the_calendar_say_the_same_of_today(
    paula: Browser, ada: Client, dose_plan: DosePlan
) -> None:
    pages = [ada.get_absolute_url(), reverse("titration:dose_plan", args=[dose_plan.pk]), url("calendar", ada)]
    assert all(TODAY in paula.get(page).content.decode() for page in pages)
    assert TODAY in " ".join(text_of(paula.get(url("print_calendar", ada)).content).split())


def test_pages_of_doses_lead_to_the_calendar_and_the_pharmacists_copy(
    paula: Browser, ada: Client, dose_plan: DosePlan
) -> None:
    shown = paula.get(reverse("titration:dose_plan", args=[dose_plan.pk])).content.decode()
    assert url("calendar", ada) in shown
    assert reverse("handouts:pharmacist", args=[dose_plan.pk]) in shown
    assert url("calendar", ada) in paula.get(ada.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("asked", "height"), [("", 792), ("?paper=a4", 842), ("?large=on", 792)])
def test_the_calendar_prints_on_the_paper_asked_for(paula: Browser, ada: Client, asked: str, height: int) -> None:
    answer = paula.get(url("print_calendar", ada) + asked)
    assert answer.headers["Content-Disposition"] == 'inline; filename="calendar.pdf"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert round(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].mediabox.height) == height
    assert ada.name in text_of(answer.content)


def test_an_unknown_paper_leads_back(paula: Browser, ada: Client) -> None:
    assert paula.get(url("print_calendar", ada) + "?paper=parchment").status_code == 302


def test_the_pharmacists_copy_names_the_client_in_full(paula: Browser, dose_plan: DosePlan) -> None:
    answer = paula.get(reverse("handouts:pharmacist", args=[dose_plan.pk]))
    told = " ".join(text_of(answer.content).split())
    assert answer.headers["Content-Disposition"] == 'inline; filename="copy.pdf"'
    for words in (dose_plan.client.legal_name, "Dec 10, 1990", "transmits none", "x 25 mg tablet"):
        assert words in told


def test_sending_says_so_and_a_refusal_says_why(paula: Browser, ada: Client) -> None:
    for _ in range(2):
        answer = paula.post(url("send_link", ada), follow=True)
        assert "A message with the link is on its way." in answer.content.decode()
    assert Reminder.objects.count() == AuditEvent.objects.filter(action="calendar_link_sent").count() == 1
    ContactPoint.objects.update(may_email=False)
    assert "neither e-mail nor text" in paula.post(url("send_link", ada)).content.decode()


def test_a_link_is_shown_once_and_can_be_kept_and_ended(paula: Browser, ada: Client) -> None:
    assert "/calendars/l/" in paula.post(url("show_link", ada)).content.decode()
    page = paula.get(url("calendar", ada)).content.decode()
    assert "/calendars/l/" not in page
    assert "Open now: 1 link," in page
    assert "three days from now" in paula.post(url("keep_links", ada), follow=True).content.decode()
    assert "No link opens" in paula.post(url("end_links", ada), follow=True).content.decode()
    assert "No link is open." in paula.get(url("calendar", ada)).content.decode()


def test_a_client_without_plans_has_an_empty_page(paula: Browser, prescriber: User, coordinator: User) -> None:
    other = ClientFactory()
    for user in (prescriber, coordinator):
        CareTeamMemberFactory(client=other, user=user)
    assert "Start a dose plan" in paula.get(url("calendar", other)).content.decode()
    assert paula.get(url("print_calendar", other)).status_code == 200
    assert "No dose plan is running, so" in paula.post(url("show_link", other)).content.decode()
    paula.force_login(coordinator)
    assert "Start a dose plan" not in paula.get(url("calendar", other)).content.decode()


@pytest.fixture
def address(ada: Client, prescriber: User) -> str:
    link = services.show_calendar_link(client_id=ada.pk, by=prescriber, now=JUNE_4)
    return "/" + link.split("/", 3)[3]


def test_by_link_the_birth_year_comes_first_then_the_days(browser: Browser, address: str) -> None:
    asked = browser.get(address).content.decode()
    assert "What year were you born?" in asked
    for personal in ("Ada", "sertraline", "25 mg", "dose"):
        assert personal not in asked
    page = browser.post(address, {"year": "1990"}, follow=True).content.decode()
    for words in (TODAY, "Hello Ada", 'href="tel:988"', 'href="tel:911"', "never stop on your own", "(801) 555-0100"):
        assert words in page


def test_a_mail_scanner_changes_nothing(browser: Browser, address: str) -> None:
    before = list(SignedLink.objects.values()), AuditEvent.objects.count()
    for _ in range(5):
        browser.get(address)
        browser.head(address)
    assert before == (list(SignedLink.objects.values()), AuditEvent.objects.count())


def test_a_wrong_year_counts_and_the_fifth_closes(browser: Browser, address: str) -> None:
    wrong = browser.post(address, {"year": "1989"})
    assert wrong.status_code == 422
    assert "You have 4 tries left" in wrong.content.decode()
    for _ in range(3):
        assert browser.post(address, {"year": "1989"}).status_code == 422
    assert browser.post(address, {"year": "1989"}).status_code == 404
    assert browser.post(address, {"year": "1990"}).status_code == 404


def test_closed_and_unknown_links_look_alike(browser: Browser, address: str, ada: Client, prescriber: User) -> None:
    services.end_calendar_links(client_id=ada.pk, by=prescriber, now=JUNE_4)
    closed, unknown = browser.get(address), browser.get("/calendars/l/" + "y" * 43 + "/")
    assert (closed.status_code, unknown.status_code) == (404, 404)
    assert closed.content == unknown.content


def test_an_hour_later_the_birth_year_is_asked_again(browser: Browser, address: str) -> None:
    browser.post(address, {"year": "1990"})
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=61), tick=False):
        assert "What year were you born?" in browser.get(address).content.decode()


def test_a_link_to_a_check_in_opens_no_calendar(browser: Browser, address: str) -> None:
    SignedLink.objects.update(about_kind="checkin")
    assert browser.get(address).status_code == 404


def test_a_plan_that_ended_leaves_a_page_that_says_so(browser: Browser, address: str, dose_plan: DosePlan) -> None:
    browser.post(address, {"year": "1990"})
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=10), tick=False):
        dose_plan.versions.update(superseded_at=JUNE_4)
        assert "No plan is running now." in browser.get(address).content.decode()


def test_one_address_may_not_ask_without_end(browser: Browser) -> None:
    cache.clear()
    guess = reverse("handouts:page", args=["z" * 43])
    assert {browser.get(guess).status_code for _ in range(60)} == {404}
    assert browser.get(guess).status_code == 429


def test_the_address_is_told_to_nobody_and_the_page_kept_nowhere(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert browser.put(address).status_code == 405
