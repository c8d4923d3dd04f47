"""The pages of dose plans."""

import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.titration.rules import build_plan
from clinic.titration.rules.telling import dispensed_words
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import CONSENT, SignedPlanFactory
from tests.factories.titration import rising_order, started

STRENGTHS = ["tablet-IR-25-scored", "tablet-IR-50-scored", "tablet-IR-100-scored"]
pytestmark = pytest.mark.django_db


def typed(**more: object) -> dict[str, object]:
    """A rise from 25 to 100 mg as the page posts it."""
    return {
        "treats": "Depression",
        "start_on": timezone.localdate().isoformat(),
        "products": STRENGTHS,
        "way": "titration",
        "from_mg": "25",
        "to_mg": "100",
        "step_mg": "25",
        "interval_days": "7",
        "times": ["morning"],
        **step_rows(),
        **CONSENT,
        "do": "sign",
        **more,
    }


def step_rows(*rows: dict[str, str]) -> dict[str, str]:
    """The steps by hand, one row where none is given."""
    posted = {"steps-TOTAL_FORMS": str(len(rows) or 1), "steps-INITIAL_FORMS": "0"}
    return posted | {f"steps-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def changing(**more: object) -> dict[str, object]:
    """50 mg from the ninth day on, as the page posts it."""
    on = timezone.localdate() + dt.timedelta(days=8)
    change = {"way": "amount", "mg_per_day": "50", "on": on.isoformat(), "then": "stay", "reason": "Tired"}
    return typed(version="1", **change) | more


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def in_force(ada: Client, prescriber: User) -> None:
    plan = SignedPlanFactory(client=ada, written_by=prescriber)
    assert plan.signed_at


@pytest.fixture
def url(ada: Client, sertraline: Medication, in_force: None) -> str:
    return f"{reverse('titration:start', args=[ada.pk])}?medication={sertraline.pk}"


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, sertraline: Medication, in_force: None) -> DosePlan:
    now = timezone.now()
    return started(ada, sertraline, prescriber, now, rising_order(timezone.localdate(now)))


@pytest.fixture
def change_url(dose_plan: DosePlan) -> str:
    return reverse("titration:change", args=[dose_plan.pk])


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    """The prescriber's browser."""
    browser.force_login(prescriber)
    return browser


def test_it_works(paula: Browser, url: str) -> None:
    assert "Press Preview" in paula.get(url).content.decode()
    preview = paula.post(url, typed(do="preview"))
    assert "25 mg in the morning (1 x 25 mg tablet)" in preview.content.decode()
    assert "nothing is transmitted to a pharmacy" in preview.content.decode()
    assert not DosePlan.objects.exists()
    answer = paula.post(url, typed(), follow=True)
    assert answer.redirect_chain == [(reverse("titration:dose_plan", args=[DosePlan.objects.get().pk]), 302)]
    assert "Sertraline for Depression" in answer.content.decode()


def test_without_a_treatment_plan_the_page_leads_to_it(paula: Browser, ada: Client, sertraline: Medication) -> None:
    page = paula.get(f"{reverse('titration:start', args=[ada.pk])}?medication={sertraline.pk}")
    assert reverse("plans:draft", args=[ada.pk]) in page.content.decode()
    assert "no treatment plan in force" in page.content.decode()


def test_a_medication_is_found_by_what_is_typed(paula: Browser, ada: Client, in_force: None) -> None:
    MedicationFactory(name="quetiapine", not_computed_because="Weighed by hand.")
    MedicationFactory(name="zuranolone", max_mg=None)
    ProductFactory()
    search = reverse("titration:start", args=[ada.pk])
    assert b"data-row" not in paula.get(search).content
    assert "No units computed" in paula.post(search, {"words": "quetia"}).content.decode()
    assert "Maximum unknown" in paula.post(search, {"words": "zuran"}).content.decode()
    assert "Nothing found" in paula.post(search, {"words": "xxxxx"}).content.decode()
    assert "Maximum unknown" in paula.post(search, {"words": "zuran\x00"}).content.decode()


@pytest.mark.parametrize("medication", ["nonsense", "01900000-0000-7000-8000-000000000000"])
def test_an_unknown_medication_is_not_found(paula: Browser, ada: Client, in_force: None, medication: str) -> None:
    page = paula.get(reverse("titration:start", args=[ada.pk]), {"medication": medication})
    assert page.status_code == 404


def test_what_cannot_be_counted_is_said(paula: Browser, ada: Client, in_force: None) -> None:
    other = MedicationFactory(name="ketamine", not_computed_because="Given in the clinic.")
    page = paula.get(reverse("titration:start", args=[ada.pk]), {"medication": str(other.pk)})
    assert "No units can be computed" in page.content.decode()
    assert "No dose check is made. Given in the clinic." in page.content.decode()


