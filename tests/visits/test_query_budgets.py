"""How often the visit page and the plan editor in it ask the database, whatever is decided."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.decisions import field_name
from tests.factories.coordination import ObservationFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.monitoring import MeasurementFactory
from tests.factories.plans import CONSENT
from tests.factories.titration import TABLETS, started
from tests.factories.visits import draft
from tests.visits.days import MONDAY, NOW, START

pytestmark = pytest.mark.django_db
ON = MONDAY.isoformat()
PAGE, SAVE_AND_PAGE = 25, 40
# What is known for why a dose changes, where the portal writes it.
WHY = 3
# What a prescriber decides, and with 250 mg one that needs a reason.
DECIDED: dict[str, dict[str, str]] = {
    "nothing": {},
    "continue": {"decision": "continue"},
    "increase": {"decision": "increase", "mg_per_day": "150", "on": ON},
    "decrease": {"decision": "decrease", "mg_per_day": "25", "on": ON},
    "hold": {"decision": "hold", "on": ON, "resume_on": (MONDAY + dt.timedelta(days=4)).isoformat()},
    "stop": {"decision": "stop", "on": ON},
    "needs a reason": {"decision": "increase", "mg_per_day": "250", "on": ON},
}
TIMES_AND_PRODUCTS = {"times": ["morning"], "products": [f"tablet-IR-{mg}-scored" for mg in ("25", "50", "100")]}
BY_HAND = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}
RISE = {"way": "titration", "from_mg": "25", "to_mg": "100", "step_mg": "25", "interval_days": "7"}
FALL = {"way": "taper", "from_mg": "50", "to_mg": "0", "method": "linear", "amount": "25", "interval_days": "7"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visit(ada: Client, prescriber: User, therapist: User, dose_plan: DosePlan, browser: Browser) -> FollowUpVisit:
    """Of a client with three medications, results and a dozen observations."""
    for name in ("venlafaxine", "fluvoxamine"):
        order = {"start_on": START.date().isoformat(), "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
        started(ada, made(name), prescriber, START, order)
    for days in range(12):
        ObservationFactory(client=ada, by=therapist, at=NOW - dt.timedelta(days=days))
        MeasurementFactory(client=ada, taken_at=NOW - dt.timedelta(days=days))
    browser.force_login(prescriber)
    return draft(ada, prescriber, NOW)


def made(name: str) -> Medication:
    medication: Medication = MedicationFactory(name=name, min_interval_days=None, max_mg=200)
    ProductFactory(medication=medication)
    return medication


def url(name: str, visit: FollowUpVisit, *more: object) -> str:
    return reverse(f"visits:{name}", args=[visit.pk, *more])


def typed(visit: FollowUpVisit, decided: dict[str, str]) -> dict[str, str]:
    """The same decided about every medication."""
    visit.refresh_from_db()
    asked = {"base_version": "1", **decided}
    plans = DosePlan.objects.filter(client=visit.client_id)
    fields = {field_name(plan.pk, name): value for plan in plans for name, value in asked.items()}
    return {"version": str(visit.version), "subjective": "Sleeps better.", **fields}


@pytest.mark.parametrize("decided", DECIDED.values(), ids=DECIDED)
def test_the_page_while_all_medications_are_decided_about(
    browser: Browser,
    visit: FollowUpVisit,
    dose_plan: DosePlan,
    decided: dict[str, str],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    assert browser.post(url("save", visit), typed(visit, decided)).status_code == 302
    first = browser.get(url("visit", visit))
    assert {panel.asked.decision for panel in first.context["panels"]} == {decided.get("decision", "")}
    with django_assert_max_num_queries(PAGE):
        browser.get(url("visit", visit))
    with django_assert_max_num_queries(PAGE):
        assert browser.post(url("preview", visit, dose_plan.pk), typed(visit, decided)).status_code == 200


@pytest.mark.parametrize("decided", DECIDED.values(), ids=DECIDED)
def test_a_refused_signature_saves_and_reads_the_page_once(
    browser: Browser,
    visit: FollowUpVisit,
    decided: dict[str, str],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser.get(url("visit", visit))
    sent = typed(visit, decided)
    with django_assert_max_num_queries(SAVE_AND_PAGE):
        refused = browser.post(url("sign", visit), sent)
    assert refused.status_code == 422
    assert "Sleeps better." in refused.text


@pytest.mark.parametrize(
    "asked",
    [
        {"way": "amount", "mg_per_day": "100", "then": "stay"},
        {"way": "amount", "mg_per_day": "25", "then": "stay"},
        {"way": "pause", "days": "4"},
        {**FALL, "unit_mg": "25"},
        {"way": "stop"},
    ],
    ids=["increase", "decrease", "hold", "taper", "stop"],
)
def test_the_editor_of_a_running_plan(
    browser: Browser,
    visit: FollowUpVisit,
    dose_plan: DosePlan,
    asked: dict[str, Any],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    address = f"{reverse('titration:change', args=[dose_plan.pk])}?visit={visit.pk}"
    data = {"version": "1", "on": ON, "reason": "Agreed", "do": "preview", **TIMES_AND_PRODUCTS, **BY_HAND, **asked}
    browser.get(address)
    with django_assert_max_num_queries(PAGE):
        browser.get(address)
    with django_assert_max_num_queries(PAGE):
        shown = browser.post(address, data)
    assert shown.context["form"].errors == {}
    assert shown.context["preview"].steps


def test_the_editor_of_a_start(
    browser: Browser, visit: FollowUpVisit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asked = {"medication": made("mirtazapine").pk, "visit": visit.pk}
    address = f"{reverse('titration:start', args=[visit.client_id])}?{urlencode(asked)}"
    data = {"treats": "Depression", "start_on": ON, "do": "preview", **TIMES_AND_PRODUCTS, **BY_HAND, **RISE, **CONSENT}
    browser.get(address)
    with django_assert_max_num_queries(PAGE):
        browser.get(address)
    with django_assert_max_num_queries(PAGE):
        shown = browser.post(address, data)
    assert shown.context["preview"].steps


def test_the_editor_of_a_switch(
    browser: Browser,
    visit: FollowUpVisit,
    dose_plan: DosePlan,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    asked = {"medication": made("mirtazapine").pk, "visit": visit.pk}
    address = f"{reverse('titration:switch', args=[dose_plan.pk])}?{urlencode(asked)}"
    leaving = {**FALL, "on": ON, "unit_mg": "25", **TIMES_AND_PRODUCTS}
    coming = {**RISE, "treats": "Depression", "horizon_days": "30", **TIMES_AND_PRODUCTS, **BY_HAND, **CONSENT}
    data = {f"leaving-{name}": value for name, value in leaving.items()}
    data |= {f"coming-{name}": value for name, value in coming.items()}
    data |= {"version": "1", "begins": "overlap", "reason": "Too little effect", "do": "preview"}
    browser.get(address)
    with django_assert_max_num_queries(PAGE):
        browser.get(address)
    with django_assert_max_num_queries(PAGE):
        shown = browser.post(address, data)
    assert shown.context["form"].errors == {}
    assert shown.context["preview"].spans
    with django_assert_max_num_queries(PAGE + WHY):
        written = browser.post(address, data | {"reason": ""})
    assert written.context["form"]["reason"].value()
