"""Writing, signing and acknowledging the one treatment plan."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import BreakGlassAccess, Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.plans import queries, services
from clinic.plans.models import PlanAcknowledgement, PlanStatus, TreatmentPlan
from clinic.plans.rules import GoalEntry, InterventionEntry, PlanContent, ProblemEntry
from clinic.staff.models import User

NOW = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=30)
WHOLE = PlanContent(
    client_words="I want to sleep and to work again.",
    review_on=dt.date(2026, 6, 1),
    client_agreed_on=dt.date(2026, 3, 2),
    problems=(ProblemEntry("Major depressive disorder, recurrent, moderate", "F33.1"), ProblemEntry("Sleep")),
    goals=(GoalEntry("Feel better", "PHQ-9", "16", "under 5", dt.date(2026, 6, 1)),),
    interventions=(
        InterventionEntry("medication", "Sertraline", "prescriber", "daily"),
        InterventionEntry("therapy", "Cognitive behavioral therapy", "therapist", "weekly"),
    ),
)
pytestmark = pytest.mark.django_db


def written(client: Client, by: User, content: PlanContent = WHOLE) -> TreatmentPlan:
    return services.write_draft(client_id=client.pk, version=0, content=content, by=by, now=NOW)


def signed(client: Client, by: User, content: PlanContent = WHOLE) -> TreatmentPlan:
    return services.sign_plan(plan_id=written(client, by, content).pk, by=by, now=NOW)


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_what_is_written_reads_back_in_order_and_is_audited(ada: Client, therapist: User) -> None:
    written(ada, therapist)
    draft = queries.draft_of(ada)
    assert draft is not None
    assert queries.content_of(draft) == WHOLE
    assert draft.written_by == therapist
    assert (audited("plan_drafted"), audited("plan_saved")) == (1, 1)


def test_saving_the_same_again_changes_nothing(ada: Client, prescriber: User) -> None:
    draft = written(ada, prescriber)
    again = services.save_draft(plan_id=draft.pk, version=2, content=WHOLE, by=prescriber, now=LATER)
    assert again.version == 2
    assert audited("plan_saved") == 1


def test_a_draft_begun_is_answered_as_it_is(ada: Client, prescriber: User, therapist: User) -> None:
    draft = services.start_draft(client_id=ada.pk, by=therapist, now=NOW)
    assert services.start_draft(client_id=ada.pk, by=prescriber, now=LATER) == draft
    assert audited("plan_drafted") == 1


def test_the_second_of_two_writers_sees_both(ada: Client, prescriber: User, therapist: User) -> None:
    draft = written(ada, therapist)
    mine = replace(WHOLE, client_words="I want to work.")
    with pytest.raises(StaleRecord) as refused:
        services.save_draft(plan_id=draft.pk, version=1, content=mine, by=prescriber, now=LATER)
    assert refused.value.theirs["client_words"] == WHOLE.client_words
    assert "PHQ-9 16 → under 5" in refused.value.theirs["goals"]
    assert refused.value.version == 2


def test_two_who_begin_at_once_do_not_overwrite_each_other(ada: Client, prescriber: User, therapist: User) -> None:
    written(ada, therapist)
    with pytest.raises(StaleRecord):
        written(ada, prescriber, replace(WHOLE, client_words="Other"))


def test_a_code_that_is_no_billable_diagnosis_is_refused(ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="F33 is not a billable"):
        written(ada, prescriber, replace(WHOLE, problems=(ProblemEntry("Depression", "F33"),)))
    assert queries.draft_of(ada) is None


def test_signing_binds_and_replaces_the_plan_before(ada: Client, prescriber: User) -> None:
    first = signed(ada, prescriber)
    assert queries.plan_in_force(ada) == first
    draft = services.start_draft(client_id=ada.pk, by=prescriber, now=LATER)
    copied = queries.content_of(draft)
    assert copied == replace(WHOLE, review_on=None, client_agreed_on=None)
    longer = replace(WHOLE, review_on=dt.date(2026, 9, 1))
    services.save_draft(plan_id=draft.pk, version=1, content=longer, by=prescriber, now=LATER)
    second = services.sign_plan(plan_id=draft.pk, version=2, by=prescriber, now=LATER)
    first.refresh_from_db()
    assert (first.status, first.superseded_at) == (PlanStatus.SUPERSEDED, LATER)
    assert (second.number, second.signed_at, second.signed_by) == (2, LATER, prescriber)
    assert queries.plan_in_force(ada) == second
    assert audited("plan_signed") == 2


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ({"problems": ()}, "at least one problem"),
        ({"goals": (GoalEntry("Feel better", "PHQ-9"),)}, "measure and target"),
        ({"interventions": ()}, "at least one intervention"),
        ({"review_on": None}, "looked at again"),
        ({"review_on": dt.date(2026, 3, 1)}, "still to come"),
        ({"client_agreed_on": dt.date(2026, 3, 3)}, "cannot have agreed"),
    ],
)
def test_an_unfinished_plan_is_not_signed(
    ada: Client, prescriber: User, without: dict[str, object], sentence: str
) -> None:
    draft = written(ada, prescriber, replace(WHOLE, **without))  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match=sentence):
        services.sign_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    draft.refresh_from_db()
    assert draft.status == PlanStatus.DRAFT


@pytest.mark.parametrize(("before", "after"), [("enquiry", "active"), ("paused", "paused")])
def test_signing_takes_a_client_who_enquired_into_care(ada: Client, prescriber: User, before: str, after: str) -> None:
    draft = written(ada, prescriber)
    Client.objects.filter(pk=ada.pk).update(status=before)
    services.sign_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    ada.refresh_from_db()
    assert ada.status == after


def test_a_minor_without_a_guardian_is_not_taken_into_care(ada: Client, prescriber: User) -> None:
    draft = written(ada, prescriber)
    Client.objects.filter(pk=ada.pk).update(status="enquiry", birth_on=dt.date(2012, 5, 1))
    with pytest.raises(RuleBroken, match="Add a guardian"):
        services.sign_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    draft.refresh_from_db()
    assert draft.status == PlanStatus.DRAFT


def test_what_was_saved_since_it_was_read_is_not_signed(ada: Client, prescriber: User) -> None:
    draft = written(ada, prescriber)
    with pytest.raises(StaleRecord):
        services.sign_plan(plan_id=draft.pk, version=1, by=prescriber, now=NOW)


def test_only_a_prescriber_of_the_care_team_signs(
    ada: Client, prescriber: User, therapist: User, stranger: User
) -> None:
    draft = written(ada, prescriber)
    with pytest.raises(RuleBroken, match="Only a prescriber"):
        services.sign_plan(plan_id=draft.pk, by=therapist, now=NOW)
    with pytest.raises(Http404):
        services.sign_plan(plan_id=draft.pk, by=stranger, now=NOW)
    BreakGlassAccess.objects.create(
        client=ada,
        user=stranger,
        reason="Emergency",
        opened_at=NOW,
        expires_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
    )
    with pytest.raises(RuleBroken, match="Only a prescriber"):
        services.sign_plan(plan_id=draft.pk, by=stranger, now=NOW)


def test_a_stranger_writes_no_plan(ada: Client, stranger: User) -> None:
    with pytest.raises(Http404):
        written(ada, stranger)


def test_a_signed_plan_is_neither_saved_nor_signed_again(ada: Client, prescriber: User) -> None:
    plan = signed(ada, prescriber)
    with pytest.raises(RuleBroken, match="new version"):
        services.save_draft(plan_id=plan.pk, version=2, content=WHOLE, by=prescriber, now=LATER)
    with pytest.raises(RuleBroken, match="new version"):
        services.sign_plan(plan_id=plan.pk, by=prescriber, now=LATER)
    with pytest.raises(RuleBroken, match="signed meanwhile"):
        services.write_draft(client_id=ada.pk, version=2, content=WHOLE, by=prescriber, now=LATER)


def test_the_database_refuses_to_change_a_signed_plan(ada: Client, prescriber: User) -> None:
    plan = signed(ada, prescriber)
    with pytest.raises(DatabaseError, match="cannot change"):
        TreatmentPlan.objects.filter(pk=plan.pk).update(client_words="other")


@pytest.mark.parametrize("parts", ["problems", "goals", "interventions"])
def test_no_part_leaves_a_signed_plan_for_a_draft(ada: Client, prescriber: User, parts: str) -> None:
    plan, draft = signed(ada, prescriber), written(ada, prescriber)
    with pytest.raises(DatabaseError, match="cannot change"):
        getattr(plan, parts).update(plan=draft)


def test_a_therapist_acknowledges_once_with_a_comment(ada: Client, prescriber: User, therapist: User) -> None:
    plan = signed(ada, prescriber)
    assert list(queries.plans_awaiting_acknowledgement(therapist)) == [plan]
    seen = services.acknowledge_plan(plan_id=plan.pk, comment=" Agreed ", by=therapist, now=LATER)
    assert (seen.comment, seen.at) == ("Agreed", LATER)
    assert list(queries.plans_awaiting_acknowledgement(therapist)) == []
    assert audited("plan_acknowledged") == 1
    with pytest.raises(RuleBroken, match="already acknowledged"):
        services.acknowledge_plan(plan_id=plan.pk, by=therapist, now=LATER)


def test_drafts_and_prescribers_are_not_acknowledged(ada: Client, prescriber: User, therapist: User) -> None:
    draft = written(ada, prescriber)
    with pytest.raises(RuleBroken, match="not signed yet"):
        services.acknowledge_plan(plan_id=draft.pk, by=therapist, now=NOW)
    services.sign_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    with pytest.raises(RuleBroken, match="therapist acknowledges"):
        services.acknowledge_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    assert not PlanAcknowledgement.objects.exists()


def test_a_failed_audit_leaves_the_draft_a_draft(
    ada: Client, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = written(ada, prescriber)

    def failing(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the audit is full")

    monkeypatch.setattr("clinic.plans.services.plans.record", failing)
    with pytest.raises(DatabaseError):
        services.sign_plan(plan_id=draft.pk, by=prescriber, now=NOW)
    draft.refresh_from_db()
    assert draft.status == PlanStatus.DRAFT