def test_unconfirmed_numbers_are_said_to_be_unknown(paula: Browser, url: str, sertraline: Medication) -> None:
    Medication.objects.filter(pk=sertraline.pk).update(max_mg=None)
    assert "unknown: no dose check is made" in paula.get(url).content.decode()


def test_every_number_is_shown_or_said_to_be_unknown(paula: Browser, url: str, sertraline: Medication) -> None:
    known = {"half_life_text": "24 h", "start_text": "50 mg a day", "min_interval_days": 1}
    Medication.objects.filter(pk=sertraline.pk).update(**known, reviewed_by="Dr. Reyes", reviewed_on="2026-03-02")
    page = paula.get(url).content.decode()
    assert all(words in page for words in ("24 h", "50 mg a day", "1 day or more", "Reviewed by Dr. Reyes"))
    unknown = {"half_life_text": "", "start_text": "", "min_interval_days": None, "step_mg": None, "max_mg": None}
    Medication.objects.filter(pk=sertraline.pk).update(**unknown)
    assert paula.get(url).content.decode().count("unknown") >= len(unknown)


def test_a_stop_wants_a_reason_beside_it(paula: Browser, url: str) -> None:
    refused = paula.post(url, typed(to_mg="225"))
    assert refused.status_code == 422
    assert "is above the maximum of 200" in refused.content.decode()
    assert "Reason to sign all the same" in refused.content.decode()
    assert not DosePlan.objects.exists()
    reason = {"override_above_max": "benefit", "override_above_max_words": "Agreed"}
    assert paula.post(url, typed(to_mg="225", **reason)).status_code == 302
    page = paula.get(reverse("titration:dose_plan", args=[DosePlan.objects.get().pk])).text
    told = " ".join(page.split("Stop overridden", 1)[1].split())
    assert "is above the maximum of 200 mg a day. Benefit outweighs the risk: Agreed" in told


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to_mg": ""}, "Needed here."),
        ({"to_mg": "x"}, "Enter a number."),
        ({"to_mg": "10"}, "A titration rises"),
        ({"products": []}, "Choose at least one strength."),
        ({"start_on": ""}, "This field is required."),
        ({"times": []}, "Needed here."),
        ({"way": "steps"}, "Give the amounts of at least one step."),
        ({"way": "steps", "steps-0-morning": "-5"}, "A step below needs a look."),
        (
            {"way": "taper", "from_mg": "25", "to_mg": "50", "method": "linear", "amount": "5", "unit_mg": "5"},
            "A taper falls",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field(paula: Browser, url: str, wrong: dict[str, object], words: str) -> None:
    page = paula.post(url, typed(**wrong))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not DosePlan.objects.exists()


def test_a_field_that_cannot_be_read_says_so_once(paula: Browser, url: str) -> None:
    form = paula.post(url, typed(to_mg="x")).context["form"]
    assert form.errors["to_mg"] == ["Enter a number."]


def test_steps_by_hand_grow_by_a_row_and_are_signed(paula: Browser, url: str) -> None:
    rows = step_rows({"morning": "25", "days": "7"}, {"morning": "25", "bedtime": "25", "every_days": "2"})
    more = paula.post(url, typed(way="steps", do="", add="steps", **rows))
    assert 'name="steps-2-morning"' in more.content.decode()
    assert 'value="25"' in more.content.decode()
    assert paula.post(url, typed(way="steps", **rows)).status_code == 302
    words = [step.words for step in DosePlan.objects.get().versions.get().steps.all()]
    assert words[1].endswith("every other day")


def test_a_taper_is_signed(paula: Browser, url: str) -> None:
    fall = {"way": "taper", "from_mg": "50", "to_mg": "0", "method": "linear", "amount": "25", "unit_mg": "12.5"}
    assert paula.post(url, typed(**fall)).status_code == 302
    assert DosePlan.objects.get().versions.get().stop_on == timezone.localdate() + dt.timedelta(days=14)


def test_a_change_is_previewed_then_signed(paula: Browser, dose_plan: DosePlan, change_url: str) -> None:
    assert "Today: 25 mg in the morning" in paula.get(change_url).content.decode()
    preview = paula.post(change_url, changing(mg_per_day="62.5", do="preview"))
    assert "1½ x 25 mg tablet" in preview.content.decode() or "half a 25 mg tablet" in preview.content.decode()
    answer = paula.post(change_url, changing(), follow=True)
    assert "schedule changed" in answer.content.decode()
    assert "Version 1, signed" in answer.content.decode()


@pytest.mark.parametrize("way", ["pause", "slow", "stop"])
def test_a_change_with_its_own_day_shows_the_dispensing_that_is_then_signed(
    paula: Browser, dose_plan: DosePlan, change_url: str, way: str
) -> None:
    change = changing(way=way, days="14")
    preview = paula.post(change_url, change | {"do": "preview"}).context["preview"]
    assert paula.post(change_url, change).status_code == 302
    signed = dose_plan.versions.get(superseded_at=None)
    assert preview.dispense == [dispensed_words(one) for one in signed.dispense]
    assert preview.dispense != [dispensed_words(one.to_json()) for one in build_plan(signed.order).dispense]


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"way": "amount", "mg_per_day": "25", "then": "schedule"}, "decrease"),
        ({"way": "titration", "from_mg": "50", "to_mg": "75", "interval_days": "14"}, "replan"),
        (
            {"way": "taper", "from_mg": "25", "to_mg": "0", "method": "linear", "amount": "25", "unit_mg": "25"},
            "decrease",
        ),
        ({"way": "steps", "steps-0-bedtime": "25"}, "decrease"),
        ({"way": "pause", "days": "7"}, "replan"),
        ({"way": "slow", "days": "14"}, "replan"),
        ({"way": "back_one_step"}, "decrease"),
        ({"way": "hold", "days": "7"}, "hold"),
        ({"way": "stop"}, "stop"),
    ],
)
def test_each_way_to_change(paula: Browser, change_url: str, how: dict[str, object], kind: str) -> None:
    reason = {"override_step_too_soon": "intended", "override_step_too_soon_words": "As before"}
    answer = paula.post(change_url, changing(**how, **reason))
    assert answer.status_code == 302, answer.context["form"].errors
    assert DoseChange.objects.first().kind == kind  # type: ignore[union-attr]


