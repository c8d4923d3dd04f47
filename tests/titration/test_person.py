"""What a check knows about a person: not known is never none, and never no."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from clinic.clients.models import Client
from clinic.intake.models import ProblemHistory
from clinic.staff.models import User
from clinic.titration import facts, queries
from clinic.titration.queries.surroundings import STILL_CONCERNS
from clinic.titration.rules.person import MeasuredFacts, PersonFacts, Reported, allergies_of, conditions_of
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import (
    RECEIVED,
    AllergyFactory,
    PregnancyAnswerFactory,
    ReportedMedicationFactory,
    signed_evaluation,
)
from tests.factories.monitoring import MeasurementFactory

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
TODAY = dt.date(2026, 3, 2)


def problem(client: Client, system: str, code: str, **more: Any) -> ProblemHistory:
    return ProblemHistory.objects.create(
        client=client, code_system=system, code=code, text=code, origin="import", recorded_at=RECEIVED, **more
    )


def known_of(client: Client) -> PersonFacts:
    return queries.surroundings_of(client, today=TODAY).facts


def test_of_whom_nothing_is_told_nothing_is_known(ada: Client) -> None:
    known = known_of(ada)
    assert (known.birth_on, known.sex) == (ada.birth_on, ada.sex)
    assert (known.pregnancy, known.pregnancy_on) == ("unknown", None)
    assert (known.conditions, known.problems_without_code, known.allergies) == (None, 0, None)
    assert known.measured == MeasuredFacts(None, None, None, None)
    assert queries.surroundings_of(ada, today=TODAY).reported == []


def test_everything_that_is_told_in_four_queries(
    ada: Client, prescriber: User, stranger: User, django_assert_num_queries: Any
) -> None:
    signed_evaluation(ada, prescriber)
    problem(ada, ICD10, "g40.909", ended_on=dt.date(2020, 1, 1))
    problem(ada, SNOMED, "44054006")
    lamotrigine = MedicationFactory(name="lamotrigine ER", ingredient="lamotrigine")
    AllergyFactory(client=ada, substance="Lamictal", medication=lamotrigine)
    AllergyFactory(client=ada, substance="Latex", withdrawn_at=RECEIVED)
    PregnancyAnswerFactory(client=ada, status="possible")
    PregnancyAnswerFactory(client=ada, status="no", recorded_at=RECEIVED + dt.timedelta(days=20))
    MeasurementFactory(client=ada, kind="egfr", value=Decimal("61.5"), unit="mL/min/{1.73_m2}")
    known_of(ada)
    with django_assert_num_queries(4):
        known = known_of(ada)
    assert (known.pregnancy, known.pregnancy_on) == ("no", dt.date(2026, 3, 22))
    assert known.conditions == ("F33.1", "G40.909")
    assert known.problems_without_code == 1
    assert known.allergies == ("lamictal", "lamotrigine")
    assert known.measured == MeasuredFacts(Decimal("61.5"), TODAY, None, None)


def test_no_known_allergies_is_known(ada: Client) -> None:
    AllergyFactory(client=ada, substance="No known allergies", is_none_known=True)
    assert known_of(ada).allergies == ()


def test_a_newer_evaluation_of_the_same_hand_replaces_the_diagnoses(ada: Client, prescriber: User) -> None:
    signed_evaluation(ada, prescriber)
    later = signed_evaluation(ada, prescriber, now=RECEIVED + dt.timedelta(days=1))
    assert later.diagnoses.count() == 1
    assert known_of(ada).conditions == ("F33.1",)


@pytest.mark.parametrize(
    ("system", "code", "counts"),
    [
        (ICD10, "F50.2", True),
        ("urn:oid:2.16.840.1.113883.6.90", "F50.2", True),
        (ICD10, " ", False),
        ("", "F50", False),
    ],
)
def test_only_what_says_it_is_icd10cm_is_read_as_such(system: str, code: str, counts: bool) -> None:
    known, without_code = conditions_of([], [(system, code)])
    assert (known, without_code) == ((("F50.2",), 0) if counts else (None, 1))


def test_substances_and_ingredients_stand_once() -> None:
    assert allergies_of([("Lithium", "lithium", False), (" Latex ", "", False)]) == ("lithium", "latex")


def test_reported_medications_with_their_days_are_known_for_the_longest_washout(ada: Client) -> None:
    fluoxetine = MedicationFactory(name="fluoxetine", ingredient="fluoxetine")
    ended = {"first_on": dt.date(2025, 6, 1), "last_on": dt.date(2026, 2, 1)}
    ReportedMedicationFactory(client=ada, name="Prozac", medication=fluoxetine, mg_per_day=40, **ended)
    ReportedMedicationFactory(client=ada, name="old", last_on=TODAY - STILL_CONCERNS - dt.timedelta(days=1))
    ReportedMedicationFactory(client=ada, name="St John's wort")
    around = queries.surroundings_of(ada, today=TODAY)
    assert around.names == ["St John's wort", "st john's wort"]
    assert around.reported == [
        Reported("Prozac", "fluoxetine", dt.date(2025, 6, 1), dt.date(2026, 2, 1), Decimal(40)),
        Reported("St John's wort", "", None, None, None),
    ]


@pytest.fixture
def nobody_provides() -> Iterator[None]:
    before = list(facts._providers)
    facts._providers.clear()
    yield
    facts._providers[:] = before


def test_without_a_provider_nothing_is_known(ada: Client, nobody_provides: None) -> None:
    MeasurementFactory(client=ada, kind="qtc", unit="ms", value=431)
    assert facts.measured_facts(ada.pk) == MeasuredFacts()
    facts.register(lambda client_id: MeasuredFacts(qtc_ms=500))
    assert facts.measured_facts(ada.pk).qtc_ms == 500
