"""The medical director confirms numbers and decides about rules; everybody else only reads."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.formulary import services
from clinic.formulary.models import Medication, MedicationReview, SafetyRule
from clinic.formulary.rules import limits_of
from clinic.formulary.rules.review import NUMBERS, check_numbers
from clinic.formulary.rules.telling import rule_words
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.formulary import MedicationFactory, SafetyRuleFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 15, 0, tzinfo=dt.UTC)
LABEL = {"start_mg": "1", "step_mg": "1", "max_step_mg": "2", "min_interval_days": "7", "max_mg": "20"}


@pytest.fixture
def director() -> User:
    user: User = UserFactory(acting_role=Role.PRESCRIBER, is_medical_director=True, full_name="Dora Director")
    return user


@pytest.fixture
def unknown() -> Medication:
    """A medication of which no number is confirmed."""
    medication: Medication = MedicationFactory(
        name="haloperidol", start_mg=None, step_mg=None, min_interval_days=None, max_mg=None, status="U",
        unverified_fields=["start_mg", "step_mg", "max_step_mg", "max_mg", "half_life_hours"],
    )  # fmt: skip
    return medication


def signed_in(browser: Browser, user: User) -> Browser:
    browser.force_login(user)
    return browser


def numbers(**known: Any) -> dict[str, Any]:
    return dict.fromkeys(NUMBERS) | known


def confirmed(medication: Medication, by: User, **changes: Any) -> Medication:
    words: dict[str, Any] = {
        "medication_id": medication.pk,
        "base_version": medication.data_version,
        "numbers": numbers(start_mg=Decimal(1), max_mg=Decimal(20)),
        "source": "Label, section 2.1, 2026-01",
    }
    return services.review_medication(**words | changes, by=by, now=NOW)


def test_confirmed_numbers_are_checked_with_from_then_on(unknown: Medication, director: User) -> None:
    confirmed(unknown, director)
    unknown.refresh_from_db()
    assert limits_of(unknown) == {"max_mg_per_day": "20"}
    assert unknown.unverified_fields == ["step_mg", "max_step_mg", "half_life_hours"]
    assert (unknown.reviewed_by, unknown.reviewed_on) == ("Dora Director", dt.date(2026, 3, 2))
    assert unknown.data_version == "test+1"
    review = MedicationReview.objects.get()
    assert (review.before["max_mg"], review.after["max_mg"], review.by) == (None, "20", director)
    assert AuditEvent.objects.get(action="medication_reviewed").detail == {"version": "test+1"}


def test_each_review_is_a_version_of_its_own(unknown: Medication, director: User) -> None:
    confirmed(unknown, director)
    confirmed(unknown, director, base_version="test+1", numbers=numbers(max_mg=Decimal(15)))
    unknown.refresh_from_db()
    assert (unknown.data_version, unknown.max_mg, unknown.start_mg) == ("test+2", 15, None)


def test_two_reviews_of_one_version_are_refused(unknown: Medication, director: User) -> None:
    confirmed(unknown, director)
    with pytest.raises(RuleBroken, match="reviewed meanwhile"):
        confirmed(unknown, director)


def test_numbers_without_a_place_where_they_were_read_are_refused(unknown: Medication, director: User) -> None:
    with pytest.raises(RuleBroken, match="where the numbers were read"):
        confirmed(unknown, director, source="  ")
    assert not MedicationReview.objects.exists()


def test_a_medication_that_is_not_there_is_not_found(director: User) -> None:
    with pytest.raises(Http404):
        confirmed(MedicationFactory.build(id=new_id()), director)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ("start_mg", "max_mg", "start is above"),
        ("usual_min_mg", "usual_max_mg", "ends below"),
        ("usual_max_mg", "max_mg", "reaches above"),
        ("step_mg", "max_step_mg", "usual rise"),
    ],
)
def test_numbers_fit_together(low: str, high: str, words: str) -> None:
    check_numbers(numbers(**{low: Decimal(5), high: Decimal(5)}))
    with pytest.raises(RuleBroken, match=words) as refusal:
        check_numbers(numbers(**{low: Decimal("5.1"), high: Decimal(5)}))
    assert refusal.value.field == low


def test_what_was_reviewed_never_changes(unknown: Medication, director: User) -> None:
    confirmed(unknown, director)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        MedicationReview.objects.update(source="elsewhere")


def test_an_accepted_rule_is_a_new_version_that_counts(director: User) -> None:
    rule = SafetyRuleFactory(status="U")
    versions = SafetyRule.objects.filter(key=rule.key)
    assert not versions.active().exists()
    services.decide_rule(rule_id=rule.pk, is_accepted=True, by=director, now=NOW)
    [active] = versions.active()
    assert (active.key, active.number, active.decided_by, active.is_active) == (rule.key, 2, director, True)
    assert versions.get(number=1).superseded_at == NOW
    assert AuditEvent.objects.get(action="safety_rule_decided").detail == {"rule": rule.key, "decision": "accepted"}


def test_a_refused_rule_is_no_longer_checked_with(director: User) -> None:
    rule = SafetyRuleFactory()
    with pytest.raises(RuleBroken, match="Say why"):
        services.decide_rule(rule_id=rule.pk, is_accepted=False, by=director, now=NOW)
    versions = SafetyRule.objects.filter(key=rule.key)
    assert versions.active().exists()
    services.decide_rule(rule_id=rule.pk, is_accepted=False, note="The label says otherwise", by=director, now=NOW)
    assert not versions.active().exists()
    assert not versions.unreviewed().exists()


def test_two_decisions_about_one_version_are_refused(director: User) -> None:
    rule = SafetyRuleFactory()
    services.decide_rule(rule_id=rule.pk, is_accepted=True, by=director, now=NOW)
    with pytest.raises(RuleBroken, match="reviewed meanwhile"):
        services.decide_rule(rule_id=rule.pk, is_accepted=True, by=director, now=NOW)
    with pytest.raises(Http404):
        services.decide_rule(rule_id=new_id(), is_accepted=True, by=director, now=NOW)


def test_versions_of_rules_are_only_superseded() -> None:
    SafetyRuleFactory()
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        SafetyRule.objects.update(definition={})
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        SafetyRule.objects.all().delete()


def test_a_prescriber_reads_what_waits_and_decides_nothing(
    browser: Browser, prescriber: User, unknown: Medication
) -> None:
    rule = SafetyRuleFactory()
    page = signed_in(browser, prescriber).get(reverse("formulary:review")).content.decode()
    assert "haloperidol" in page
    assert "Both slow the heart." in page
    assert "Confirm" not in page
    for name, key in (("review_medication", unknown.pk), ("decide_rule", rule.pk)):
        assert browser.post(reverse(f"formulary:{name}", args=[key]), {}).status_code == 403


def test_the_director_confirms_numbers_by_the_page(browser: Browser, director: User, unknown: Medication) -> None:
    page = reverse("formulary:review_medication", args=[unknown.pk])
    assert "test" in signed_in(browser, director).get(page).content.decode()
    typed = LABEL | {"base_version": "test", "source": "Label 2026-01"}
    refused = browser.post(page, typed | {"start_mg": "30"})
    assert refused.status_code == 422
    assert "The start is above the maximum." in refused.content.decode()
    assert 'value="30"' in refused.content.decode()
    assert browser.post(page, typed, follow=True).status_code == 200
    unknown.refresh_from_db()
    assert limits_of(unknown) == {"max_mg_per_day": "20", "max_step_mg": "2", "min_step_interval_days": 7}
    assert "Label 2026-01" in browser.get(page).content.decode()


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"text": "{a} with {b} is risky.", "side_a": "maoi", "side_b": "ssri;snri;bupropion"},
         "An MAO inhibitor with an SSRI, an SNRI or bupropion is risky."),
        ({"text": "{b} waits {days} days after {a}, until {earliest_on}.", "stopped": "fluoxetine", "started": "maoi",
          "days": "35"}, "An MAO inhibitor waits 35 days after fluoxetine, until …."),
        ({"text": "QTc is {qtc_ms} ms, and {all} prolong it."}, "QTc is … ms, and these medications prolong it."),
        ({"text": "{a} comes to {mg} mg, over {max_mg} mg.", "ingredient": "acamprosate", "max_mg": "999"},
         "Acamprosate comes to … mg, over 999 mg."),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_rule_is_read_before_anybody_takes_anything(definition: dict[str, str], words: str) -> None:
    assert rule_words(definition) == words


def test_no_rule_is_listed_with_its_gaps(browser: Browser, prescriber: User) -> None:
    definition = {"text": "{a} slows the heart.", "severity": "warn", "medications": "clonidine", "source": "Label"}
    SafetyRuleFactory(definition=definition)
    page = signed_in(browser, prescriber).get(reverse("formulary:rules")).text
    assert "Clonidine slows the heart." in page
    assert "Caution</span>" in page


def test_amounts_stand_in_the_form_as_they_are_written(browser: Browser, director: User) -> None:
    medication = MedicationFactory(max_mg=Decimal("200.000"), step_mg=Decimal("37.500"))
    page = signed_in(browser, director).get(reverse("formulary:review_medication", args=[medication.pk])).text
    assert 'value="200"' in page
    assert 'value="37.5"' in page


def test_the_director_decides_about_a_rule_by_the_page(browser: Browser, director: User) -> None:
    rule = SafetyRuleFactory()
    page = reverse("formulary:decide_rule", args=[rule.pk])
    signed_in(browser, director)
    assert browser.post(page, {"decision": "refused"}).status_code == 422
    browser.post(page, {"decision": "refused", "note": "Not for us"})
    listed = browser.get(reverse("formulary:rules"), {"kind": "interactions"}).content.decode()
    assert "Not in use" in listed
    assert "Dora Director" in listed


def test_without_any_rule_the_page_says_that_nothing_is_checked(browser: Browser, prescriber: User) -> None:
    SafetyRule.objects.update(superseded_at=NOW)
    page = signed_in(browser, prescriber).get(reverse("formulary:rules")).content.decode()
    assert "no safety rule is loaded" in page
