"""The note of a visit in the browser: copied text is marked and reviewed in place, and a crash loses seconds."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from tests.browser.conftest import DESK, PHONE, OpenPage, Windows, is_too_wide
from tests.browser.looks import Listener, faults
from tests.browser.running import RunningClinic
from tests.browser.test_click_budgets import Hand
from tests.browser.test_two_people import Team, begin_visit, team  # noqa: F401 - a client and their team
from tests.factories.visits import signed

pytestmark = pytest.mark.browser
KEYS_A_SECOND = 5
AUTOSAVE_S = 5


@pytest.fixture
def visited(team: Team) -> Team:  # noqa: F811 - the fixture by its name
    """A client who was here four weeks ago; their prescriber has a phrase."""
    signed(team.client, team.prescriber, timezone.now() - dt.timedelta(days=28))
    services.save_phrase(name="plan", text="Come back in four weeks.", is_shared=False, by=team.prescriber)
    return team


def draft_of(team: Team) -> FollowUpVisit:  # noqa: F811 - the fixture by its name
    return FollowUpVisit.objects.get(client=team.client, signed_at=None)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_copied_text_is_marked_and_reviewed_in_place(visited: Team, page_at: OpenPage, width: int) -> None:
    page = page_at(width, who=visited.prescriber)
    begin_visit(page, visited)
    page.get_by_label("What the client reports").fill("Sleeps well.")
    page.get_by_role("button", name="Copy from the last visit for “Assessment”").click()
    copied = page.get_by_role("region", name=re.compile("Copied from the visit of .*: not reviewed"))
    expect(copied).to_be_visible()
    expect(page.get_by_label("What the client reports")).to_have_value("Sleeps well.")
    expect(page.get_by_role("textbox", name="Assessment", exact=True)).to_have_value("")
    assert faults(page, Listener(page.context)) == []
    assert not is_too_wide(page)
    copied.get_by_role("textbox").fill("Depression, in remission.")
    copied.get_by_role("button", name="Keep it in the note").click()
    expect(copied).to_have_count(0)
    expect(page.get_by_role("textbox", name="Assessment", exact=True)).to_have_value("Depression, in remission.")
    page.get_by_role("combobox", name="Phrase for the next steps").fill("plan")
    page.get_by_role("button", name="Add the phrase for “What follows”").click()
    phrase = page.get_by_role("region", name="Copied from the phrase “plan”: not reviewed")
    expect(phrase).to_be_visible()
    page.get_by_text("No thoughts of self-harm").click()
    page.get_by_role("button", name="Sign the visit").click()
    page.locator("[data-form-errors]").get_by_role("link", name="Copied from the phrase “plan”").click()
    expect(phrase.get_by_role("textbox")).to_be_focused()
    phrase.get_by_role("button", name="Drop it").click()
    expect(phrase).to_have_count(0)
    page.get_by_role("button", name="Sign the visit").click()
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    expect(page.get_by_text("edited on review")).to_be_visible()
    kept = FollowUpVisit.objects.filter(client=visited.client).latest("created_at")
    assert (kept.subjective, kept.assessment, kept.next_steps) == ("Sleeps well.", "Depression, in remission.", "")


def test_an_unknown_phrase_is_said_in_place(visited: Team, page_at: OpenPage) -> None:
    page = page_at(DESK, who=visited.prescriber)
    begin_visit(page, visited)
    page.get_by_role("combobox", name="Phrase for the assessment").fill("nothing")
    page.get_by_role("button", name="Add the phrase for “Assessment”").click()
    expect(page.locator("#part-assessment")).to_contain_text("You have no phrase of this name.")


def test_without_scripts_text_is_copied_and_kept(visited: Team, page_at: OpenPage) -> None:
    page = page_at(DESK, who=visited.prescriber, scripts=False)
    begin_visit(page, visited)
    page.get_by_label("What the client reports").fill("Sleeps well.")
    page.get_by_role("button", name="Copy from the last visit for “What the client reports”").click()
    copied = page.get_by_role("region", name=re.compile("Copied from the visit of"))
    copied.get_by_role("button", name="Keep it in the note").click()
    expect(page.get_by_label("What the client reports")).to_have_value("Sleeps well.\nSleeps better.")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_note_template_fills_parts_and_overwrites_nothing(visited: Team, page_at: OpenPage, scripts: bool) -> None:
    page = page_at(PHONE, who=visited.prescriber, scripts=scripts)
    begin_visit(page, visited)
    page.get_by_label("What the client reports").fill("Sleeps well.")
    page.get_by_role("textbox", name="What follows", exact=True).fill("Same dose.")
    page.get_by_label("Note template").fill("Stable")
    page.get_by_role("button", name="Keep this note as a template").click()
    expect(page.locator("#note-template")).to_contain_text("Kept as the note template “Stable”.")
    page.get_by_label("What the client reports").fill("Sleeps badly.")
    page.get_by_role("textbox", name="What follows", exact=True).fill("More of it.")
    page.get_by_label("Note template").fill("Stable")
    page.get_by_role("button", name="Use the template").click()
    copied = page.get_by_role("region", name="Copied from the note template “Stable”: not reviewed")
    expect(copied).to_have_count(2)
    expect(page.get_by_label("What the client reports")).to_have_value("Sleeps badly.")
    if scripts:
        assert faults(page, Listener(page.context)) == []
    assert not is_too_wide(page)
    copied.last.get_by_role("button", name="Drop it").click()
    copied.first.get_by_role("button", name="Keep it in the note").click()
    expect(copied).to_have_count(0)
    expect(page.get_by_label("What the client reports")).to_have_value("Sleeps badly.\nSleeps well.")
    expect(page.get_by_role("textbox", name="What follows", exact=True)).to_have_value("More of it.")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_visit_by_telehealth_tells_what_is_open_and_books_the_next_in_two_clicks(
    visited: Team, page_at: OpenPage, width: int
) -> None:
    page = page_at(width, who=visited.prescriber)
    page.goto(f"/visits/start/{visited.client.pk}/")
    page.get_by_label("How you meet").select_option("telehealth")
    page.get_by_role("button", name="Start a visit").click()
    assert faults(page, Listener(page.context)) == []
    assert not is_too_wide(page)
    still_open = page.get_by_role("list", name="Still open")
    expect(still_open.get_by_role("listitem")).to_have_count(5)
    page.get_by_label("I verified who the client is").check()
    page.get_by_label("Where the client is now, with the address").fill("At home")
    expect(still_open.get_by_role("listitem")).to_have_count(3)
    still_open.get_by_role("link", name="Obtain the client's consent").click()
    page.get_by_label("The client consents to telehealth today").check()
    page.get_by_role("textbox", name="Assessment", exact=True).fill("Well.")
    page.get_by_text("No thoughts of self-harm").click()
    expect(still_open).to_be_hidden()
    expect(page.get_by_text("Nothing is open.")).to_be_visible()
    hand = Hand(page)
    hand.click(page.locator("#next-visit label").first)
    hand.click(page.get_by_role("button", name="Book the next visit"))
    expect(page.locator("#next-visit")).to_contain_text("Booked with you for")
    assert hand.clicks == 2
    expect(page.get_by_role("textbox", name="Assessment", exact=True)).to_have_value("Well.")
    page.get_by_role("button", name="Sign the visit").click()
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    assert faults(page, Listener(page.context)) == []


def type_for(page: Page, seconds: int, begun: str = "") -> str:
    """Type as a person does, and say what was typed."""
    typed = begun
    for second in range(seconds):
        words = f"{second % 100:04} "
        page.keyboard.type(words, delay=1000 // KEYS_A_SECOND)
        typed += words
    return typed


def test_a_crash_of_the_server_while_typing_loses_five_seconds_at_most(
    visited: Team, windows: Windows, in_clinic: RunningClinic
) -> None:
    page = windows.open(DESK, who=visited.prescriber)
    begin_visit(page, visited)
    address = page.url
    page.get_by_label("What the client reports").focus()
    typed = type_for(page, 12)
    in_clinic.crash()
    page.context.close()
    saved = draft_of(visited).subjective
    assert typed.startswith(saved)
    # What a request holds is on its way for a moment: one second more than between two saves.
    assert len(typed) - len(saved) <= (AUTOSAVE_S + 1) * KEYS_A_SECOND
    in_clinic.start_again("web")
    again = windows.open(DESK, who=visited.prescriber)
    again.goto(address)
    report = again.get_by_label("What the client reports")
    expect(report).to_have_value(saved)
    # What the page asks for by itself has come: only what is typed is cut off.
    again.locator("svg.timeline").wait_for()
    report.press("End")
    in_clinic.crash()
    typed = type_for(again, 6, saved)
    expect(again.get_by_text("No connection: not saved yet.")).to_be_visible()
    in_clinic.start_again("web")
    expect(again.get_by_text("Draft saved")).to_be_visible(timeout=20_000)
    assert draft_of(visited).subjective == typed.rstrip()
    windows.complaints[:] = [one for one in windows.complaints if "ERR_CONNECTION_REFUSED" not in one]
