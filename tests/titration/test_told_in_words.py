"""What is taken elsewhere, not borne or tried before is checked by what its words name, as if it were linked."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.intake.models import Allergy
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import DosePlan
from clinic.titration.queries.trials import warnings_before
from clinic.titration.rules import build_plan
from clinic.titration.rules.safety import RegimenLook, dated_words
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.intake import MedicationTrialFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import rising_order
from tests.titration.test_safety import NOW, TODAY, offers, page_of, reason, start, told, typed

pytestmark = pytest.mark.django_db
IMPORTED = "Phenelzine sulfate 15 MG Oral Tablet"


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def in_force(ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)


def looked_at(client: Client, medication: Medication) -> RegimenLook:
    around = queries.surroundings_of(client, today=TODAY)
    return around.look(medication, build_plan(rising_order(TODAY)))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (IMPORTED, "interaction-maoi-ssri"),
        ("Dextromethorphan 45 MG / phenelzine 15 MG", "interaction-maoi-ssri"),
        ("24 HR Citalopram 20 MG Oral Tablet", "duplicate-serotonin-reuptake-inhibitor"),
        ("Ibuprofen 400 MG Oral Tablet", "interaction-ssri-snri-nsaid"),
    ],
)
def test_what_another_system_wrote_is_checked_like_its_name(
    ada: Client, sertraline: Medication, name: str, rule: str
) -> None:
    told(ada, name, "45")
    look = looked_at(ada, sertraline)
    [found] = [one for one in look.findings if one.rule == rule]
    assert found.medications == tuple(sorted([name.lower(), "sertraline"]))
    assert name.lower() in dated_words(found)
    assert look.unchecked == ()


@pytest.mark.parametrize("name", [IMPORTED, IMPORTED + " / zilch 5 MG" * 20])
def test_it_stops_a_start_until_there_is_a_reason_that_settles_it(
    ada: Client, sertraline: Medication, prescriber: User, in_force: None, name: str
) -> None:
    told(ada, name, "45")
    with pytest.raises(RuleBroken, match="serotonin syndrome"):
        start(ada, sertraline, prescriber)
    start(ada, sertraline, prescriber, reason())
    assert DosePlan.objects.count() == 1
    look = looked_at(ada, sertraline)
    assert look.stops == ()
    assert look.settled


@pytest.mark.parametrize("substance", ["Allergy to sertraline", "SSRIs", "Zoloft 50 MG Oral Tablet"])
def test_an_allergy_told_in_words_stops_a_start(ada: Client, sertraline: Medication, substance: str) -> None:
    Allergy.objects.create(client=ada, substance=substance, origin="import", recorded_at=NOW)
    [stop] = looked_at(ada, sertraline).stops
    assert (stop.code, f"an allergy to {substance.lower()} is recorded" in stop.words) == ("allergy", True)


def test_what_nothing_is_checked_about_is_said(ada: Client, sertraline: Medication) -> None:
    for name in ("Simvistatin 10 MG", "Zauberkraut", "Amlodipine 5 MG Oral Tablet", "Ibuprofen / zilch 5 MG"):
        told(ada, name, "5")
    told(ada, "long gone", "5", last_on=TODAY - dt.timedelta(days=1))
    look = looked_at(ada, sertraline)
    assert look.unchecked == (
        "Not in the formulary, so nothing was checked about: “simvistatin 10 mg”, “zauberkraut”. Check by hand.",
        "“ibuprofen / zilch 5 mg” was checked as ibuprofen: nothing was checked about “zilch” in it.",
    )
    assert look.to_json()["unchecked"] == list(look.unchecked)


def test_a_part_alone_that_nobody_knows_is_said(ada: Client, sertraline: Medication) -> None:
    told(ada, "Loratadine / zilch 5 MG", "5")
    [sentence] = looked_at(ada, sertraline).unchecked
    assert sentence.startswith("“loratadine / zilch 5 mg” was checked as loratadine")


def test_a_link_to_what_is_known_of_it_hides_nothing(ada: Client, sertraline: Medication) -> None:
    row = told(ada, "Chlordiazepoxide-Clidinium", "5")
    row.medication = MedicationFactory(name="chlordiazepoxide")
    row.save()
    [sentence] = looked_at(ada, sertraline).unchecked
    assert "nothing was checked about “clidinium”" in sentence


def test_the_plan_editor_says_it(browser: Browser, prescriber: User, ada: Client, sertraline: Medication) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)
    told(ada, "Zauberkraut", "5")
    browser.force_login(prescriber)
    page = page_of(ada, sertraline)
    shown = browser.post(page, typed(products=offers(browser.get(page).text)))  # type: ignore[arg-type]  # lists are many fields
    assert "nothing was checked about: “zauberkraut”" in shown.text


@pytest.mark.parametrize(
    ("name", "warns"),
    [("Zoloft 50 MG Oral Tablet", True), ("sertraline and zilch", True), ("Fluoxetine 20 MG", False)],
)
def test_a_trial_told_in_words_warns_before_the_same_is_started(
    ada: Client, sertraline: Medication, name: str, warns: bool
) -> None:
    MedicationTrialFactory(
        client=ada, name=name, weeks=2, response="none", why_stopped="side_effects", highest_mg=Decimal(100)
    )
    assert [name in words for words in warnings_before(ada, sertraline, timezone.localdate())] == [True] * warns
    assert warnings_before(ada, MedicationFactory(name="lithium"), timezone.localdate()) == ()
