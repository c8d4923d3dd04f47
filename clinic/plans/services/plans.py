"""Deeds on treatment plans: start a draft, save it, sign it, acknowledge it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.clients.services import take_into_care
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.intake.icd10 import describe
from clinic.plans import queries, rules
from clinic.plans.models import (
    Goal,
    Intervention,
    PlanAcknowledgement,
    PlanStatus,
    Problem,
    TreatmentPlan,
)
from clinic.plans.rules import PlanContent
from clinic.staff.models import User
from clinic.staff.roles import Role

NOT_BEGUN = 0


@transaction.atomic
def start_draft(*, client_id: UUID, by: User, now: datetime) -> TreatmentPlan:
    """Begin the next version of a client's plan as a copy of the one in force; a draft begun is answered as it is."""
    client = _locked_client(client_id, by)
    draft = queries.draft_of(client)
    if draft is not None:
        return draft
    last = TreatmentPlan.objects.filter(client=client).aggregate(last=Max("number"))["last"] or 0
    draft = TreatmentPlan(client=client, number=last + 1, written_by=by)
    draft.save(force_insert=True)
    in_force = queries.plan_in_force(client)
    if in_force is not None:
        _write(draft, queries.fresh_content(in_force))
    record("plan_drafted", by=by, subject=draft, number=draft.number)
    return draft


@transaction.atomic
def save_draft(*, plan_id: UUID, version: int, content: PlanContent, by: User, now: datetime) -> TreatmentPlan:
    """Save what a draft says. StaleRecord when somebody saved it after `version` was opened."""
    draft = _locked(plan_id, by)
    rules.check_draft(draft.status)
    for problem in content.problems:
        if problem.code:
            describe(problem.code)
    if draft.version != version:
        raise _stale(draft)
    if queries.content_of(draft) == content:
        return draft
    draft.version += 1
    _write(draft, content)
    record("plan_saved", by=by, subject=draft, version=draft.version)
    return draft


@transaction.atomic
def write_draft(*, client_id: UUID, version: int, content: PlanContent, by: User, now: datetime) -> TreatmentPlan:
    """Save the draft of a client's plan, beginning it where `version` is 0 and nobody has begun one."""
    client = _locked_client(client_id, by)
    draft = queries.draft_of(client)
    if draft is None and version == NOT_BEGUN:
        draft = start_draft(client_id=client_id, by=by, now=now)
        version = draft.version
    if draft is None:
        raise RuleBroken("This draft was signed meanwhile. Open the plan to see it; a change is a new version.")
    return save_draft(plan_id=draft.pk, version=version, content=content, by=by, now=now)


@transaction.atomic
def sign_plan(*, plan_id: UUID, version: int | None = None, by: User, now: datetime) -> TreatmentPlan:
    """Signing makes a plan binding and replaces the one in force: doses are ordered under it from here on.

    Only a prescriber of the client's care team signs. `version` is the draft as it was read; StaleRecord when
    it was saved since. With the plan a client who enquired is in care: check-ins go to active clients alone.
    """
    plan = _locked(plan_id, by)
    rules.check_draft(plan.status)
    if version is not None and plan.version != version:
        raise _stale(plan)
    _check_prescriber(plan.client, by)
    rules.check_signable(queries.content_of(plan), _day_of(now))
    for earlier in TreatmentPlan.objects.in_force().filter(client=plan.client).select_for_update():
        earlier.status, earlier.superseded_at = PlanStatus.SUPERSEDED, now
        earlier.save(update_fields=["status", "superseded_at", "updated_at"])
    plan.status, plan.signed_at, plan.signed_by = PlanStatus.SIGNED, now, by
    plan.save(update_fields=["status", "signed_at", "signed_by", "updated_at"])
    take_into_care(client_id=plan.client_id, by=by, now=now)
    record("plan_signed", by=by, subject=plan, number=plan.number)
    return plan


@transaction.atomic
def acknowledge_plan(*, plan_id: UUID, comment: str = "", by: User, now: datetime) -> PlanAcknowledgement:
    """A therapist says that they have seen a signed plan, once, with a comment if they wish; said again it is one."""
    plan = _locked(plan_id, by)
    if plan.status == PlanStatus.DRAFT:
        raise RuleBroken("This plan is not signed yet. It can be acknowledged once it is.")
    if by.role != Role.THERAPIST:
        raise RuleBroken("The therapist acknowledges a plan.")
    seen = PlanAcknowledgement(plan=plan, by=by, at=now, comment=comment.strip())
    said = PlanAcknowledgement.objects.filter(plan=plan, by=by).first()
    if said is not None and said.comment == seen.comment:
        return said
    if said is not None:
        raise RuleBroken("You have already acknowledged this plan.")
    seen.save(force_insert=True)
    record("plan_acknowledged", by=by, subject=plan, number=plan.number)
    return seen


def _day_of(now: datetime) -> date:
    """The clinic's calendar day."""
    return now.astimezone(timezone.get_current_timezone()).date()


def _locked_client(client_id: UUID, by: User) -> Client:
    client = next(iter(chart_to_lock(by, client_id)), None)
    if client is None:
        raise Http404
    return client


def _locked(plan_id: UUID, by: User) -> TreatmentPlan:
    plan = next(iter(queries.plan_to_lock(by, plan_id)), None)
    if plan is None:
        raise Http404
    return plan


def _check_prescriber(client: Client, by: User) -> None:
    on_team = client.care_team.live().filter(user=by, role=Role.PRESCRIBER)
    if by.role != Role.PRESCRIBER or not on_team.exists():
        raise RuleBroken("Only a prescriber of this client's care team signs the plan.")


def _stale(draft: TreatmentPlan) -> StaleRecord:
    content = queries.content_of(draft)
    theirs = {
        "client_words": content.client_words,
        "review_on": content.review_on.isoformat() if content.review_on else "",
        "client_agreed_on": content.client_agreed_on.isoformat() if content.client_agreed_on else "",
        "problems": "\n".join(rules.problem_words(one) for one in content.problems),
        "goals": "\n".join(rules.goal_words(one) for one in content.goals),
        "interventions": "\n".join(rules.intervention_words(one) for one in content.interventions),
    }
    reason = "Somebody saved this plan after you opened it. Compare both, then save again."
    return StaleRecord(reason, theirs=theirs, version=draft.version)


def _write(draft: TreatmentPlan, content: PlanContent) -> None:
    draft.client_words = content.client_words
    draft.review_on, draft.client_agreed_on = content.review_on, content.client_agreed_on
    draft.save(update_fields=["client_words", "review_on", "client_agreed_on", "version", "updated_at"])
    for part in (draft.problems, draft.goals, draft.interventions):
        part.all().delete()
    Problem.objects.bulk_create(
        Problem(plan=draft, rank=rank, text=one.text, code=one.code)
        for rank, one in enumerate(content.problems, start=1)
    )
    Goal.objects.bulk_create(
        Goal(
            plan=draft,
            rank=rank,
            text=one.text,
            measure=one.measure,
            baseline=one.baseline,
            target=one.target,
            target_on=one.target_on,
        )
        for rank, one in enumerate(content.goals, start=1)
    )
    Intervention.objects.bulk_create(
        Intervention(
            plan=draft,
            rank=rank,
            kind=one.kind,
            text=one.text,
            responsible=one.responsible,
            how_often=one.how_often,
        )
        for rank, one in enumerate(content.interventions, start=1)
    )
