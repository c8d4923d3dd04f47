"""Templates on the pages: the fitting one first with its reason, another by one click, signed as chosen."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.intake.models import ReportedMedication
from clinic.plans.models import PlanStatus, Problem
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, DosePlanVersion
from clinic.titration.queries import surroundings_of
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import AGREED, CONSENT, TreatmentPlanFactory
from tests.factories.titration import TABLETS, started

pytestmark = pytest.mark.django_db
TABLETS_OF_LAMOTRIGINE = ["tablet-IR-25", "tablet-IR-100"]


@pytest.fixture
def lamotrigine() -> Medication:
    medication = MedicationFactory(name="lamotrigine", min_interval_days=14, max_mg=200, max_step_mg=100)
    ProductFactory(medication=medication, strengths_mg=[Decimal(25), Decimal(100)], scored=False)
    return medication


@pytest.fixture(autouse=True)
def in_force(ada: Client, prescriber: User) -> None:
    plan = TreatmentPlanFactory(client=ada, written_by=prescriber)
    Problem.objects.create(plan=plan, text="Panic disorder", code="F41.0")
    plan.status, plan.signed_by, plan.signed_at = PlanStatus.SIGNED, prescriber, timezone.now()
    plan.save()


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def reported(ada: Client, name: str, **more: object) -> None:
    ReportedMedication.objects.create(client=ada, name=name, origin="staff", recorded_at=timezone.now(), **more)


def start_url(ada: Client, medication: Medication) -> str:
    return f"{reverse('titration:start', args=[ada.pk])}?medication={medication.pk}"


def typed(way: str, **more: object) -> dict[str, object]:
    rows = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}
    today = timezone.localdate().isoformat()
    return {
        "treats": "Mood",
        "start_on": today,
        "products": TABLETS_OF_LAMOTRIGINE,
        "way": way,
        "do": "sign",
        **CONSENT,
        **rows,
    } | more


def test_the_fitting_template_comes_first_with_its_reason(paula: Browser, ada: Client, lamotrigine: Medication) -> None:
    form = paula.get(start_url(ada, lamotrigine)).context["form"]
    assert form["way"].value() == "template:lamotrigine-alone"
    assert [way.radio.data["value"] for way in form.ways()][:3] == [
        "template:lamotrigine-alone",
        "template:lamotrigine-with-valproate",
        "template:lamotrigine-with-inducer",
    ]
    reported(ada, "Depakote 500 mg")
    page = paula.get(start_url(ada, lamotrigine))
    assert page.context["form"]["way"].value() == "template:lamotrigine-with-valproate"
    assert "With valproate (Depakote 500 mg)." in page.content.decode()
    assert "Not yet reviewed by the medical director." in page.content.decode()


def test_without_a_row_nothing_is_chosen_and_that_is_said(paula: Browser, ada: Client, lamotrigine: Medication) -> None:
    reported(ada, "Depakote")
    reported(ada, "Tegretol")
    page = paula.get(start_url(ada, lamotrigine))
    assert page.context["form"]["way"].value() == "titration"
    assert "no label schedule for this combination. You decide." in page.content.decode()


def test_one_of_several_is_chosen_by_the_treatment_plan(paula: Browser, ada: Client) -> None:
    sertraline = ProductFactory().medication
    page = paula.get(start_url(ada, sertraline))
    assert page.context["form"]["way"].value() == "template:sertraline-panic-ptsd-sad"
    assert "for F41.0 in the treatment plan" in page.content.decode()


def test_a_template_is_previewed_and_signed(paula: Browser, ada: Client, lamotrigine: Medication) -> None:
    url = start_url(ada, lamotrigine)
    preview = paula.post(url, typed("template:lamotrigine-alone", do="preview")).content.decode()
    assert "100 mg in the morning (1 x 100 mg tablet)" in preview
    answer = paula.post(url, typed("template:lamotrigine-alone"), follow=True)
    version = DosePlanVersion.objects.get()
    assert version.template == "lamotrigine-alone"
    assert version.order["limits"] == {"max_mg_per_day": "200", "max_step_mg": "100", "min_step_interval_days": 7}
    assert "Standard: 25 mg, then 50, 100 and 200 mg" in answer.content.decode()


def test_the_standard_start_beside_valproate_wants_a_reason(
    paula: Browser, ada: Client, lamotrigine: Medication
) -> None:
    reported(ada, "Depakote")
    refused = paula.post(start_url(ada, lamotrigine), typed("template:lamotrigine-alone"))
    assert refused.status_code == 422
    assert "off schedule" in refused.content.decode()
    assert not DosePlan.objects.exists()
    reason = {"override_off_schedule": "benefit", "override_off_schedule_words": "Level watched"}
    assert paula.post(start_url(ada, lamotrigine), typed("template:lamotrigine-alone", **reason)).status_code == 302


@pytest.mark.parametrize("way", ["template:lamotrigine-with-inducer-to-400", "template:sertraline", "nonsense", ""])
def test_what_is_not_offered_is_refused(paula: Browser, ada: Client, lamotrigine: Medication, way: str) -> None:
    assert paula.post(start_url(ada, lamotrigine), typed(way)).status_code == 422
    assert not DosePlan.objects.exists()


def test_the_service_refuses_a_template_of_another_medication(
    ada: Client, prescriber: User, lamotrigine: Medication
) -> None:
    with pytest.raises(RuleBroken, match="not offered"):
        services.start_dose_plan(
            client_id=ada.pk,
            medication_id=lamotrigine.pk,
            order={"start_on": timezone.localdate().isoformat(), "products": TABLETS, "steps": [{"doses": {}}]},
            treats="Mood",
            consent=AGREED,
            template="bupropion-xl",
            by=prescriber,
            now=timezone.now(),
        )


def test_a_change_of_a_plan_by_template_is_held_against_the_labels_pace(
    paula: Browser, ada: Client, lamotrigine: Medication
) -> None:
    paula.post(start_url(ada, lamotrigine), typed("template:lamotrigine-alone"))
    on = timezone.localdate() + dt.timedelta(days=3)
    change = {"version": "1", "on": on.isoformat(), "reason": "Rash looked at", "days": "7"}
    url = reverse("titration:change", args=[DosePlan.objects.get().pk])
    assert paula.post(url, typed("pause", **change)).status_code == 302
    assert DosePlanVersion.objects.get(number=2).template == "lamotrigine-alone"
    too_soon = paula.post(url, typed("amount", **change | {"version": "2", "mg_per_day": "100", "times": ["morning"]}))
    assert too_soon.status_code == 422


def test_a_text_counts_by_all_that_it_names(ada: Client) -> None:
    reported(ada, "Contrave 8/90 extended release tablet")
    around = surroundings_of(ada, today=timezone.localdate())
    assert around.label(MedicationFactory(name="atomoxetine")).choice.reason.startswith(
        "With a strong CYP2D6 inhibitor (naltrexone-bupropion)"
    )


def test_what_is_taken_are_plans_here_and_what_is_reported_today(ada: Client, prescriber: User) -> None:
    now, today = timezone.now(), timezone.localdate()
    valproate = MedicationFactory(name="divalproex ER", ingredient="valproate")
    ProductFactory(medication=valproate)
    started(ada, valproate, prescriber, now)
    reported(ada, "Aspirin", last_on=today)
    reported(ada, "Rifadin", last_on=today - dt.timedelta(days=1))
    around = surroundings_of(ada, today=today)
    assert around.names == ["divalproex ER", "valproate", "Aspirin", "aspirin"]
    assert around.codes == ["F41.0"]


def test_a_running_plan_is_tapered_off_by_a_template_of_its_own(paula: Browser, ada: Client, prescriber: User) -> None:
    vortioxetine = MedicationFactory(name="vortioxetine", max_mg=20)
    ProductFactory(medication=vortioxetine, strengths_mg=[Decimal(5), Decimal(10), Decimal(20)], scored=False)
    fives = [{"form": "tablet", "release": "IR", "strengths_mg": ["5", "10", "20"], "scored": False}]
    order = {"start_on": timezone.localdate().isoformat(), "products": fives}
    started(ada, vortioxetine, prescriber, timezone.now(), order | {"steps": [{"doses": {"morning": "20"}}]})
    url = reverse("titration:change", args=[DosePlan.objects.get().pk])
    assert "From 20 mg: 10 mg for a week, then stop" in paula.get(url).text
    on = timezone.localdate() + dt.timedelta(days=3)
    fall = typed("template:vortioxetine-stop", version="1", on=on.isoformat(), reason="Well for a year")
    fall["products"] = ["tablet-IR-10", "tablet-IR-20"]
    preview = paula.post(url, fall | {"do": "preview"})
    assert "1 x 10 mg tablet" in preview.text
    assert paula.post(url, fall).status_code == 302
    version = DosePlanVersion.objects.get(number=2)
    assert version.stop_on == on + dt.timedelta(days=7)
    assert [step.mg_per_day for step in version.steps.all()] == [20, 10]
