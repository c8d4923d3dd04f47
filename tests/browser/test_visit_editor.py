"""The plan editor in the visit: opened in place with one click, nothing typed is lost, and the visit tells it."""

import re
from urllib.parse import parse_qs

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect

from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.browser.looks import Listener, faults
from tests.browser.test_click_budgets import Hand, noon
from tests.browser.test_switching import OnSertraline, on_sertraline  # noqa: F401 - a client who takes something
from tests.factories.intake import signed_evaluation
from tests.factories.scheduling import AppointmentFactory

pytestmark = pytest.mark.browser
TYPED = "Sleeps well, a little nausea."


@pytest.fixture
def visited(on_sertraline: OnSertraline) -> OnSertraline:  # noqa: F811 - the fixture by its name
    """One of two medications is sertraline 100 mg; today is the visit."""
    client, prescriber = on_sertraline.client, on_sertraline.prescribers[0]
    signed_evaluation(client, prescriber)
    return on_sertraline


def begun(page: Page, visited: OnSertraline) -> Page:
    page.goto(f"/visits/start/{visited.client.pk}/")
    page.get_by_role("button", name="Start a visit").click()
    page.get_by_label("What the client reports").fill(TYPED)
    return page


def pick(page: Page, medication: str) -> None:
    # Only a machine types before the page listens; it listens once it says that the editor is open.
    expect(page.locator("[aria-controls^='editor-'][aria-expanded='true']")).to_have_count(1)
    page.get_by_label("Medication: generic name").press_sequentially(medication[:6])
    page.get_by_role("link", name=medication, exact=True).click()


def test_a_visit_with_a_three_step_titration_takes_at_most_sixteen_clicks(
    visited: OnSertraline, page_at: OpenPage
) -> None:
    AppointmentFactory(client=visited.client, clinician=visited.prescribers[0], starts_at=noon())
    page = page_at(DESK, who=visited.prescribers[0])
    page.goto("/")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name="Start the visit"))
    here = page.url
    hand.write(page.get_by_label("What the client reports"), TYPED)
    hand.write(page.get_by_role("textbox", name="Assessment"), "Depression, partly better.")
    hand.click(page.get_by_text("No thoughts of self-harm"))
    hand.click(page.get_by_role("button", name="Change the plan"))
    editor = page.get_by_role("region", name="Change sertraline")
    expect(editor.get_by_role("heading", name="Change sertraline")).to_be_focused()
    hand.click(editor.get_by_text("Rise to a target"))
    hand.write(editor.get_by_label("Target a day"), "200")
    hand.write(editor.get_by_label("Rise each time"), "50")
    hand.write(editor.get_by_label("Days between steps"), "7")
    hand.write(editor.get_by_label("Why"), "Half better after six weeks")
    expect(editor.locator("#preview").get_by_text("2 x 100 mg tablet")).to_be_visible()
    hand.click(editor.get_by_role("button", name="Sign the change"))
    done = page.locator("[data-done]")
    expect(done).to_contain_text("Changed in this visit")
    expect(done).to_contain_text("rising to 200 mg a day")
    expect(done).to_be_focused()
    expect(page.locator("#open-points")).not_to_contain_text("Decide about sertraline")
    expect(page.locator("#next-visit")).to_contain_text("5-9 days after step 2 of sertraline")
    hand.write(page.get_by_label("What follows"), "In four weeks.")
    hand.click(page.get_by_role("button", name="Sign the visit"))
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    visit = FollowUpVisit.objects.get(client=visited.client)
    row = visit.decisions.get()
    assert row.change is not None
    assert (visit.subjective, row.decision) == (TYPED, "change")
    steps = row.change.version.steps.order_by("number")
    assert [step.mg_per_day for step in steps] == [100, 150, 200]
    assert hand.clicks <= 16
    assert page.url.split("#")[0] == here


