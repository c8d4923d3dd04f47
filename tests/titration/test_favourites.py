"""A prescriber's favourites: kept from a preview or a signed plan, used, removed, seen by nobody else."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication, Product
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, DosePlanVersion, FavouriteRegimen
from clinic.titration.rules.keeping import regimen_of
from tests.factories.formulary import ProductFactory
from tests.factories.plans import CONSENT, SignedPlanFactory
from tests.factories.titration import TABLETS, FavouriteRegimenFactory, rising_order, started

pytestmark = pytest.mark.django_db
ORDER = rising_order(dt.date(2026, 3, 2))


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


@pytest.fixture
def url(ada: Client, prescriber: User, sertraline: Medication) -> str:
    SignedPlanFactory(client=ada, written_by=prescriber)
    return f"{reverse('titration:start', args=[ada.pk])}?medication={sertraline.pk}"


def typed(**more: object) -> dict[str, object]:
    rise = {"from_mg": "25", "to_mg": "100", "step_mg": "25", "interval_days": "7", "times": ["morning"]}
    rows = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}
    form = {"treats": "Mood", "start_on": timezone.localdate().isoformat(), "way": "titration", "do": "sign", **CONSENT}
    return {**form, "products": ["tablet-IR-25-scored", "tablet-IR-50-scored"], **rise, **rows, **more}


def keep(medication: Medication, by: User, **more: Any) -> FavouriteRegimen:
    given: dict[str, Any] = {"name": "Slowly", "order": ORDER, **more}
    return services.keep_favourite(medication_id=medication.pk, by=by, now=timezone.now(), **given)


def test_what_is_kept_is_bound_to_no_day() -> None:
    assert regimen_of(ORDER) == {"products": TABLETS, "titration": ORDER["titration"]}
    slowed = {**ORDER, "changes": [{"on": "2026-03-03", "action": "pause", "days": 7}]}
    assert [row.get("days") for row in regimen_of(slowed)["steps"]] == [14, 7, 7, None]
    with pytest.raises(RuleBroken, match="takes nothing"):
        regimen_of({"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {}}]})


def test_a_preview_is_kept_and_used_again(paula: Browser, url: str, prescriber: User) -> None:
    assert paula.post(url, typed(do="keep", favourite_name="Slowly")).status_code == 302
    favourite = FavouriteRegimen.objects.get(prescriber=prescriber)
    page = paula.get(url)
    assert "Slowly" in page.content.decode()
    assert "Your own favourite" in page.content.decode()
    way = f"favourite:{favourite.pk}"
    assert "1 x 25 mg tablet" in paula.post(url, typed(way=way, do="preview")).content.decode()
    assert paula.post(url, typed(way=way)).status_code == 302
    version = DosePlanVersion.objects.get()
    assert (version.template, version.order["titration"]["to_mg"]) == ("", "100")


def test_a_favourite_stands_after_the_template_that_fits(paula: Browser, ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)
    mirtazapine = ProductFactory(medication__name="mirtazapine").medication
    FavouriteRegimenFactory(prescriber=prescriber, medication=mirtazapine)
    page = paula.get(f"{reverse('titration:start', args=[ada.pk])}?medication={mirtazapine.pk}")
    ways = [str(way.radio.data["value"]).partition(":")[0] for way in page.context["form"].ways()]
    assert ways == ["template", "favourite", "titration", "steps", "taper"]


def test_a_name_is_needed_and_unique(paula: Browser, url: str, sertraline: Medication, prescriber: User) -> None:
    assert "Give the favourite a name." in paula.post(url, typed(do="keep")).content.decode()
    keep(sertraline, prescriber)
    again = paula.post(url, typed(do="keep", favourite_name="Slowly"))
    assert "You have a favourite of this name" in again.content.decode()
    assert FavouriteRegimen.objects.count() == 1


def test_a_strength_that_is_listed_no_more_is_refused(
    paula: Browser, url: str, sertraline: Medication, prescriber: User
) -> None:
    favourite = keep(sertraline, prescriber)
    Product.objects.filter(medication=sertraline).update(strengths_mg=[25, 50])
    refused = paula.post(url, typed(way=f"favourite:{favourite.pk}"))
    assert "listed no more" in refused.content.decode()
    assert not DosePlan.objects.exists()
    with pytest.raises(RuleBroken, match="Choose strengths"):
        keep(sertraline, prescriber, name="Other")


def test_a_signed_plan_is_kept(paula: Browser, url: str, ada: Client, sertraline: Medication, prescriber: User) -> None:
    plan = started(ada, sertraline, prescriber, timezone.now(), rising_order(timezone.localdate()))
    page = reverse("titration:dose_plan", args=[plan.pk])
    assert "Keep the regimen as a favourite" in paula.get(page).content.decode()
    keep_url = reverse("titration:keep_favourite", args=[plan.pk])
    kept = paula.post(keep_url, {"favourite_name": "As for Ada"}, follow=True)
    assert "one of your favourites now" in kept.content.decode()
    assert "This field is required" in paula.post(keep_url, {}, follow=True).content.decode()
    assert FavouriteRegimen.objects.get().regimen["titration"]["to_mg"] == "100"


def test_nobody_else_sees_or_removes_it(
    paula: Browser, url: str, sertraline: Medication, prescriber: User, stranger: User
) -> None:
    theirs = FavouriteRegimenFactory(medication=sertraline, name="Theirs")
    mine = keep(sertraline, prescriber)
    listed = paula.get(reverse("titration:favourites")).content.decode()
    assert "Slowly" in listed
    assert "Theirs" not in listed
    assert "Theirs" not in paula.get(url).content.decode()
    assert paula.post(url, typed(way=f"favourite:{theirs.pk}")).status_code == 422
    assert paula.post(reverse("titration:remove_favourite", args=[theirs.pk])).status_code == 404
    assert paula.post(reverse("titration:remove_favourite", args=[mine.pk])).status_code == 302
    assert "No favourites yet" in paula.get(reverse("titration:favourites")).content.decode()
    with pytest.raises(Http404):
        services.remove_favourite(favourite_id=mine.pk, by=prescriber, now=timezone.now())
    assert AuditEvent.objects.filter(action__startswith="favourite_").count() == 2