def test_a_change_without_its_days_or_reason_is_refused(paula: Browser, change_url: str) -> None:
    assert "Needed here." in paula.post(change_url, changing(way="hold")).content.decode()
    assert paula.post(change_url, changing(reason="")).status_code == 422
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert "not within the dose plan" in paula.post(change_url, changing(on=yesterday)).content.decode()


def test_the_second_prescriber_sees_both(paula: Browser, change_url: str) -> None:
    assert paula.post(change_url, changing(reason="Slower, nausea")).status_code == 302
    stale = paula.post(change_url, changing(mg_per_day="25", reason="Too tired"))
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "Slower, nausea" in page
    assert "Too tired" in page
    assert 'name="version" value="2"' in page
    assert DoseChange.objects.count() == 2


def test_a_plan_that_ended_offers_a_new_one(paula: Browser, dose_plan: DosePlan, change_url: str) -> None:
    today = timezone.localdate()
    assert paula.post(change_url, changing(way="stop", on=today.isoformat())).status_code == 302
    assert "This dose plan has ended" in paula.get(change_url).content.decode()
    read = paula.get(reverse("titration:dose_plan", args=[dose_plan.pk])).content.decode()
    assert "No longer taken since" in read
    assert "Change or stop" not in read


def test_others_read_but_do_not_change(browser: Browser, therapist: User, dose_plan: DosePlan, change_url: str) -> None:
    browser.force_login(therapist)
    page = browser.get(reverse("titration:dose_plan", args=[dose_plan.pk]))
    assert page.status_code == 200
    assert b"Change or stop" not in page.content
    assert browser.get(change_url).status_code == 403


def test_a_stranger_finds_nothing(
    browser: Browser, stranger: User, ada: Client, dose_plan: DosePlan, change_url: str
) -> None:
    browser.force_login(stranger)
    pages = [change_url, reverse("titration:dose_plan", args=[dose_plan.pk]), reverse("titration:start", args=[ada.pk])]
    assert [browser.get(page).status_code for page in pages] == [404, 404, 404]


def test_reading_is_audited_and_stays_within_its_budget(
    paula: Browser, dose_plan: DosePlan, change_url: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    read = reverse("titration:dose_plan", args=[dose_plan.pk])
    for number in range(3):
        reason = {"override_step_too_soon": "intended", "override_step_too_soon_words": "As before"}
        amount = str(25 * (number + 2))
        assert paula.post(change_url, changing(version=str(number + 1), mg_per_day=amount, **reason)).status_code == 302
    before = AuditEvent.objects.filter(action="chart_read").count()
    with django_assert_max_num_queries(15):
        assert paula.get(read).status_code == 200
    assert AuditEvent.objects.filter(action="chart_read").count() == before + 1
    with django_assert_max_num_queries(20):
        assert paula.get(change_url).status_code == 200


def test_signing_sent_twice_is_one_dose_plan(paula: Browser, url: str) -> None:
    assert paula.post(url, typed()).status_code == 302
    again = paula.post(url, typed())
    assert DosePlan.objects.count() == 1
    assert again.status_code == 422
    assert "already has a dose plan of sertraline. Change that one instead." in again.text
