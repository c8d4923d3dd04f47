"""Evaluations: a draft that keeps everything, signed once, unchangeable after."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.intake import queries, rules, services
from clinic.intake.models import EvaluationDiagnosis, PsychiatricEvaluation
from clinic.risk.models import RiskAlert
from clinic.staff.models import User
from tests.factories.intake import (
    RECEIVED,
    EnquiryFactory,
    TherapistReferralFactory,
    complete_draft,
    signed_evaluation,
)
from tests.factories.scheduling import AppointmentFactory

NOW = RECEIVED


@pytest.fixture
def draft(ada: Client, prescriber: User) -> PsychiatricEvaluation:
    return services.start_evaluation(client_id=ada.pk, by=prescriber, now=NOW)


def test_starting_again_resumes_the_draft(draft: PsychiatricEvaluation, ada: Client, prescriber: User) -> None:
    assert services.start_evaluation(client_id=ada.pk, by=prescriber, now=NOW) == draft
    assert draft.evaluated_on == dt.date(2026, 3, 2)


def test_the_reason_begins_with_what_was_told_last(ada: Client, prescriber: User, therapist: User) -> None:
    EnquiryFactory(client=ada, what_is_going_on="I cannot sleep.")
    TherapistReferralFactory(client=ada, referred_by=therapist, referred_at=NOW - dt.timedelta(days=9))
    assert services.start_evaluation(client_id=ada.pk, by=prescriber, now=NOW).reason == "I cannot sleep."


def test_only_a_prescriber_of_the_care_team_begins(ada: Client, therapist: User, stranger: User) -> None:
    with pytest.raises(RuleBroken, match="made by a prescriber"):
        services.start_evaluation(client_id=ada.pk, by=therapist, now=NOW)
    with pytest.raises(Http404):
        services.start_evaluation(client_id=ada.pk, by=stranger, now=NOW)


def test_saving_counts_versions_and_no_change_is_no_version(draft: PsychiatricEvaluation, prescriber: User) -> None:
    saved = services.save_evaluation(evaluation_id=draft.pk, version=1, draft=complete_draft(), by=prescriber, now=NOW)
    assert saved.version == 2
    again = services.save_evaluation(evaluation_id=draft.pk, version=1, draft=complete_draft(), by=prescriber, now=NOW)
    assert again.version == 2
    assert queries.draft_of(again) == complete_draft()


def test_a_save_over_a_newer_one_is_refused_with_the_text_that_stands(
    draft: PsychiatricEvaluation, prescriber: User
) -> None:
    theirs = complete_draft(sections={"reason": "Cannot sleep."}, mental_status={"mood": {"findings": ["down"]}})
    services.save_evaluation(evaluation_id=draft.pk, version=1, draft=theirs, by=prescriber, now=NOW)
    mine = complete_draft(sections={"reason": "Worries."}, mental_status={})
    with pytest.raises(StaleRecord) as stale:
        services.save_evaluation(evaluation_id=draft.pk, version=1, draft=mine, by=prescriber, now=NOW)
    assert stale.value.theirs == {"reason": "Cannot sleep.", "status_mood": "down"}
    assert stale.value.version == 2


def test_an_evaluation_does_not_happen_tomorrow(draft: PsychiatricEvaluation, prescriber: User) -> None:
    tomorrow = complete_draft(evaluated_on=dt.date(2026, 3, 3))
    with pytest.raises(RuleBroken, match="future"):
        services.save_evaluation(evaluation_id=draft.pk, version=1, draft=tomorrow, by=prescriber, now=NOW)


def test_diagnoses_are_billable_ranked_and_once(draft: PsychiatricEvaluation, prescriber: User) -> None:
    by = {"evaluation_id": draft.pk, "by": prescriber, "now": NOW}
    services.add_diagnosis(code="f331", **by)
    services.add_diagnosis(code="F41.1", **by)
    services.add_diagnosis(code="F33.1", **by)
    with pytest.raises(RuleBroken, match="not a billable"):
        services.add_diagnosis(code="F33", **by)
    services.make_principal(code="F41.1", **by)
    assert [(d.rank, d.code) for d in queries.diagnoses_of(draft)] == [(1, "F41.1"), (2, "F33.1")]
    services.remove_diagnosis(code="F41.1", **by)
    services.remove_diagnosis(code="F41.1", **by)
    assert [(d.rank, d.code) for d in queries.diagnoses_of(draft)] == [(1, "F33.1")]


def test_signing_waits_until_nothing_is_missing(draft: PsychiatricEvaluation, prescriber: User, ada: Client) -> None:
    with pytest.raises(RuleBroken, match="still missing"):
        services.sign_evaluation(evaluation_id=draft.pk, by=prescriber, now=NOW)
    missing = rules.missing_before_signing(queries.content_of(draft), asked_about_allergies=False)
    places = [place for place, _ in missing]
    assert {"reason", "allergies", "risk_thoughts", "risk_protective", "status_mood", "diagnoses"} <= set(places)
    assert (
        rules.missing_before_signing(
            rules.Content(complete_draft(diagnosis_deferred_because="Tests are out."), (), {}),
            asked_about_allergies=True,
        )
        == []
    )


def test_signing_keeps_hash_and_history_and_happens_once(ada: Client, prescriber: User) -> None:
    signed = signed_evaluation(ada, prescriber)
    assert signed.is_signed
    assert signed.signed_history["allergies"] == [["No known allergies", "", "Not known"]]
    services.withdraw_allergy(
        allergy_id=queries.live_allergies(ada)[0].pk, by=prescriber, now=NOW + dt.timedelta(days=1)
    )
    fresh = queries.get_evaluation(prescriber, signed.pk)
    assert services.evaluations.hash_of(fresh, queries.content_of(fresh)) == signed.content_hash
    again = services.sign_evaluation(evaluation_id=signed.pk, by=prescriber, now=NOW + dt.timedelta(days=1))
    assert again.signed_at == NOW
    assert AuditEvent.objects.filter(action="evaluation_signed").count() == 1


def test_signing_what_reads_differently_by_now_is_refused(
    draft: PsychiatricEvaluation, prescriber: User, ada: Client
) -> None:
    by = {"by": prescriber, "now": NOW}
    services.save_evaluation(
        evaluation_id=draft.pk, version=1, draft=complete_draft(diagnosis_deferred_because="Too early."), **by
    )
    services.add_allergy(client_id=ada.pk, is_none_known=True, **by)
    fresh = queries.get_evaluation(prescriber, draft.pk)
    seen = services.evaluations.hash_of(fresh, queries.content_of(fresh))
    services.add_trial(client_id=ada.pk, name="sertraline", **by)
    with pytest.raises(StaleRecord, match="Read it again"):
        services.sign_evaluation(evaluation_id=draft.pk, seen=seen, **by)


def test_a_signed_evaluation_takes_no_more_writing(ada: Client, prescriber: User) -> None:
    signed = signed_evaluation(ada, prescriber)
    with pytest.raises(RuleBroken, match="signed and cannot change"):
        services.save_evaluation(evaluation_id=signed.pk, version=2, draft=complete_draft(), by=prescriber, now=NOW)
    with pytest.raises(RuleBroken, match="signed and cannot change"):
        services.add_diagnosis(evaluation_id=signed.pk, code="F41.1", by=prescriber, now=NOW)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE intake_psychiatricevaluation SET formulation = 'other' WHERE id = %s",
        "DELETE FROM intake_psychiatricevaluation WHERE id = %s",
        "UPDATE intake_evaluationdiagnosis SET text = 'other' WHERE evaluation_id = %s",
        "DELETE FROM intake_evaluationdiagnosis WHERE evaluation_id = %s",
        "UPDATE intake_evaluationaddendum SET text = 'other' WHERE evaluation_id = %s",
        "DELETE FROM intake_evaluationaddendum WHERE evaluation_id = %s",
    ],
)
def test_the_database_refuses_to_change_what_is_signed(ada: Client, prescriber: User, deed: str) -> None:
    signed = signed_evaluation(ada, prescriber)
    services.add_addendum(evaluation_id=signed.pk, text="Sister called.", by=prescriber, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed, [signed.pk])


def test_the_database_refuses_the_orm_too(ada: Client, prescriber: User, stranger: User) -> None:
    signed = signed_evaluation(ada, prescriber)
    with pytest.raises(DatabaseError), transaction.atomic():
        PsychiatricEvaluation.objects.filter(pk=signed.pk).update(formulation="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        EvaluationDiagnosis.objects.create(evaluation=signed, code="F41.1", text="x", rank=2)
    other = PsychiatricEvaluation.objects.create(client=ada, prescriber=stranger, evaluated_on=NOW.date())
    with pytest.raises(DatabaseError), transaction.atomic():
        EvaluationDiagnosis.objects.filter(evaluation=signed).update(evaluation=other)
    EvaluationDiagnosis.objects.create(evaluation=other, code="F41.1", text="x", rank=1)


def test_addenda_come_after_signing_and_once(draft: PsychiatricEvaluation, ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="not signed yet"):
        services.add_addendum(evaluation_id=draft.pk, text="More.", by=prescriber, now=NOW)
    signed = signed_evaluation(ada, prescriber)
    with pytest.raises(RuleBroken, match="Write what"):
        services.add_addendum(evaluation_id=signed.pk, text="  ", by=prescriber, now=NOW)
    first = services.add_addendum(evaluation_id=signed.pk, text="More.", by=prescriber, now=NOW)
    assert services.add_addendum(evaluation_id=signed.pk, text="More. ", by=prescriber, now=NOW) == first


def test_nobody_else_writes_in_a_draft(draft: PsychiatricEvaluation, stranger: User, therapist: User) -> None:
    for user in (stranger, therapist):
        with pytest.raises(Http404):
            services.save_evaluation(evaluation_id=draft.pk, version=1, draft=complete_draft(), by=user, now=NOW)
        with pytest.raises(Http404):
            queries.get_evaluation(user, draft.pk)
    with pytest.raises(Http404):
        services.sign_evaluation(evaluation_id=uuid4(), by=stranger, now=NOW)


def test_the_team_reads_what_is_signed(ada: Client, prescriber: User, therapist: User, stranger: User) -> None:
    signed = signed_evaluation(ada, prescriber)
    assert queries.get_evaluation(therapist, signed.pk) == signed
    assert queries.signed_evaluation(ada) == signed
    with pytest.raises(Http404):
        queries.get_evaluation(stranger, signed.pk)


def test_danger_is_raised_once_in_words(draft: PsychiatricEvaluation, prescriber: User) -> None:
    answers = {"thoughts": {"answer": "yes", "detail": "Daily."}, "attempts": {"answer": "yes", "detail": ""}}
    services.save_evaluation(
        evaluation_id=draft.pk, version=1, draft=complete_draft(risk_answers=answers), by=prescriber, now=NOW
    )
    alert = services.raise_alert(evaluation_id=draft.pk, by=prescriber, now=NOW)
    assert services.raise_alert(evaluation_id=draft.pk, by=prescriber, now=NOW) == alert
    assert alert.reason == "Psychiatric evaluation: Thinks of ending their life, in the last month"
    assert RiskAlert.objects.count() == 1


def test_a_worry_without_an_answer_can_be_raised(draft: PsychiatricEvaluation, prescriber: User) -> None:
    alert = services.raise_alert(evaluation_id=draft.pk, by=prescriber, now=NOW)
    assert "Raised by the prescriber" in alert.reason


def test_signing_ends_the_appointment_it_was_booked_for(ada: Client, prescriber: User) -> None:
    on_the_day = dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC)
    booked = {"client": ada, "clinician": prescriber}
    held = AppointmentFactory(kind="evaluation", starts_at=on_the_day, **booked)
    check = AppointmentFactory(kind="follow_up", starts_at=on_the_day + dt.timedelta(hours=2), **booked)
    later = AppointmentFactory(kind="evaluation", starts_at=on_the_day + dt.timedelta(days=7), **booked)
    signed_evaluation(ada, prescriber)
    for appointment, status in ((held, "done"), (check, "booked"), (later, "booked")):
        appointment.refresh_from_db()
        assert appointment.status == status
