"""HLA-B*15:02 before the first dose of carbamazepine: missing or found it stops until a reason is given."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.monitoring import queries
from clinic.monitoring.models import Measurement
from clinic.staff.models import User
from clinic.titration import facts
from clinic.titration.models import DosePlan, SafetyOverride
from clinic.titration.rules.signing import Override, overridden_words
from clinic.titration.services import start_dose_plan
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.monitoring import MeasurementFactory
from tests.factories.plans import AGREED, SignedPlanFactory
from tests.monitoring.test_due_pages import DAY, STEADY, text

pytestmark = pytest.mark.django_db
ASKED = Override("hla_b1502", "intended", "Asked about ancestry: none at risk")


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def carbamazepine(ada: Client, prescriber: User) -> Medication:
    SignedPlanFactory(client=ada, written_by=prescriber)
    medication: Medication = MedicationFactory(name="carbamazepine", ingredient="carbamazepine")
    ProductFactory(medication=medication)
    return medication


def start(client: Client, medication: Medication, by: User, now: dt.datetime, *overrides: Override) -> DosePlan:
    order: dict[str, Any] = STEADY | {"start_on": timezone.localdate(now).isoformat()}
    given = {"client_id": client.pk, "medication_id": medication.pk, "order": order, "treats": "Mood"}
    return start_dose_plan(**given, consent=AGREED, overrides=overrides, by=by, now=now)


def with_result(client: Client, value: int, at: dt.datetime) -> Measurement:
    return MeasurementFactory(client=client, kind="hla_b1502", unit="finding", value=Decimal(value), taken_at=at)


def test_without_a_result_the_first_dose_needs_a_reason(
    ada: Client, carbamazepine: Medication, prescriber: User, now: dt.datetime
) -> None:
    with pytest.raises(RuleBroken, match=r"HLA-B\*15:02 is not known. Before the first dose: CPIC says"):
        start(ada, carbamazepine, prescriber, now)
    start(ada, carbamazepine, prescriber, now, ASKED)
    kept = SafetyOverride.objects.get()
    assert (kept.code, kept.key, kept.words) == ("test_missing", "hla_b1502", ASKED.words)
    assert overridden_words(kept.finding).startswith("HLA-B*15:02 is not known.")


def test_not_found_lets_it_begin_and_found_needs_a_reason(
    ada: Client, carbamazepine: Medication, prescriber: User, now: dt.datetime
) -> None:
    with_result(ada, 1, now - 3 * DAY)
    with pytest.raises(RuleBroken, match=r"HLA-B\*15:02 was found, "):
        start(ada, carbamazepine, prescriber, now)
    with_result(ada, 0, now - DAY)
    start(ada, carbamazepine, prescriber, now)
    assert not SafetyOverride.objects.exists()


def test_only_the_first_dose_is_asked_about(
    ada: Client, carbamazepine: Medication, prescriber: User, now: dt.datetime
) -> None:
    start(ada, carbamazepine, prescriber, now, ASKED)
    extended = MedicationFactory(name="carbamazepine ER", ingredient="carbamazepine")
    assert facts.stops_before(ada, extended, now) == []
    assert facts.stops_before(ada, MedicationFactory(ingredient="lithium"), now) == []


def test_it_is_due_until_it_was_made(
    ada: Client, carbamazepine: Medication, prescriber: User, now: dt.datetime
) -> None:
    start(ada, carbamazepine, prescriber, now, ASKED)
    assert "HLA-B*15:02" in {line.measured for line in queries.lines_of_client(ada, now)}
    with_result(ada, 0, now)
    assert queries.lines_of_client(ada, now) == []


def test_the_editor_asks_and_the_result_is_chosen_in_words(
    browser: Browser, ada: Client, carbamazepine: Medication, prescriber: User
) -> None:
    page = text(browser, prescriber, f"/monitoring/of/{ada.pk}/")
    assert "HLA-B*15:02: not found" in page
    answer = browser.post(
        f"/monitoring/of/{ada.pk}/record/", {"taken_at": "2026-03-02T09:30", "kind_1": "hla_b1502=1"}, follow=True
    )
    assert "Entered: HLA-B*15:02." in answer.content.decode()
    assert "<strong>found</strong>" in " ".join(answer.content.decode().split())
    assert Measurement.objects.get().value == 1


def test_without_a_provider_nothing_is_asked(
    ada: Client, carbamazepine: Medication, prescriber: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_stops", [])
    start(ada, carbamazepine, prescriber, now)
