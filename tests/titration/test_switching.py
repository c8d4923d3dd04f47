"""The page and the deed that sign one medication in the place of another."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.formulary.models import Medication, SafetyRule
from clinic.intake.models import ReportedMedication
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan, DoseStep, SafetyOverride
from clinic.titration.rules import build_plan
from clinic.titration.rules.running import order_with
from clinic.titration.rules.signing import Override
from clinic.titration.rules.switching import Coming, Leaving
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import AGREED, CONSENT, SignedPlanFactory
from tests.factories.titration import started
from tests.titration.orders import tablets

pytestmark = pytest.mark.django_db
SCORED_25, PLAIN_100 = tablets("25", scored=True), tablets("100")
TAPER = {"from_mg": "100", "to_mg": "0", "method": "linear", "amount": "25", "interval_days": 7, "unit_mg": "25"}


def today(days: int = 0) -> dt.date:
    return timezone.localdate() + dt.timedelta(days)


def medication(name: str, *products: dict[str, Any], **more: Any) -> Medication:
    made: Medication = MedicationFactory(name=name, **{"min_interval_days": None, **more})
    for one in products:
        strengths = [Decimal(mg) for mg in one["strengths_mg"]]
        ProductFactory(medication=made, strengths_mg=strengths, scored=one["scored"])
    return made


@pytest.fixture
def venlafaxine() -> Medication:
    return medication("venlafaxine", tablets("37.5", "75"), max_mg=225, start_mg=None, step_mg=None, drug_class="SNRI")


@pytest.fixture
def phenelzine() -> Medication:
    return medication("phenelzine", tablets("15"), start_mg=None, step_mg=None, max_mg=90, drug_class="MAOI")


def running(name: str, client: Client, by: User, mg: str, *products: dict[str, Any]) -> DosePlan:
    order = {"start_on": today().isoformat(), "products": list(products), "steps": [{"doses": {"morning": mg}}]}
    return started(client, medication(name, *products), by, timezone.now(), order)


@pytest.fixture
def in_force(ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)


@pytest.fixture
def sertraline(ada: Client, prescriber: User, in_force: None) -> DosePlan:
    """100 mg a day from today on, of tablets of 25 mg that may be halved and of 100 mg."""
    return running("sertraline", ada, prescriber, "100", SCORED_25, PLAIN_100)


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def url(dose_plan: DosePlan, other: Medication | None = None) -> str:
    address = reverse("titration:switch", args=[dose_plan.pk])
    return f"{address}?medication={other.pk}" if other else address


def typed(**more: Any) -> dict[str, Any]:
    """A cross-taper as the page posts it: 100 to 0 by 25 each week, 37.5 from the first cut on, 75 a week later."""
    leaving = {"way": "taper", "on": today().isoformat(), "times": ["morning"], **TAPER}
    leaving["products"] = ["tablet-IR-25-scored", "tablet-IR-100"]
    coming = {"way": "titration", "treats": "Depression", "from_mg": "37.5", "to_mg": "75", "step_mg": "37.5"}
    coming |= {"interval_days": "7", "times": ["morning"], "products": ["tablet-IR-37.5", "tablet-IR-75"]}
    coming |= {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "horizon_days": "30", **CONSENT}
    posted = {f"leaving-{name}": value for name, value in leaving.items()}
    posted |= {f"coming-{name}": value for name, value in coming.items()}
    return {**posted, "version": "1", "begins": "overlap", "reason": "Too little effect", "do": "sign"} | more


def to_phenelzine(**more: Any) -> dict[str, Any]:
    """A stop today, then phenelzine 15 mg."""
    coming = {"coming-from_mg": "15", "coming-to_mg": "30", "coming-step_mg": "15", "coming-products": ["tablet-IR-15"]}
    return typed(**{"leaving-way": "stop", "begins": "washout", **coming} | more)


def steps_of(name: str, number: int = 1) -> list[tuple[int, Decimal]]:
    """The steps of a version as days after today, with their amounts."""
    steps = DoseStep.objects.filter(version__dose_plan__medication__name=name, version__number=number)
    return [((first_on - today()).days, mg) for first_on, mg in steps.values_list("first_on", "mg_per_day")]


def test_it_works(paula: Browser, sertraline: DosePlan, venlafaxine: Medication) -> None:
    first = paula.get(url(sertraline, venlafaxine))
    assert ("Press Preview" in first.text, first.context["form"]["begins"].value()) == (True, "overlap")
    preview = paula.post(url(sertraline, venlafaxine), typed(do="preview")).text
    assert "both 21 days" in preview
    assert "3 x 25 mg tablet" in preview
    assert "42 x 25 mg tablet" in preview
    assert "30 x 75 mg tablet" in preview
    assert DosePlan.objects.count() == 1
    answer = paula.post(url(sertraline, venlafaxine), typed(), follow=True)
    assert "Both are signed: sertraline leaves, venlafaxine comes." in answer.text
    assert steps_of("sertraline", 2) == [(0, 100), (7, 75), (14, 50), (21, 25)]
    assert steps_of("venlafaxine") == [(7, Decimal("37.5")), (14, 75)]
    assert sertraline.versions.get(number=2).stop_on == today(28)


def test_both_are_audited_and_say_of_each_other(paula: Browser, sertraline: DosePlan, venlafaxine: Medication) -> None:
    assert paula.post(url(sertraline, venlafaxine), typed()).status_code == 302
    new = DosePlan.objects.get(medication=venlafaxine)
    assert sertraline.versions.get(number=2).change.reason == "Switched to venlafaxine. Too little effect"
    assert new.versions.get().change.reason == "For Depression, in place of sertraline"
    actions = AuditEvent.objects.filter(subject_id=str(new.pk)).values_list("action", flat=True)
    assert {"dose_plan_started", "medication_switched"} <= set(actions)
    changed = AuditEvent.objects.get(action="dose_plan_changed")
    assert changed.subject_id == str(sertraline.pk)


def test_a_medication_is_picked_but_not_the_one_that_leaves(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication
) -> None:
    for one in (sertraline.medication, venlafaxine):
        one.names.create(name=one.name)
    assert "Switch sertraline to another medication" in paula.get(url(sertraline)).text
    assert f"?medication={venlafaxine.pk}" in paula.post(url(sertraline), {"words": "venla"}).text
    assert "Nothing found" in paula.post(url(sertraline), {"words": "sertraline"}).text
    pages = [
        reverse("titration:dose_plan", args=[sertraline.pk]),
        reverse("caseload:chart", args=[sertraline.client_id]),
    ]
    assert all(url(sertraline) in paula.get(page).text for page in pages)


def test_a_wash_out_is_proposed_with_its_reason_and_source(
    paula: Browser, ada: Client, prescriber: User, in_force: None, phenelzine: Medication
) -> None:
    fluoxetine = running("fluoxetine", ada, prescriber, "20", tablets("20"))
    assert paula.get(url(fluoxetine, phenelzine)).context["form"]["begins"].value() == "washout"
    on = {"leaving-on": today(1).isoformat(), "leaving-products": ["tablet-IR-20"]}
    page = paula.post(url(fluoxetine, phenelzine), to_phenelzine(do="preview", **on))
    text = page.text
    assert "a wash-out lies between the two" in text
    assert "that is its first day below" in text
    assert page.context["form"].proposal.on == today(35)
    assert page.context["form"].proposal.because[0].source.split()[0] in text
    assert "neither 34 days" in text
    assert page.context["form"].stops == []
    early = to_phenelzine(start_on=today(34).isoformat(), **on)
    refused = paula.post(url(fluoxetine, phenelzine), early)
    assert refused.status_code == 422
    assert "Phenelzine: " in refused.text
    assert "at the soonest" in refused.text
    assert paula.post(url(fluoxetine, phenelzine), to_phenelzine(**on)).status_code == 302
    assert DosePlan.objects.get(medication=phenelzine).began_on == today(35)


def test_without_a_rule_the_first_free_day_is_proposed(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication
) -> None:
    page = paula.post(url(sertraline, venlafaxine), typed(begins="washout", do="preview"))
    assert "No rule asks for a wash-out" in page.text
    assert page.context["form"].plans[1].order.start_on == today(28)


def test_an_overlap_that_stops_is_asked_once_and_kept_with_the_new_plan(
    paula: Browser, sertraline: DosePlan, phenelzine: Medication
) -> None:
    both = to_phenelzine(**{"leaving-way": "taper", "begins": "overlap"})
    refused = paula.post(url(sertraline, phenelzine), both)
    assert refused.status_code == 422
    stops = [stop.key for stop in refused.context["form"].stops]
    assert stops
    assert all(key.startswith("coming-") for key in stops)
    assert DosePlan.objects.count() == 1
    assert sertraline.versions.count() == 1
    reasons = {f"override_{key}": "benefit" for key in stops} | {f"override_{key}_words": "Agreed" for key in stops}
    assert paula.post(url(sertraline, phenelzine), both | reasons).status_code == 302
    written = SafetyOverride.objects.values_list("version__dose_plan__medication__name", "words")
    assert set(written) == {("phenelzine", "Agreed")}


def test_a_stop_of_each_is_asked_by_itself(paula: Browser, sertraline: DosePlan, venlafaxine: Medication) -> None:
    high = {"leaving-from_mg": "300", "coming-to_mg": "300", "coming-step_mg": "262.5"}
    asked = paula.post(url(sertraline, venlafaxine), typed(**high))
    keys = {stop.key for stop in asked.context["form"].stops}
    assert {"leaving-above_max", "coming-above_max"} <= keys
    assert asked.status_code == 422
    one = {"override_leaving-above_max": "tolerated", "override_leaving-above_max_words": "For years"}
    again = paula.post(url(sertraline, venlafaxine), typed(**high, **one))
    assert again.status_code == 422
    assert "override_coming-above_max" in again.context["form"].errors
    assert sertraline.versions.count() == 1


def test_what_others_prescribed_is_checked_with_both(
    paula: Browser, ada: Client, sertraline: DosePlan, venlafaxine: Medication
) -> None:
    for name in ("ibuprofen", "Zauberkraut"):
        ReportedMedication.objects.create(client=ada, name=name, origin="client", recorded_at=timezone.now())
    page = paula.post(url(sertraline, venlafaxine), typed(do="preview")).text
    assert "Sertraline: sertraline with ibuprofen" in page
    assert "Venlafaxine: venlafaxine with ibuprofen" in page
    assert page.count("nothing was checked about: “zauberkraut”") == 1


def test_the_second_prescriber_sees_both(paula: Browser, sertraline: DosePlan, venlafaxine: Medication) -> None:
    assert paula.post(url(sertraline, venlafaxine), typed(reason="No effect")).status_code == 302
    stale = paula.post(url(sertraline, venlafaxine), typed(reason="Too tired"))
    assert stale.status_code == 409
    assert "Switched to venlafaxine. No effect" in stale.text
    assert "Too tired" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert (DosePlan.objects.count(), sertraline.versions.count()) == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"leaving-amount": ""}, "Needed here."),
        ({"leaving-on": ""}, "This field is required."),
        ({"coming-step_mg": ""}, "Venlafaxine, Rise each time (mg): Needed here."),
        ({"coming-step_mg": "x"}, "Venlafaxine, Rise each time (mg): Enter a number."),
        ({"coming-treats": ""}, "Look at what is marked in the two medications first."),
        ({"leaving-way": "stop"}, "Give the first day"),
        ({"begins": ""}, "This field is required."),
        ({"reason": ""}, "This field is required."),
        ({"leaving-on": "2020-01-01"}, "not within the dose plan"),
        ({"leaving-on": "9999-12-31", "leaving-way": "stop", "begins": "direct"}, "between 1900 and 2199"),
        ({"coming-way": "steps", "coming-steps-TOTAL_FORMS": "x"}, "A step below needs a look."),
        ({"begins": "direct", "leaving-to_mg": "25"}, "has no last day"),
        ({"begins": "washout", "leaving-to_mg": "25"}, "has no last day"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_signed(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication, wrong: dict[str, str], words: str
) -> None:
    page = paula.post(url(sertraline, venlafaxine), typed(**wrong))
    assert page.status_code == 422
    assert words in page.text
    assert (DosePlan.objects.count(), sertraline.versions.count()) == (1, 1)


def test_each_thing_that_is_missing_is_listed_once_with_its_medication_and_field(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication
) -> None:
    page = paula.post(url(sertraline, venlafaxine), typed(**{"leaving-amount": ""}, do="preview")).text
    listed = page.split("What is missing or wrong:")[1].split("</ul>")[0]
    assert listed.count("<li>") == listed.count("<li>Sertraline, Cut each time (mg or percent): Needed here.</li>") == 1


def test_a_template_of_each_is_taken_and_steps_grow_by_a_row(
    paula: Browser, ada: Client, prescriber: User, in_force: None
) -> None:
    vortioxetine = running("vortioxetine", ada, prescriber, "20", tablets("5", "10", "20"))
    xr = medication("venlafaxine XR", tablets("37.5", "75", "150"), ingredient="venlafaxine", max_mg=225)
    both = {"leaving-way": "template:vortioxetine-stop", "leaving-products": ["tablet-IR-10", "tablet-IR-20"]}
    both |= {"coming-way": "template:venlafaxine-xr-fastest", "coming-products": ["tablet-IR-37.5", "tablet-IR-75"]}
    more = paula.post(url(vortioxetine, xr), typed(**both, add="coming-steps", do=""))
    assert 'name="coming-steps-1-morning"' in more.text
    assert paula.post(url(vortioxetine, xr), typed(**both, begins="direct")).status_code == 302
    assert steps_of("venlafaxine XR") == [(7, Decimal("37.5")), (14, 75), (18, 150), (22, 225)]
    assert DosePlan.objects.get(medication=xr).versions.get().template == "venlafaxine-xr-fastest"


def test_without_rules_nothing_is_signed_but_for_that_reason(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication
) -> None:
    SafetyRule.objects.update(superseded_at=timezone.now())
    assert "the safety checks are unavailable" in paula.get(url(sertraline, venlafaxine)).text
    assert "without the safety checks" in paula.post(url(sertraline, venlafaxine), typed(begins="washout")).text
    refused = paula.post(url(sertraline, venlafaxine), typed())
    keys = [stop.key for stop in refused.context["form"].stops]
    assert keys == ["checks_unavailable"]
    given = {"override_checks_unavailable_words": "Looked up by hand"}
    wrong = paula.post(url(sertraline, venlafaxine), typed(override_checks_unavailable="benefit", **given))
    assert "override_checks_unavailable" in wrong.context["form"].errors
    right = typed(override_checks_unavailable="checks_unavailable", **given)
    assert paula.post(url(sertraline, venlafaxine), right).status_code == 302
    assert SafetyOverride.objects.filter(code="checks_unavailable").count() == 2


def test_a_reason_goes_with_what_the_leaving_only_moves(
    ada: Client, prescriber: User, in_force: None, venlafaxine: Medication
) -> None:
    steps = [{"doses": {"morning": "50"}, "days": 7}, {"doses": {"morning": "30"}, "days": 7}]
    order = {"start_on": today().isoformat(), "products": [SCORED_25], "steps": steps}
    plan = services.start_dose_plan(
        client_id=ada.pk, medication_id=medication("sertraline", SCORED_25).pk, order=order, treats="Depression",
        consent=AGREED, overrides=[Override("not_makeable", "other", "Breaks the tablet by eye.")], by=prescriber,
        now=timezone.now(),
    )  # fmt: skip
    paused = build_plan(order_with(order, {"on": today(1).isoformat(), "action": "pause", "days": 5}))
    coming = build_plan({**order, "start_on": today(8).isoformat(), "steps": [{"doses": {"morning": "50"}}]})
    around = queries.surroundings_of(ada, today=today())
    switching = queries.switching_of(plan, venlafaxine, around, now=timezone.now())
    looked = switching.before(build_plan(order), paused, today(1), coming)
    assert [one.code.value for one in paused.stops] == ["not_makeable"]
    assert looked.stops == []


def test_a_plan_that_ended_leads_to_a_new_one(
    paula: Browser, sertraline: DosePlan, venlafaxine: Medication, prescriber: User
) -> None:
    services.stop_dose_plan(
        dose_plan_id=sertraline.pk, base_version=1, stop_on=today(), reason="Rash", by=prescriber, now=timezone.now()
    )
    assert "This dose plan has ended" in paula.get(url(sertraline, venlafaxine)).text


def test_what_has_no_units_is_said(paula: Browser, sertraline: DosePlan) -> None:
    assert "No units can be computed" in paula.get(url(sertraline, medication("ketamine"))).text


def test_a_page_stays_within_its_budget(
    paula: Browser,
    sertraline: DosePlan,
    venlafaxine: Medication,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    paula.get(url(sertraline, venlafaxine))
    with django_assert_max_num_queries(28):
        assert paula.get(url(sertraline, venlafaxine)).status_code == 200
    with django_assert_max_num_queries(28):
        assert paula.post(url(sertraline, venlafaxine), typed(do="preview")).status_code == 200


def deed(dose_plan: DosePlan, other: Medication, by: User, **more: Any) -> DosePlan:
    """A stop tomorrow, the other from tomorrow on."""
    stop = {"on": today(1).isoformat(), "action": "stop"}
    order = dose_plan.versions.get(superseded_at=None).order
    steps = {"steps": [{"doses": {"morning": "75"}}], "products": [tablets("37.5", "75")]}
    given = {
        "leaving": Leaving({**order, "changes": [stop]}, None),
        "coming": Coming(other.pk, {"start_on": today(1).isoformat(), **steps}, "Depression", consent=AGREED),
        "base_version": 1,
        "reason": "As agreed",
    } | more
    return services.switch_medication(dose_plan_id=dose_plan.pk, by=by, now=timezone.now(), **given)


def test_both_or_none(sertraline: DosePlan, venlafaxine: Medication, prescriber: User) -> None:
    wrong = Coming(venlafaxine.pk, {"start_on": today(1).isoformat(), "products": [], "steps": []}, "Depression")
    with pytest.raises(RuleBroken, match="Venlafaxine: "):
        deed(sertraline, venlafaxine, prescriber, coming=wrong)
    with pytest.raises(RuleBroken, match="Sertraline: Say why"):
        deed(sertraline, venlafaxine, prescriber, reason=" ")
    with pytest.raises(StaleRecord):
        deed(sertraline, venlafaxine, prescriber, base_version=7)
    with pytest.raises(RuleBroken, match="Change the dose plan of sertraline instead"):
        deed(sertraline, sertraline.medication, prescriber)
    assert (DosePlan.objects.count(), sertraline.versions.count()) == (1, 1)
    assert not AuditEvent.objects.filter(action__in=["dose_plan_stopped", "medication_switched"]).exists()
    assert deed(sertraline, venlafaxine, prescriber).began_on == today(1)


def test_an_override_of_the_old_is_for_the_old(sertraline: DosePlan, venlafaxine: Medication, prescriber: User) -> None:
    order = sertraline.versions.get().order
    higher = Leaving({**order, "steps": [{"doses": {"morning": "250"}, "days": 7}]}, today(), [])
    with pytest.raises(RuleBroken, match="above the maximum") as refused:
        deed(sertraline, venlafaxine, prescriber, leaving=higher)
    assert refused.value.field == "override_leaving-above_max"
    given = Leaving(higher.order, today(), [Override("above_max", "other", "A week of loading")])
    deed(sertraline, venlafaxine, prescriber, leaving=given)
    assert SafetyOverride.objects.get(code="above_max").version.dose_plan == sertraline


def test_a_pause_at_step_3_moves_only_later_steps_and_version_1_reads_as_before(
    paula: Browser, sertraline: DosePlan
) -> None:
    change = reverse("titration:change", args=[sertraline.pk])
    fall = {"way": "taper", "on": today().isoformat(), "times": ["morning"], **TAPER, "reason": "Well", "do": "sign"}
    fall |= {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}
    fall |= {"products": ["tablet-IR-25-scored", "tablet-IR-100"], "version": "1"}
    assert paula.post(change, fall).status_code == 302
    before = [steps_of("sertraline", number) for number in (1, 2)]
    pause = fall | {"way": "pause", "days": "14", "on": today(14).isoformat(), "version": "2"}
    assert paula.post(change, pause).status_code == 302
    assert steps_of("sertraline", 3) == [(0, 100), (7, 75), (14, 50), (35, 25)]
    assert (
        [steps_of("sertraline", number) for number in (1, 2)]
        == before
        == [[(0, 100)], [(0, 100), (7, 75), (14, 50), (21, 25)]]
    )
    assert sertraline.versions.get(number=3).stop_on == today(42)
