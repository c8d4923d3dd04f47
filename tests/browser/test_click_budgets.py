"""How many clicks the daily work takes (DESIGN, pages): a mouse alone, counted by the browser itself."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from clinic.coordination.models import ChangeAcknowledgement
from clinic.formulary.models import Medication
from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from clinic.worklist.models import ENDS_ALONE, REVIEWS, DutyKind
from tests.browser.conftest import OpenPage
from tests.browser.test_two_people import Team, team  # noqa: F401 - a client and their team
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.intake import signed_evaluation
from tests.factories.plans import MedicationConsentFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.titration import started
from tests.factories.worklist import WorkItemFactory
from tests.plans.test_services import signed as signed_plan

pytestmark = pytest.mark.browser


@dataclass
class Hand:
    """Clicks and counts them; typing costs no click, choosing a field to type in does."""

    page: Page
    clicks: int = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def write(self, where: Locator, words: str) -> None:
        self.click(where)
        where.fill(words)


@pytest.fixture
def treated(team: Team) -> DosePlan:  # noqa: F811
    """The client begins sertraline today."""
    signed_plan(team.client, team.prescriber)
    return started(team.client, sertraline(), team.prescriber, timezone.now())


def test_a_therapist_sees_every_change_at_once_and_acknowledges_with_one_click(
    treated: DosePlan,
    team: Team,  # noqa: F811
    page_at: OpenPage,
) -> None:
    hand = Hand(page_at(who=team.therapist))
    hand.page.goto("/")
    changes = hand.page.get_by_role("region", name="Changes to acknowledge")
    expect(changes).to_contain_text("25 mg")
    assert hand.clicks == 0
    hand.click(changes.get_by_role("button", name="Acknowledge").first)
    expect(hand.page.get_by_text("Acknowledged.")).to_be_visible()
    assert hand.clicks == 1
    assert ChangeAcknowledgement.objects.filter(by=team.therapist, change__client=team.client).count() == 1


def test_a_stable_medication_check_takes_at_most_eight_clicks(
    treated: DosePlan,
    team: Team,  # noqa: F811
    page_at: OpenPage,
) -> None:
    signed_evaluation(team.client, team.prescriber)
    AppointmentFactory(client=team.client, clinician=team.prescriber, starts_at=noon())
    page = page_at(who=team.prescriber)
    page.goto("/")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name="Start the visit"))
    here = page.url
    hand.write(page.get_by_label("What the client reports"), "Sleeps well, no side effects.")
    hand.write(page.get_by_role("textbox", name="Assessment"), "Depression, stable.")
    hand.click(page.get_by_text("No thoughts of self-harm"))
    hand.click(page.get_by_text("Continue", exact=True))
    hand.write(page.get_by_label("What follows"), "In four weeks.")
    hand.click(page.get_by_role("button", name="Sign the visit"))
    expect(page.get_by_text("Visit signed.")).to_be_visible()
    assert FollowUpVisit.objects.get(client=team.client).is_signed
    assert hand.clicks <= 8
    # One page after the day's list: the note, which is what it was signed as.
    assert page.url.split("#")[0] == here


@pytest.mark.parametrize(("has_consented", "most"), [(True, 5), (False, 6)])
def test_a_three_step_titration_takes_at_most_five_clicks_and_consent_one_more(
    has_consented: bool,
    most: int,
    team: Team,  # noqa: F811
    page_at: OpenPage,
) -> None:
    medication = sertraline()
    signed_plan(team.client, team.prescriber)
    if has_consented:
        MedicationConsentFactory(client=team.client, medication=medication, recorded_by=team.prescriber)
    page = page_at(who=team.prescriber)
    page.goto(f"/dose-plans/of/{team.client.pk}/start/?medication={medication.pk}")
    hand = Hand(page)
    hand.click(page.get_by_text("By hand: start low and rise to a target"))
    hand.write(page.get_by_label("First dose a day"), "25")
    hand.write(page.get_by_label("Target a day"), "75")
    hand.write(page.get_by_label("Rise each time"), "25")
    if not has_consented:
        hand.click(page.get_by_text("Agreed, spoken"))
    hand.click(page.get_by_role("button", name="Sign the dose plan"))
    expect(page.get_by_text("is signed.")).to_be_visible()
    steps = DosePlan.objects.get(client=team.client).versions.get().steps
    assert [step.mg_per_day for step in steps.order_by("number")] == [25, 50, 75]
    assert hand.clicks <= most


def test_a_coordinator_works_from_one_board(team: Team, page_at: OpenPage) -> None:  # noqa: F811
    """From the home, without the menu: to the board, and what came of a duty of any kind that a word ends."""
    page = page_at(who=team.coordinator)
    for kind in set(DutyKind) - REVIEWS - ENDS_ALONE:
        duty = WorkItemFactory(client=team.client, kind=kind, reason=f"To be seen to: {kind}")
        page.goto("/")
        hand = Hand(page)
        hand.click(page.get_by_role("main").get_by_role("link", name="Board"))
        row = page.locator("tr[data-row]", has_text=duty.reason)
        hand.click(row.get_by_role("group").get_by_role("button").first)
        expect(page.get_by_text("closed.")).to_be_visible()
        duty.refresh_from_db()
        assert duty.closed_by == team.coordinator
        assert hand.clicks <= 2


def sertraline() -> Medication:
    """Made once in this clinic."""
    medication: Medication = MedicationFactory()
    if not medication.products.exists():
        ProductFactory(medication=medication)
    return medication


def noon() -> dt.datetime:
    """Today at twelve, the clinic's time."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
