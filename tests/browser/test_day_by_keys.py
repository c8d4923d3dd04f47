"""The prescriber's day by keys: j and k walk its visits, Enter opens the chart of the one that is marked."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_click_budgets import noon
from tests.browser.test_two_people import Team, team  # noqa: F401 - a client and their team
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.scheduling import AppointmentFactory

pytestmark = pytest.mark.browser


def test_j_and_k_walk_the_day_and_enter_opens_the_chart(
    team: Team,  # noqa: F811 - the fixture by its name
    page_at: OpenPage,
) -> None:
    second = ClientFactory(given_names="Zoe", family_name="Zuse")
    CareTeamMemberFactory(client=second, user=team.prescriber)
    for hours, client in enumerate((team.client, second)):
        starts_at = noon() + dt.timedelta(hours=hours)
        AppointmentFactory(client=client, clinician=team.prescriber, starts_at=starts_at)
    page = page_at(who=team.prescriber)
    page.goto("/")
    rows = page.get_by_role("region", name="Today").locator("tr[data-row]")
    expect(rows).to_have_count(2)
    links = [rows.nth(n).get_by_role("rowheader").get_by_role("link") for n in range(2)]
    page.keyboard.press("j")
    expect(links[0]).to_be_focused()
    page.keyboard.press("j")
    expect(links[1]).to_be_focused()
    expect(rows.nth(1)).to_have_class("here")
    page.keyboard.press("k")
    expect(links[0]).to_be_focused()
    expect(rows.nth(1)).not_to_have_class("here")
    page.keyboard.press("k")
    expect(links[0]).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zuse")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("jk")
    expect(page.get_by_role("searchbox").or_(page.get_by_role("combobox")).first).to_have_value("jk")
