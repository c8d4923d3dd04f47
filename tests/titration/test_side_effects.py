"""Side effects: tied to medication and dose, told by the client or entered, ended once; every telling a row."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan, SideEffect, SideEffectNote
from clinic.titration.rules.side_effects import Felt, check_felt
from clinic.titration.rules.trials import Verdict
from clinic.visits.queries.response import response_of
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import side_effect, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def after(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


def day(days: int) -> dt.date:
    return timezone.localdate(after(days))


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """25 mg from Mar 2, 50 mg from Mar 9, 75 mg from Mar 16, 100 mg from Mar 23."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, MONDAY)


def told(dose_plan: DosePlan, days: int, *felt: Felt, source: str = "") -> None:
    services.keep_told_effects(
        dose_plan=dose_plan,
        felt=felt,
        mg_per_day=Decimal(50),
        source=source or f"answer:{days}",
        now=after(days),
    )


def headache(severity: int) -> Felt:
    return Felt("headache", "Headache", severity)


def test_one_that_is_entered_is_tied_to_the_dose_of_its_days(dose_plan: DosePlan, prescriber: User) -> None:
    note = side_effect(dose_plan, prescriber, after(10), began_on=day(3), done="watched", remark=" Evenings ")
    effect = note.side_effect
    assert (effect.client_id, effect.began_on, effect.began_mg) == (dose_plan.client_id, day(3), 25)
    assert (note.severity, note.mg_per_day, note.done, note.words, note.by) == (
        2,
        50,
        "watched",
        "Evenings",
        prescriber,
    )
    assert AuditEvent.objects.filter(action="side_effect_noted", client_id=dose_plan.client_id).count() == 1


def test_what_stands_is_gone_on_with_and_the_same_again_is_one(dose_plan: DosePlan, prescriber: User) -> None:
    first = side_effect(dose_plan, prescriber, after(3))
    assert side_effect(dose_plan, prescriber, after(3)) == first
    worse = side_effect(dose_plan, prescriber, after(9), severity=3, done="lowered")
    assert worse.side_effect == first.side_effect
    side_effect(dose_plan, prescriber, after(9), code="own", words="Tingling lips")
    side_effect(dose_plan, prescriber, after(10), code="own", words=" tingling LIPS ")
    assert [effect.words for effect in SideEffect.objects.all()] == ["Tingling lips", "Headache"]
    assert SideEffectNote.objects.count() == 4


def test_what_a_client_tells_begins_one_or_is_a_note_and_ends_none(dose_plan: DosePlan) -> None:
    told(dose_plan, 3, headache(2), Felt("nausea", "Feeling sick to your stomach", 0))
    told(dose_plan, 10, headache(0))
    told(dose_plan, 10, headache(0))
    effect = SideEffect.objects.get()
    assert (effect.began_on, effect.began_mg, effect.ended_on) == (day(3), 50, None)
    assert list(effect.notes.values_list("severity", "by", "source")) == [
        (0, None, "answer:10:headache"),
        (2, None, "answer:3:headache"),
    ]
    assert AuditEvent.objects.filter(action="side_effects_told", by=None).count() == 3


def test_an_answer_without_side_effects_keeps_nothing(dose_plan: DosePlan) -> None:
    told(dose_plan, 3)
    told(dose_plan, 4, headache(0))
    assert not SideEffect.objects.exists()
    assert not AuditEvent.objects.filter(action="side_effects_told").exists()


def test_it_is_ended_once_and_may_begin_again(dose_plan: DosePlan, prescriber: User) -> None:
    effect = side_effect(dose_plan, prescriber, after(3)).side_effect
    for days in (9, 12):
        ended = services.end_side_effect(effect_id=effect.pk, by=prescriber, now=after(days))
    assert (ended.ended_on, ended.ended_by) == (day(9), prescriber)
    again = side_effect(dose_plan, prescriber, after(20)).side_effect
    assert again != effect
    assert AuditEvent.objects.filter(action="side_effect_ended").count() == 1


def test_a_stranger_neither_enters_nor_ends_one(dose_plan: DosePlan, prescriber: User, stranger: User) -> None:
    effect = side_effect(dose_plan, prescriber, after(3)).side_effect
    with pytest.raises(Http404):
        services.end_side_effect(effect_id=effect.pk, by=stranger, now=after(4))
    with pytest.raises(Http404):
        side_effect(dose_plan, stranger, after(4))


