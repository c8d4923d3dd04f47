"""Deeds on refill requests: enter one, decide it, take it back. Nothing here sends a prescription."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import AskedBy, DosePlan, DoseStep, RefillDecision, RefillRequest
from clinic.titration.rules import refills
from clinic.titration.rules.refills import Judgement, Letterhead, RefillFacts, RefillOutcome, Renewal
from clinic.titration.services.supply import locked_plan
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome

# The clinic's own promise, no clinical number: somebody looks at a request within a day.
DECIDED_WITHIN = timedelta(days=1)
OUTCOMES = {
    RefillOutcome.APPROVED: Outcome.DONE,
    RefillOutcome.CHANGED: Outcome.DONE,
    RefillOutcome.DECLINED: Outcome.DECLINED,
    RefillOutcome.WITHDRAWN: Outcome.NO_LONGER_NEEDED,
}


@transaction.atomic
def ask_refill(
    *, dose_plan_id: UUID, step_id: UUID, days: int | None, asked_by: str, note: str = "", by: User, now: datetime
) -> RefillRequest:
    """Enter that somebody asks to renew the supply of a step; the prescriber's board shows it until it is decided.

    One request of a dose plan waits at a time; the same one entered again is one with it.
    """
    dose_plan = locked_plan(dose_plan_id, by)
    step = DoseStep.objects.filter(version__dose_plan=dose_plan, pk=step_id).first()
    if step is None:
        raise RuleBroken("Choose a step of this dose plan.", field="step")
    refills.check_days(days)
    note = note.strip()
    waiting = dose_plan.refill_requests.filter(decision=None).first()
    if waiting is not None:
        if (waiting.step_id, waiting.days, waiting.asked_by, waiting.note) == (step.pk, days, asked_by, note):
            return waiting
        raise RuleBroken("A request for this dose plan is waiting already. Decide or withdraw that one first.")
    row = RefillRequest(step=step, days=days, asked_by=asked_by, note=note, entered_by=by)
    return _enter(dose_plan, row, now=now)


@transaction.atomic
def ask_refill_by_link(
    *, dose_plan: DosePlan, step_first_on: date, step_mg: Decimal, source: str, now: datetime
) -> RefillRequest | None:
    """Enter that the client asks, by a link, for more of the step they were asked about; once for one source.

    None where a request of this dose plan waits already, or where no version of it had such a step.
    """
    DosePlan.objects.select_for_update(no_key=True).get(pk=dose_plan.pk)
    steps = DoseStep.objects.filter(version__dose_plan=dose_plan, first_on=step_first_on, mg_per_day=step_mg)
    step = steps.order_by("-version__number").first()
    if step is None or dose_plan.refill_requests.filter(decision=None).exists():
        return None
    known = RefillRequest.objects.filter(source=source).first()
    return known or _enter(dose_plan, RefillRequest(step=step, asked_by=AskedBy.CLIENT, source=source), now=now)


def _enter(dose_plan: DosePlan, row: RefillRequest, *, now: datetime) -> RefillRequest:
    row.client, row.dose_plan, row.asked_at = dose_plan.client, dose_plan, now
    row.full_clean()
    row.save(force_insert=True)
    record("refill_asked", by=row.entered_by, subject=row, dose_plan=str(dose_plan.pk), asked_by=row.asked_by)
    worklist.open_item(
        kind=DutyKind.REFILL_ASKED,
        about=queries.refill_about(row.pk),
        reason=f"{dose_plan.medication}: {row.get_asked_by_display().lower()} asks for a refill",
        owner_role=Role.PRESCRIBER,
        due_at=now + DECIDED_WITHIN,
        client=dose_plan.client,
        by=row.entered_by,
        now=now,
    )
    return row


@transaction.atomic
def decide_refill(
    *, request_id: UUID, outcome: str, days: int | None = None, reason: str = "", by: User, now: datetime
) -> RefillDecision:
    """A prescriber of the care team approves, approves with a changed amount, or declines, once.

    Judged anew at this moment: what the rules refuse is not approved as asked. What comes of it is a record and a
    text for the pharmacist. Whoever decides second is told who was first; the same decision again is the first one.
    """
    request = _locked(request_id, by)
    wanted = RefillOutcome(outcome)
    days = None if wanted is RefillOutcome.DECLINED else days
    if standing := _decided(request):
        return _same_or_refused(standing, (by.pk, wanted, days, reason.strip()))
    _check_prescriber(request, by)
    judgement, facts = queries.judged(request, by, now)
    refills.check_decision(wanted, judgement, reason, days=days, asked=request.days)
    renewal = None if wanted is RefillOutcome.DECLINED else refills.renew(judgement, days, facts)
    decision = _decision(request, wanted, judgement, renewal, facts, by)
    return _end(decision, reason, now=now)


@transaction.atomic
def withdraw_refill(*, request_id: UUID, reason: str, by: User, now: datetime) -> RefillDecision:
    """Take back a request that was entered wrong or is needed no more: whoever entered it, or a prescriber."""
    request = _locked(request_id, by)
    if standing := _decided(request):
        return _same_or_refused(standing, (by.pk, RefillOutcome.WITHDRAWN, None, reason.strip()))
    if not queries.may_withdraw(request.entered_by_id, by):
        raise RuleBroken("Somebody else entered this. Ask them or a prescriber to withdraw it.")
    if not reason.strip():
        raise RuleBroken("Say why it is withdrawn.", field="reason")
    return _end(RefillDecision(request=request, outcome=RefillOutcome.WITHDRAWN, by=by), reason, now=now)


def _locked(request_id: UUID, by: User) -> RefillRequest:
    rows = RefillRequest.objects.visible_to(by).select_for_update(of=("self",))
    related = ("client", "dose_plan__client", "dose_plan__medication", "step")
    request = rows.select_related(*related).filter(pk=request_id).first()
    if request is None:
        raise Http404
    return request


def _decided(request: RefillRequest) -> RefillDecision | None:
    return RefillDecision.objects.filter(request=request).select_related("by").first()


def _same_or_refused(standing: RefillDecision, again: tuple[Any, ...]) -> RefillDecision:
    if (standing.by_id, standing.outcome, standing.days, standing.reason) == again:
        return standing
    raise RuleBroken(
        f"{standing.by.full_name} was first: {standing.get_outcome_display().lower()}. Nothing is changed."
    )


def _check_prescriber(request: RefillRequest, by: User) -> None:
    """Refills are decided by a prescriber of the client's own care team, not through the emergency door."""
    on_team = request.client.care_team.live().filter(user=by, role=Role.PRESCRIBER)
    if by.role != Role.PRESCRIBER or not on_team.exists():
        raise RuleBroken("Only a prescriber of this client's care team decides about refills.")


