"""Deeds on gates: set one, judge it by a result, an answer or a decision, and hold the step that still waits."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import DosePlan, GateState, StepGate
from clinic.titration.rules import gates as rules
from clinic.titration.rules import running
from clinic.titration.rules.gates import GateKind, Wish
from clinic.titration.services import dose_plans
from clinic.titration.services.gate_moves import settle
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind

LOOK_WITHIN = timedelta(days=1)


@transaction.atomic
def set_gate(
    *,
    dose_plan_id: UUID,
    base_version: int,
    step_first_on: date,
    wish: Wish,
    stay_days: int,
    by: User,
    now: datetime,
) -> StepGate:
    """Let a coming step wait; until it passes, the step before goes on for `stay_days` days at a time.

    Refused for a step that has begun or has no doses before it, and for one that waits already. StaleRecord when
    another version was signed after `base_version`.
    """
    dose_plan, current = dose_plans.locked(dose_plan_id, base_version, by)
    rules.check_wish(wish, stay_days)
    coming = rules.steps_to_gate(list(current.steps.all()), dose_plans.day_of(now))
    step = next((one for one in coming if one.first_on == step_first_on), None)
    if step is None:
        raise RuleBroken("Choose a step that is still to come.", field="step")
    if StepGate.objects.waiting().filter(dose_plan=dose_plan, step_first_on=step_first_on).exists():
        raise RuleBroken("This step waits already. Take that gate away first.", field="step")
    gate = StepGate(
        dose_plan=dose_plan,
        step_first_on=step_first_on,
        mg_per_day=step.mg_per_day,
        waits_for=wish.waits_for,
        measured=wish.measured,
        good_from=wish.good_from,
        good_to=wish.good_to,
        stay_days=stay_days,
        set_by=by,
        set_at=now,
    )
    gate.full_clean(exclude=["dose_plan", "set_by"])
    gate.save(force_insert=True)
    record("gate_set", by=by, subject=gate, client_id=dose_plan.client_id, waits_for=wish.waits_for)
    return gate


@transaction.atomic
def decide_gate(*, gate_id: UUID, is_passed: bool, because: str, by: User, now: datetime) -> StepGate:
    """The prescriber lets the step begin on its day, or takes the gate away, and says why; decided once."""
    visible = DosePlan.objects.visible_to(by)
    gate = StepGate.objects.select_for_update(of=("self",)).filter(pk=gate_id, dose_plan__in=visible).first()
    if gate is None:
        raise Http404
    dose_plans.check_prescriber(gate.dose_plan.client, by)
    if not because.strip():
        raise RuleBroken("Say why in a few words.", field="because")
    if gate.state != GateState.WAITING:
        raise RuleBroken(f"This was settled meanwhile: {gate.last_words}")
    settle(gate, GateState.PASSED if is_passed else GateState.ENDED, because=because.strip(), by=by, now=now)
    return gate


def judge_results(
    *, client_id: UUID, values: Mapping[str, Decimal], taken_at: datetime, by: User, now: datetime
) -> None:
    """Judge the gates that wait for these results: in the range passes, outside it the prescriber is told.

    Values are in the unit of their kind. One taken before the gate was set says nothing. Called inside the
    transaction that enters the results.
    """
    waiting = StepGate.objects.waiting().filter(dose_plan__client=client_id, waits_for=GateKind.RESULT)
    for gate in waiting.filter(measured__in=values, set_at__lte=taken_at).select_for_update(of=("self",)):
        value = values[gate.measured]
        words = f"{rules.value_words(gate.measured, value)} on {rules.day_words(timezone.localdate(taken_at))}"
        if rules.is_good(value, gate.good_from, gate.good_to):
            settle(gate, GateState.PASSED, because=words, by=by, now=now)
        else:
            _tell(gate, f"{words} is not {rules.range_words(gate.good_from, gate.good_to)}", now=now)


def judge_answer(*, dose_plan_id: UUID, is_worrying: bool, now: datetime) -> None:
    """Judge the gates that wait for a check-in: one without worry passes, a worrying one tells the prescriber.

    Called inside the transaction that keeps the answer.
    """
    waiting = StepGate.objects.waiting().filter(dose_plan=dose_plan_id, waits_for=GateKind.ANSWER)
    words = f"check-in of {rules.day_words(timezone.localdate(now))}"
    for gate in waiting.select_for_update(of=("self",)):
        if is_worrying:
            _tell(gate, f"The {words} worries", now=now)
        else:
            settle(gate, GateState.PASSED, because=f"A {words} without worry", by=None, now=now)


def hold_waiting(*, now: datetime) -> int:
    """From 6 pm of the day before, let the step before go on for each step that still waits; answers how many held.

    This carries out what the prescriber signed when the gate was set. What cannot be held (a stop finding, a
    prescriber who left the team) becomes an urgent duty. Asked twice it does everything once.
    """
    today = dose_plans.day_of(now)
    due = StepGate.objects.waiting().filter(step_first_on__lte=today + timedelta(days=1))
    local = timezone.localtime(now).replace(tzinfo=None)
    ids = [gate.pk for gate in due if rules.holds_from(gate.step_first_on) <= local]
    return sum(_hold(gate_id, now=now) for gate_id in ids)


@transaction.atomic
def _hold(gate_id: UUID, *, now: datetime) -> bool:
    rows = StepGate.objects.waiting().select_related("dose_plan__medication", "dose_plan__client", "set_by")
    gate = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=gate_id).first()
    if gate is None or rules.holds_from(gate.step_first_on) > timezone.localtime(now).replace(tzinfo=None):
        return False
    current = queries.current_version(gate.dose_plan)
    stay = {"on": (gate.step_first_on - rules.ONE_DAY).isoformat(), "action": "pause", "days": gate.stay_days}
    waits = queries.gate_words(gate)
    try:
        with transaction.atomic():
            change = dose_plans.change_dose_plan(
                dose_plan_id=gate.dose_plan_id,
                base_version=current.number,
                order=running.order_with(current.order, stay),
                reason=f"As set on {rules.day_words(timezone.localdate(gate.set_at))}: waits for {waits}",
                by=gate.set_by,
                now=now,
            )
    except (RuleBroken, Http404):
        _tell(gate, "The step could not be held: decide today", now=now, is_urgent=True)
        return False
    record("step_held", by=None, subject=gate, client_id=gate.dose_plan.client_id, version=change.version.number)
    gate.refresh_from_db()
    _tell(gate, gate.last_words or "Nothing came in", now=now)
    return True


def _tell(gate: StepGate, words: str, *, now: datetime, is_urgent: bool = False) -> None:
    """Keep what came in, and give the prescriber the duty to decide."""
    gate.last_words = words[:300]
    gate.save(update_fields=["last_words", "updated_at"])
    dose_plan = gate.dose_plan
    worklist.open_item(
        kind=DutyKind.STEP_WAITS,
        about=queries.gate_about(gate),
        reason=f"{dose_plan.medication} waits for {queries.gate_words(gate)}. {words}."[:300],
        owner_role=Role.PRESCRIBER,
        due_at=now if is_urgent else now + LOOK_WITHIN,
        client=dose_plan.client,
        owner=gate.set_by,
        urgent=is_urgent,
        by=None,
        now=now,
    )