@pytest.mark.parametrize(
    ("felt", "began", "field"),
    [
        (Felt("own", "  ", 2), 3, "words"),
        (headache(0), 3, "severity"),
        (headache(4), 3, "severity"),
        (headache(2), 6, "began_on"),
        (headache(2), -1, "began_on"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(felt: Felt, began: int, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        check_felt(felt, began_on=day(began), plan_began_on=day(0), today=day(5))
    assert refusal.value.field == field


def test_a_side_effect_of_a_day_without_a_dose_says_so(dose_plan: DosePlan, prescriber: User) -> None:
    services.stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=day(9), reason="Rash", by=prescriber, now=after(9)
    )
    note = side_effect(dose_plan, prescriber, after(9), code="rash", words="New rash", began_on=day(8), done="stopped")
    assert (note.mg_per_day, note.side_effect.began_mg) == (0, 50)
    [trial] = queries.trial_ledger(dose_plan.client_id, day(9)).trials
    assert (trial.why_ended, trial.verdict) == ("side_effects", Verdict.INTOLERANCE)


CHANGES: dict[str, Any] = {
    "other words": lambda effect: SideEffect.objects.filter(pk=effect.pk).update(words="Other"),
    "ended before it began": lambda effect: SideEffect.objects.filter(pk=effect.pk).update(
        ended_on=day(1), ended_by=effect.notes.get().by, ended_at=MONDAY
    ),
    "ended by nobody": lambda effect: SideEffect.objects.filter(pk=effect.pk).update(ended_on=day(9)),
    "gone": lambda effect: SideEffect.objects.filter(pk=effect.pk).delete(),
    "another note": lambda effect: effect.notes.update(severity=1),
    "no note": lambda effect: effect.notes.all().delete(),
    "worse than worst": lambda effect: SideEffectNote.objects.create(
        side_effect=effect, noted_on=day(3), severity=4, mg_per_day=1, by=effect.notes.get().by, at=MONDAY
    ),
    "noted by nobody": lambda effect: SideEffectNote.objects.create(
        side_effect=effect, noted_on=day(3), severity=1, mg_per_day=1, at=MONDAY
    ),
    "twice at once": lambda effect: SideEffect.objects.create(
        client=effect.client, dose_plan=effect.dose_plan, code="headache", words="HEADACHE", began_on=day(4), began_mg=1
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_keeps_what_was_told(dose_plan: DosePlan, prescriber: User, change: str) -> None:
    effect = side_effect(dose_plan, prescriber, after(3)).side_effect
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        CHANGES[change](effect)


def test_once_ended_it_stays_ended(dose_plan: DosePlan, prescriber: User) -> None:
    effect = side_effect(dose_plan, prescriber, after(3)).side_effect
    services.end_side_effect(effect_id=effect.pk, by=prescriber, now=after(9))
    with pytest.raises(DatabaseError), transaction.atomic():
        SideEffect.objects.filter(pk=effect.pk).update(ended_on=None, ended_by=None, ended_at=None)


def test_a_list_of_them_those_that_stand_first_the_worst_first(dose_plan: DosePlan, prescriber: User) -> None:
    told(dose_plan, 3, headache(1), Felt("rash", "New rash", 3), Felt("dizzy", "Dizzy or light-headed", 2))
    dizzy = SideEffect.objects.get(code="dizzy")
    services.end_side_effect(effect_id=dizzy.pk, by=prescriber, now=after(5))
    side_effect(dose_plan, prescriber, after(9), done="advised")
    response = response_of(dose_plan.client_id, day(10))
    assert [(one.words, one.how_much, one.tone) for one in response.effects] == [
        ("New rash", "A lot", "warn"),
        ("Headache", "Quite a bit", "quiet"),
        ("Dizzy or light-headed", "Quite a bit", "quiet"),
    ]
    assert [one.words for one in response.standing_effects] == ["New rash", "Headache"]
    headaches = response.standing_effects[1]
    assert (headaches.began_dose, [(note.dose, note.done, note.by) for note in headaches.notes]) == (
        "50 mg",
        [("50 mg", "Advice given", "Paula Prescriber"), ("50 mg", "", "the client")],
    )


def test_on_no_dose_it_says_so(dose_plan: DosePlan) -> None:
    services.keep_told_effects(
        dose_plan=dose_plan, felt=[headache(1)], mg_per_day=Decimal(), source="answer:1", now=after(3)
    )
    SideEffect.objects.create(
        client=dose_plan.client, dose_plan=dose_plan, code="own", words="Alone", began_on=day(3), began_mg=1
    )
    lines = response_of(dose_plan.client_id, day(10)).effects
    assert [(one.words, one.began_dose, one.severity) for one in lines] == [
        ("Headache", "no dose", 1),
        ("Alone", "1 mg", 0),
    ]
    assert lines[0].notes[0].dose == "no dose"
