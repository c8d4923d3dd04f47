"""A switch in a real browser: clicks counted, with and without scripts, and two prescribers at the same moment."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DosePlan
from tests.browser.conftest import DESK, PHONE, OpenPage, is_too_wide
from tests.browser.looks import Listener, faults
from tests.browser.running import RunningClinic
from tests.browser.test_click_budgets import Hand, sertraline
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import MedicationConsentFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import started
from tests.plans.test_services import signed as signed_plan

pytestmark = pytest.mark.browser
HALVABLE = [{"form": "tablet", "release": "IR", "strengths_mg": ["25", "50", "100"], "scored": True}]


@dataclass
class OnSertraline:
    """A client on sertraline 100 mg, their two prescribers, and what may come in its place: they agreed to it."""

    client: Client
    prescribers: list[User]
    dose_plan: DosePlan
    venlafaxine: Medication

    @property
    def address(self) -> str:
        return f"/dose-plans/{self.dose_plan.pk}/"


@pytest.fixture
def on_sertraline(in_clinic: RunningClinic) -> OnSertraline:
    client = ClientFactory(given_names="Ada", family_name=f"Lovelace{Client.objects.count()}")
    prescribers = [UserFactory(acting_role=Role.PRESCRIBER) for _ in range(2)]
    for place, user in enumerate(prescribers):
        CareTeamMemberFactory(client=client, user=user, is_lead=place == 0)
    signed_plan(client, prescribers[0])
    order = {"start_on": timezone.localdate().isoformat(), "products": HALVABLE}
    order["steps"] = [{"doses": {"morning": "100"}}]
    dose_plan = started(client, sertraline(), prescribers[0], timezone.now(), order)
    MedicationConsentFactory(client=client, medication=venlafaxine(), recorded_by=prescribers[0])
    return OnSertraline(client, prescribers, dose_plan, venlafaxine())


def venlafaxine() -> Medication:
    """Made once in this clinic: start 37.5 mg, step 37.5 mg, 7 days between rises, usually from 75 mg on."""
    numbers = {"start_mg": Decimal("37.5"), "step_mg": Decimal("37.5"), "usual_min_mg": 75, "max_mg": 225}
    medication: Medication = MedicationFactory(name="venlafaxine", **numbers)
    if not medication.products.exists():
        ProductFactory(medication=medication, strengths_mg=[Decimal("37.5"), Decimal(75)], scored=False)
        medication.names.create(name="venlafaxine")
    return medication


def cut(page: Page) -> None:
    """25 mg less each week, as far as it is typed."""
    old = page.get_by_role("group", name="How sertraline leaves")
    old.get_by_label("Cut each time").fill("25")
    old.get_by_label("Days between steps").fill("7")


def steps_of(medication: Medication, client: Client) -> list[tuple[int, Decimal]]:
    version = DosePlan.objects.get(medication=medication, client=client).versions.get(superseded_at=None)
    today = timezone.localdate()
    return [((step.first_on - today).days, step.mg_per_day) for step in version.steps.order_by("number")]


def test_a_cross_taper_takes_at_most_seven_clicks(on_sertraline: OnSertraline, page_at: OpenPage) -> None:
    page = page_at(DESK, who=on_sertraline.prescribers[0])
    page.goto(on_sertraline.address)
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Switch to another medication"))
    page.get_by_label("Medication: generic name").press_sequentially("venlaf")
    hand.click(page.get_by_role("link", name="venlafaxine", exact=True))
    old = page.get_by_role("group", name="How sertraline leaves")
    hand.write(old.get_by_label("Cut each time"), "25")
    hand.write(old.get_by_label("Days between steps"), "7")
    preview = page.locator("#preview")
    expect(preview.get_by_text("14 x 25 mg tablet")).to_be_visible()
    expect(preview.get_by_text("21 days with both")).to_be_visible()
    hand.write(page.get_by_role("textbox", name="Why"), "Too little effect")
    hand.click(page.get_by_role("button", name="Sign both"))
    expect(page.get_by_text("Both are signed: sertraline leaves, venlafaxine comes.")).to_be_visible()
    client = on_sertraline.client
    assert steps_of(on_sertraline.dose_plan.medication, client) == [(0, 100), (7, 75), (14, 50), (21, 25)]
    assert steps_of(on_sertraline.venlafaxine, client) == [(7, Decimal("37.5")), (14, 75)]
    assert hand.clicks <= 7


def test_without_scripts_and_on_a_phone_the_button_previews(on_sertraline: OnSertraline, page_at: OpenPage) -> None:
    page = page_at(PHONE, who=on_sertraline.prescribers[0], scripts=False)
    page.goto(f"{on_sertraline.address}switch/")
    page.get_by_label("Medication: generic name").fill("venlafaxine")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="venlafaxine", exact=True).click()
    cut(page)
    page.get_by_label("First day of the new one").fill((timezone.localdate() + dt.timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Preview").last.click()
    expect(page.locator("#preview").get_by_text("14 days with both")).to_be_visible()
    expect(page.get_by_role("img", name="Both dose plans over time")).to_be_visible()
    assert not is_too_wide(page)
    page.get_by_role("textbox", name="Why").fill("Too little effect")
    page.get_by_role("button", name="Sign both").click()
    expect(page.get_by_text("Both are signed")).to_be_visible()
    assert steps_of(on_sertraline.venlafaxine, on_sertraline.client)[0] == (14, Decimal("37.5"))


def test_of_two_prescribers_one_wins_and_the_other_sees_both(on_sertraline: OnSertraline, page_at: OpenPage) -> None:
    quick, slow = (page_at(DESK, who=user) for user in on_sertraline.prescribers)
    for page, why in ((quick, "No effect in eight weeks"), (slow, "Asked for by the client")):
        page.goto(f"{on_sertraline.address}switch/?medication={on_sertraline.venlafaxine.pk}")
        cut(page)
        page.get_by_role("textbox", name="Why").fill(why)
        expect(page.locator("#preview").get_by_text("21 days with both")).to_be_visible()
    quick.get_by_role("button", name="Sign both").click()
    expect(quick.get_by_text("Both are signed")).to_be_visible()
    with slow.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 409):
        slow.get_by_role("button", name="Sign both").click()
    both = slow.locator(".conflict")
    expect(both).to_contain_text("No effect in eight weeks")
    expect(both).to_contain_text("Asked for by the client")
    expect(slow.get_by_role("textbox", name="Why")).to_have_value("Asked for by the client")
    assert DosePlan.objects.filter(client=on_sertraline.client).count() == 2
    assert on_sertraline.dose_plan.versions.count() == 2


def test_a_preview_and_a_refusal_read_well(on_sertraline: OnSertraline, page_at: OpenPage) -> None:
    page = page_at(DESK, who=on_sertraline.prescribers[0])
    listener = Listener(page.context)
    page.goto(f"{on_sertraline.address}switch/?medication={on_sertraline.venlafaxine.pk}")
    page.get_by_text("No plans yet").wait_for()
    found = faults(page, listener)
    cut(page)
    page.get_by_label("Target a day").last.fill("300")
    page.get_by_text("21 days with both").wait_for()
    found += faults(page, listener)
    page.get_by_role("button", name="Sign both").click()
    page.get_by_text("Not done yet").wait_for()
    found += faults(page, listener)
    assert not found, "\n".join(found)