def _decision(
    request: RefillRequest,
    outcome: RefillOutcome,
    judgement: Judgement,
    renewal: Renewal | None,
    facts: RefillFacts,
    by: User,
) -> RefillDecision:
    remarks = [remark.to_json() for remark in judgement.remarks]
    decision = RefillDecision(request=request, outcome=outcome, remarks=remarks, by=by)
    if renewal is None:
        return decision
    client = request.client
    head = Letterhead(
        client=f"{client.given_names} {client.family_name}",
        born_on=client.birth_on,
        medication=facts.medication,
        prescriber=by.title,
        decided_on=facts.today,
    )
    decision.step = DoseStep.objects.current().on(facts.today).get(version__dose_plan=request.dose_plan)
    decision.first_on, decision.days = renewal.first_on, renewal.days
    decision.units = [strength.to_json(count) for strength, count in renewal.units]
    decision.text = refills.pharmacist_text(renewal, head)
    return decision


def _end(decision: RefillDecision, reason: str, *, now: datetime) -> RefillDecision:
    decision.reason, decision.at = reason.strip(), now
    decision.full_clean()
    decision.save(force_insert=True)
    request = decision.request
    record(
        "refill_decided", by=decision.by, subject=decision, client_id=request.client_id, outcome=str(decision.outcome)
    )
    outcome = OUTCOMES[RefillOutcome(decision.outcome)]
    worklist.close_about(about=queries.refill_about(request.pk), outcome=outcome, by=decision.by, now=now)
    return decision
