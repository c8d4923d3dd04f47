"""The plan editor in a real browser: how many clicks a plan takes, and that it previews with and without scripts."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.intake.models import ReportedMedication
from clinic.plans.models import PlanStatus, Problem
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DosePlanVersion
from tests.browser.conftest import DESK, PHONE, OpenPage, is_too_wide
from tests.browser.running import RunningClinic
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import TreatmentPlanFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.browser
THREE_STRENGTHS = [Decimal(25), Decimal(100), Decimal(200)]


@dataclass
class Clicks:
    """A hand that counts its clicks; typing is none."""

    page: Page
    number: int = 0

    def on(self, target: Locator) -> None:
        target.click()
        self.number += 1


@dataclass
class Treated:
    """A client under a treatment plan, and the prescriber."""

    client: Client
    prescriber: User
    medication: Medication


@pytest.fixture
def treated(in_clinic: RunningClinic) -> Treated:
    prescriber = UserFactory(acting_role=Role.PRESCRIBER)
    client = ClientFactory(given_names="Ada", family_name=f"Lovelace{Client.objects.count()}")
    CareTeamMemberFactory(client=client, user=prescriber)
    plan = TreatmentPlanFactory(client=client, written_by=prescriber)
    Problem.objects.create(plan=plan, text="Bipolar II disorder", code="F31.81")
    plan.status, plan.signed_by, plan.signed_at = PlanStatus.SIGNED, prescriber, timezone.now()
    plan.save()
    medication = MedicationFactory(name="lamotrigine", min_interval_days=14, max_mg=200)
    if not medication.products.exists():
        ProductFactory(medication=medication, strengths_mg=THREE_STRENGTHS, scored=False)
        medication.names.create(name="lamotrigine")
    return Treated(client, prescriber, medication)


def test_a_titration_of_three_strengths_is_signed_within_five_clicks(treated: Treated, page_at: OpenPage) -> None:
    page = page_at(DESK, who=treated.prescriber)
    clicks = Clicks(page)
    page.goto(f"/chart/{treated.client.pk}/")
    clicks.on(page.get_by_text("More", exact=True))
    clicks.on(page.get_by_role("link", name="Start a dose plan"))
    page.get_by_label("Medication: generic name").press_sequentially("lamotr")
    clicks.on(page.get_by_role("link", name="lamotrigine"))
    expect(page.get_by_role("radio", name="Standard: 25 mg")).to_be_checked()
    preview = page.locator("#preview")
    expect(preview.get_by_text("1 x 25 mg tablet")).to_be_visible()
    expect(preview.get_by_text("1 x 100 mg tablet")).to_be_visible()
    expect(preview.get_by_text("1 x 200 mg tablet")).to_be_visible()
    clicks.on(page.get_by_text("Agreed, spoken"))
    clicks.on(page.get_by_role("button", name="Sign the dose plan"))
    expect(page.get_by_text("The dose plan of lamotrigine is signed.")).to_be_visible()
    assert DosePlanVersion.objects.get(dose_plan__client=treated.client).template == "lamotrigine-alone"
    assert clicks.number == 5


def test_what_is_taken_chooses_and_another_is_one_click_away(treated: Treated, page_at: OpenPage) -> None:
    ReportedMedication.objects.create(
        client=treated.client, name="Depakote", origin="staff", recorded_at=timezone.now()
    )
    page = page_at(PHONE, who=treated.prescriber)
    page.goto(f"/dose-plans/of/{treated.client.pk}/start/?medication={treated.medication.pk}")
    expect(page.get_by_role("radio", name="With valproate")).to_be_checked()
    expect(page.get_by_text("With valproate (Depakote); for F31.81")).to_be_visible()
    expect(page.locator("#preview").get_by_text("every other day")).to_be_visible()
    page.get_by_role("radio", name="Standard: 25 mg").check()
    expect(page.locator("#preview").get_by_text("off schedule").first).to_be_visible()
    assert not is_too_wide(page)


def test_without_scripts_the_button_previews(treated: Treated, page_at: OpenPage) -> None:
    page = page_at(DESK, who=treated.prescriber, scripts=False)
    page.goto(f"/dose-plans/of/{treated.client.pk}/start/?medication={treated.medication.pk}")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview").get_by_text("1 x 200 mg tablet")).to_be_visible()