def test_a_rationale_typed_while_the_preview_is_on_its_way_stands(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    page.get_by_text("Decrease", exact=True).click()
    page.get_by_label("New amount").fill("50")
    rationale = page.get_by_label("Rationale")
    expect(rationale).to_have_value(re.compile("Decrease sertraline from 100 mg to 50 mg"))
    waiting: list[Route] = []
    page.route("**/preview/**", lambda route: waiting.append(route))
    page.get_by_label("New amount").fill("75")
    rationale.fill("Too tired in the mornings.")
    # Past the wait after the last letter of the amount: the preview that counts is on its way.
    page.wait_for_timeout(1000)
    rationale.press_sequentially(" She asks for less.")
    waiting[-1].continue_()
    expect(page.locator(".preview-title")).to_contain_text("to 75 mg")
    expect(rationale).to_have_value("Too tired in the mornings. She asks for less.")


def test_the_reason_of_the_editor_follows_the_plan_until_it_is_typed(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    page.get_by_role("button", name="Change the plan").click()
    editor = page.get_by_role("region", name="Change sertraline")
    why = editor.get_by_label("Why")
    editor.get_by_label("Amount a day").fill("125")
    expect(why).to_have_value(re.compile("increased from 100 mg to 125 mg a day"))
    editor.get_by_label("Amount a day").fill("150")
    expect(why).to_have_value(re.compile("increased from 100 mg to 150 mg a day"))
    why.press("End")
    why.press_sequentially(" She asks for it.")
    editor.get_by_label("Amount a day").fill("175")
    expect(editor.locator("#preview")).to_contain_text("175 mg")
    expect(why).to_have_value(re.compile("to 150 mg a day.* She asks for it"))


def test_a_taper_is_one_click_away(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    page.get_by_role("button", name="Taper").click()
    editor = page.get_by_role("region", name="Change sertraline")
    expect(editor.get_by_label("Fall step by step (taper)")).to_be_checked()
    editor.get_by_label("Target a day").fill("0")
    editor.get_by_label("Cut each time").fill("25")
    editor.get_by_label("Days between steps").fill("14")
    editor.get_by_label("Why").fill("Well for a year")
    editor.get_by_role("button", name="Sign the change").click()
    expect(page.locator("[data-done]")).to_contain_text("falling to 25 mg a day")
    page.get_by_role("textbox", name="Assessment").fill("Remission.")
    page.get_by_text("No thoughts of self-harm").click()
    page.get_by_role("button", name="Sign the visit").click()
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    assert FollowUpVisit.objects.get(client=visited.client).decisions.get().decision == "taper"


def test_another_medication_is_picked_and_started_in_place(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    expect(page.locator("svg.timeline")).to_be_visible()
    expect(page).to_have_title(re.compile("^Visit"))
    page.get_by_role("button", name="Start another medication").click()
    pick(page, "venlafaxine")
    editor = page.get_by_role("region", name="Start venlafaxine")
    expect(editor.get_by_role("heading", name="Start venlafaxine")).to_be_focused()
    expect(editor.locator("#preview").get_by_role("row", name="37.5")).not_to_have_count(0)
    editor.get_by_role("button", name="Sign the dose plan").click()
    expect(page.locator("#started")).to_contain_text("Started in this visit")
    expect(page.locator("#known")).to_contain_text("Venlafaxine")
    expect(page.locator("[data-done]")).to_be_focused()
    expect(page.get_by_label("What the client reports")).to_have_value(TYPED)


def test_a_switch_in_place_tells_of_both(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    page.get_by_role("button", name="Switch medication").click()
    pick(page, "venlafaxine")
    editor = page.get_by_role("region", name="Switch sertraline to venlafaxine")
    # A direct switch on this very day: the old medication does not run any more and is told all the same.
    editor.get_by_role("group", name="How sertraline leaves").get_by_text("Stop", exact=True).click()
    editor.get_by_text("Direct switch").click()
    editor.get_by_label("Why").fill("Too little effect")
    editor.get_by_role("button", name="Sign both").click()
    expect(page.locator(f"#medication-{visited.dose_plan.pk}")).to_contain_text("Switched in this visit")
    expect(page.locator("#started")).to_contain_text("Started in this visit")
    expect(page.locator("#known")).not_to_contain_text("Sertraline for")
    page.get_by_role("textbox", name="Assessment").fill("No response.")
    page.get_by_text("No thoughts of self-harm").click()
    page.get_by_role("button", name="Sign the visit").click()
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    decisions = FollowUpVisit.objects.get(client=visited.client).decisions
    assert set(decisions.values_list("decision", flat=True)) == {"switch", "start"}


def test_closing_gives_the_focus_back_and_the_draft_never_has_the_editors_fields(
    visited: OnSertraline, page_at: OpenPage
) -> None:
    page = page_at(DESK, who=visited.prescribers[0])
    saves: list[Request] = []
    page.on("request", lambda request: saves.append(request) if request.url.endswith("/save/") else None)
    begun(page, visited)
    change = page.get_by_role("button", name="Change the plan")
    change.click()
    editor = page.locator("#editor-title")
    expect(editor).to_be_focused()
    expect(change).to_have_attribute("aria-expanded", "true")
    page.locator("#id_reason").fill("Not to be sent")
    expect(page.get_by_text("Draft saved")).to_be_visible(timeout=8000)
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(change).to_be_focused()
    expect(change).to_have_attribute("aria-expanded", "false")
    change.click()
    expect(page.locator("#id_reason")).to_have_value("Not to be sent")
    page.get_by_role("button", name="Start another medication").click()
    expect(editor).to_have_text("Start a medication")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Start another medication")).to_be_focused()
    posted = [parse_qs(request.post_data or "") for request in saves]
    assert posted
    assert all({"reason", "way", "do"}.isdisjoint(fields) for fields in posted)
    assert FollowUpVisit.objects.get(client=visited.client).subjective == TYPED


def test_a_refused_signature_says_why_in_place(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(PHONE, who=visited.prescribers[0]), visited)
    page.get_by_role("button", name="Change the plan").click()
    page.locator("#id_mg_per_day").fill("150")
    expect(page.locator("#id_reason")).to_have_value(re.compile("to 150 mg a day"))
    page.locator("#id_reason").fill("")
    page.get_by_role("button", name="Sign the change").click()
    expect(page.get_by_role("alert").get_by_text("Not done yet")).to_be_visible()
    expect(page.locator(".editor [data-form-errors]")).to_be_focused()
    expect(page.locator("#id_mg_per_day")).to_have_value("150")
    listener = Listener(page.context)
    assert faults(page, listener) == []


def test_on_a_visit_that_was_refused_the_editor_opens_in_its_place_all_the_same(
    visited: OnSertraline, page_at: OpenPage
) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0]), visited)
    page.get_by_role("button", name="Sign the visit").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("Write the assessment")
    page.get_by_role("button", name="Change the plan").click()
    editor = page.get_by_role("region", name="Change sertraline")
    expect(editor.get_by_role("heading", name="Change sertraline")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    editor.get_by_label("Amount a day").fill("50")
    editor.get_by_label("Why").fill("Too tired")
    editor.get_by_role("button", name="Sign the change").click()
    expect(page.locator("[data-done]")).to_contain_text("Changed in this visit")
    expect(page.get_by_label("What the client reports")).to_have_value(TYPED)


def test_without_scripts_the_note_is_saved_and_the_editor_leads_back(visited: OnSertraline, page_at: OpenPage) -> None:
    page = begun(page_at(DESK, who=visited.prescribers[0], scripts=False), visited)
    page.get_by_role("button", name="Change the plan").click()
    expect(page.get_by_role("heading", name="Change sertraline", level=1)).to_be_visible()
    page.get_by_role("link", name="Back to the visit").click()
    expect(page.get_by_label("What the client reports")).to_have_value(TYPED)
    page.get_by_role("button", name="Change the plan").click()
    page.get_by_label("Amount a day").fill("150")
    page.get_by_label("Why").fill("Half better")
    page.get_by_role("button", name="Sign the change").click()
    expect(page.locator("[data-done]")).to_contain_text("Changed in this visit")
    assert DosePlan.objects.get(pk=visited.dose_plan.pk).versions.count() == 2
    assert timezone.localdate() == FollowUpVisit.objects.get(client=visited.client).visited_on
