"""The two visits whose clicks are promised, on the day that the demo brings along, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from clinic.staff.roles import Role
from tests.browser.chromium import PATIENCE_MS
from tests.browser.test_click_budgets import Hand

# By how much each of them rises here, three times, and how far it may: a clinic's choice for this walk, no rule.
RISES = {"sertraline": (25, 200), "escitalopram": (5, 20), "buspirone": (5, 60), "lamotrigine": (25, 200)}
STABLE, RISING = 8, 16


def walk(chromium: Browser, url: str) -> None:
    """A stable visit and one with a three-step titration, each begun on the day's list and signed on one page."""
    with prescriber_at(chromium, url) as page:
        stable_visit(page)
        rising_visit(page)


@contextmanager
def prescriber_at(chromium: Browser, url: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=url)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Email").fill(f"{Role.PRESCRIBER}@demo.clinic.example")
    page.get_by_label("Password").fill(settings.DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    yield page
    context.close()


def stable_visit(page: Page) -> None:
    hand = begun(page, visits_in_person(page).first)
    here = page.url
    written(page, hand)
    # Who takes several continues with all of them at once.
    hand.click(page.get_by_role("button", name="Continue all").or_(page.get_by_text("Continue", exact=True)).first)
    signed(page, hand)
    assert hand.clicks <= STABLE
    assert page.url.split("#")[0] == here


def rising_visit(page: Page) -> None:
    place, rise, to_mg = one_who_can_rise(page)
    hand = begun(page, visits_in_person(page).nth(place))
    here = page.url
    written(page, hand)
    editor = opened(page, hand)
    hand.write(editor.get_by_label("Target a day"), str(to_mg))
    hand.write(editor.get_by_label("Rise each time"), str(rise))
    hand.write(editor.get_by_label("Days between steps"), "14")
    hand.write(editor.get_by_label("Why"), "Partly better")
    hand.click(editor.get_by_role("button", name="Sign the change"))
    expect(page.locator("[data-done]")).to_contain_text(f"rising to {to_mg} mg a day")
    signed(page, hand)
    assert hand.clicks <= RISING
    assert page.url.split("#")[0] == here


def one_who_can_rise(page: Page) -> tuple[int, int, int]:
    """Whose place on the list, by how much and how far: with room for three rises. To look for one costs no click."""
    for place in range(visits_in_person(page).count()):
        hand = begun(page, visits_in_person(page).nth(place))
        taken = page.locator(".medication").first.inner_text().strip().lower()
        name = next((name for name in RISES if taken.startswith(name)), None)
        if name:
            rise, most = RISES[name]
            to_mg = int(float(opened(page, hand).get_by_label("First dose a day").input_value())) + 3 * rise
            if to_mg <= most:
                return place, rise, to_mg
    raise AssertionError("Nobody of the day takes anything that can rise.")


def opened(page: Page, hand: Hand) -> Locator:
    hand.click(page.get_by_role("button", name="Change the plan").first)
    editor = page.locator("section.editor")
    hand.click(editor.get_by_text("Rise to a target"))
    return editor


def visits_in_person(page: Page) -> Locator:
    page.goto("/")
    rows = page.locator("tr[data-row]", has_text="Medication check, in person")
    return rows.get_by_role("button", name=re.compile("the visit"))


def begun(page: Page, button: Locator) -> Hand:
    hand = Hand(page)
    hand.click(button)
    page.get_by_label("What the client reports").wait_for()
    return hand


def written(page: Page, hand: Hand) -> None:
    hand.write(page.get_by_label("What the client reports"), "Sleeps well, no side effects.")
    hand.write(page.get_by_role("textbox", name="Assessment"), "Stable.")
    hand.click(page.get_by_text("No thoughts of self-harm"))


def signed(page: Page, hand: Hand) -> None:
    hand.write(page.get_by_label("What follows"), "In four weeks.")
    hand.click(page.get_by_role("button", name="Sign the visit"))
    expect(page.get_by_text("Visit signed.")).to_be_visible()
