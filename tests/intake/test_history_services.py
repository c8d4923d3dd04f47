"""History: what was told is kept, what is wrong is withdrawn, not asked is not none."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.intake import queries, services
from clinic.intake.models import Allergy
from clinic.staff.models import User
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import RECEIVED, AllergyFactory, MedicationTrialFactory, ReportedMedicationFactory

NOW = RECEIVED
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def about(ada: Client, prescriber: User) -> dict[str, Any]:
    return {"client_id": ada.pk, "by": prescriber, "now": NOW}


def test_not_asked_differs_from_none_known(about: dict[str, Any], ada: Client) -> None:
    assert not queries.asked_about_allergies(ada)
    assert queries.history(ada).none_known is None
    services.add_allergy(is_none_known=True, **about)
    assert queries.asked_about_allergies(ada)
    assert queries.history(ada).known_allergies == []


def test_naming_an_allergy_ends_the_statement_that_there_is_none(about: dict[str, Any], ada: Client) -> None:
    none = services.add_allergy(is_none_known=True, **about)
    named = services.add_allergy(substance="Penicillin", reaction="rash", severity="mild", **about)
    assert services.add_allergy(substance=" penicillin", **about) == named
    assert queries.live_allergies(ada) == [named]
    none.refresh_from_db()
    assert none.withdrawn_at == NOW
    with pytest.raises(RuleBroken, match="On record: Penicillin"):
        services.add_allergy(is_none_known=True, **about)


def test_a_second_allergy_stands_beside_the_first(about: dict[str, Any], ada: Client) -> None:
    for substance in ("Penicillin", "Latex"):
        services.add_allergy(substance=substance, **about)
    assert {row.substance for row in queries.live_allergies(ada)} == {"Penicillin", "Latex"}


def test_another_medication_tried_or_taken_the_same_way_is_a_row_of_its_own(about: dict[str, Any], ada: Client) -> None:
    for name in ("fluoxetine", "citalopram"):
        services.add_trial(name=name, weeks=6, **about)
        services.add_reported_medication(name=name, dose_text="once daily", **about)
    assert {row.name for row in queries.history(ada).trials} == {"fluoxetine", "citalopram"}
    assert set(ada.reported_medications.values_list("name", flat=True)) == {"fluoxetine", "citalopram"}


def test_an_allergy_says_one_thing(about: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken, match="Name the substance"):
        services.add_allergy(**about)
    with pytest.raises(RuleBroken, match="Either name"):
        services.add_allergy(substance="latex", is_none_known=True, **about)


def test_withdrawing_keeps_the_row(ada: Client, prescriber: User, stranger: User) -> None:
    allergy, trial = AllergyFactory(client=ada), MedicationTrialFactory(client=ada)
    for _ in range(2):
        services.withdraw_allergy(allergy_id=allergy.pk, by=prescriber, now=NOW)
        services.withdraw_trial(trial_id=trial.pk, by=prescriber, now=NOW)
    assert Allergy.objects.get().withdrawn_at == NOW
    assert AuditEvent.objects.filter(action__endswith="_withdrawn").count() == 2
    assert queries.history(ada).trials == []
    with pytest.raises(Http404):
        services.withdraw_allergy(allergy_id=allergy.pk, by=stranger, now=NOW)
    with pytest.raises(Http404):
        services.withdraw_trial(trial_id=trial.pk, by=stranger, now=NOW)


def test_a_trial_tells_dose_weeks_and_how_it_went(about: dict[str, Any], ada: Client) -> None:
    sertraline = MedicationFactory()
    told = {"name": "sertraline", "medication": sertraline, "highest_mg": Decimal("150"), "weeks": 10}
    trial = services.add_trial(**told, response="partial", why_stopped="side_effects", **about)
    assert services.add_trial(**told, response="partial", why_stopped="side_effects", **about) == trial
    assert services.add_trial(name="fluoxetine", **about) != trial
    assert queries.snapshot(ada)["trials"][0] == ["sertraline", "150 mg", "10 weeks", "Some benefit", "Side effects"]


@pytest.mark.parametrize("told", [{"name": " "}, {"name": "x", "highest_mg": Decimal(0)}, {"name": "x", "weeks": 0}])
def test_a_trial_that_cannot_be_is_refused(about: dict[str, Any], told: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken):
        services.add_trial(**told, **about)


def test_medications_from_anyone_are_kept_and_ended(about: dict[str, Any], ada: Client, prescriber: User) -> None:
    herb = services.add_reported_medication(name="St John's wort", dose_text="one a day", **about)
    assert services.add_reported_medication(name="st john's wort", dose_text="one a day ", **about) == herb
    other = services.add_reported_medication(name="lisinopril", first_on=TODAY, medication=MedicationFactory(), **about)
    services.end_reported_medication(reported_id=herb.pk, by=prescriber, now=NOW)
    ended = services.end_reported_medication(reported_id=herb.pk, by=prescriber, now=NOW + dt.timedelta(days=3))
    assert ended.last_on == TODAY
    told = queries.history(ada)
    assert (told.medications, told.past_medications) == ([other], [ended])


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY + dt.timedelta(1), None), (None, TODAY + dt.timedelta(1)), (TODAY, TODAY - dt.timedelta(1))],
)
def test_days_of_a_medication_make_sense(about: dict[str, Any], first: Any, last: Any) -> None:
    with pytest.raises(RuleBroken):
        services.add_reported_medication(name="x", first_on=first, last_on=last, **about)


def test_history_is_written_only_for_ones_own_clients(ada: Client, stranger: User) -> None:
    for deed in (services.add_allergy, services.add_trial, services.add_reported_medication):
        with pytest.raises(Http404):
            deed(client_id=ada.pk, by=stranger, now=NOW, **{"substance" if "allergy" in deed.__name__ else "name": "x"})
    reported = ReportedMedicationFactory(client=ada)
    with pytest.raises(Http404):
        services.end_reported_medication(reported_id=reported.pk, by=stranger, now=NOW)
    with pytest.raises(Http404):
        services.end_reported_medication(reported_id=uuid4(), by=stranger, now=NOW)
