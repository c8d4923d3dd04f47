"""Deeds on gates: set one, decide about it, and hold the step that still waits."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.clock import local, local_day
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import DosePlan, GateState, StepGate
from clinic.titration.rules import gates as rules
from clinic.titration.rules import running
from clinic.titration.rules.gates import Wish
from clinic.titration.services import dose_plans
from clinic.titration.services.gate_moves import settle, tell


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


def hold_waiting(*, now: datetime) -> int:
    """From 6 pm of the day before, let the step before go on for each step that still waits; answers how many held.

    This carries out what the prescriber signed when the gate was set, for clients in care. What cannot be held (a stop
    finding, a prescriber who left) becomes an urgent duty. Asked twice it does everything once.
    """
    today = dose_plans.day_of(now)
    in_care = Client.objects.in_care().filter(deceased_on=None)
    due = StepGate.objects.waiting().filter(step_first_on__lte=today + timedelta(days=1), dose_plan__client__in=in_care)
    return sum(_hold(gate.pk, now=now) for gate in due if _is_due(gate, now))


def _is_due(gate: StepGate, now: datetime) -> bool:
    return rules.holds_from(gate.step_first_on) <= local(now).replace(tzinfo=None)


@transaction.atomic
def _hold(gate_id: UUID, *, now: datetime) -> bool:
    """The dose plan is locked before its gate, as by every deed that signs a version; who is busy is held next time."""
    if not DosePlan.objects.select_for_update(of=("self",), skip_locked=True).filter(gates=gate_id):
        return False
    rows = StepGate.objects.waiting().select_related("dose_plan__medication", "dose_plan__client", "set_by")
    gate = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=gate_id).first()
    if gate is None or not _is_due(gate, now):
        return False
    current = queries.current_version(gate.dose_plan)
    stay = {"on": (gate.step_first_on - rules.ONE_DAY).isoformat(), "action": "pause", "days": gate.stay_days}
    waits = queries.gate_words(gate)
    day = gate.step_first_on.isoformat()
    try:
        with transaction.atomic():
            change = dose_plans.change_dose_plan(
                dose_plan_id=gate.dose_plan_id,
                base_version=current.number,
                order=running.order_with(current.order, stay),
                reason=f"As set on {rules.day_words(local_day(gate.set_at))}: waits for {waits}",
                by=_as_prescriber(gate.set_by),
                now=now,
            )
    except (RuleBroken, Http404):
        tell(gate, "unheld", day, "The step could not be held: decide today", now=now, is_urgent=True)
        return False
    record("step_held", by=None, subject=gate, client_id=gate.dose_plan.client_id, version=change.version.number)
    gate.refresh_from_db(fields=["step_first_on", "state", "last_words"])
    tell(gate, "held", day, gate.last_words or "Nothing came in", now=now)
    return True


def _as_prescriber(by: User) -> User:
    """Who set the gate, as the prescriber they are, whichever hat they wear this evening; not whose account closed."""
    if not by.is_active:
        raise RuleBroken("Whoever set this gate works here no longer.")
    if Role.PRESCRIBER in by.owned_roles:
        by.acting_role = Role.PRESCRIBER
    return by
