"""Gates go with their steps when a plan is signed anew, end when their cause does, and tell whom they wait for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q

from clinic.audit.services import record
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import DosePlan, DoseStep, GateState, StepGate
from clinic.titration.rules import gates as rules
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome

LOOK_WITHIN = timedelta(days=1)
NOT_IN_PLAN = "The step is no longer in the plan."
BEGUN = "The step was begun by a change of the plan."


def carry_gates(
    dose_plan: DosePlan, before: Sequence[DoseStep], after: Sequence[DoseStep], *, today: date, by: User, now: datetime
) -> None:
    """Move gates to where their steps now begin; a waiting one without its step ends, a step begun has passed.

    Called inside the transaction that signs the version.
    """
    moving = []
    standing = StepGate.objects.filter(dose_plan=dose_plan).exclude(state=GateState.ENDED)
    for gate in standing.filter(Q(state=GateState.WAITING) | Q(step_first_on__gt=today)).select_for_update():
        start = min(gate.step_first_on, today)
        begins_on = rules.moved_to(before, after, gate.mg_per_day, gate.step_first_on, start)
        if gate.state == GateState.WAITING and begins_on is None:
            settle(gate, GateState.ENDED, because=NOT_IN_PLAN, by=by, now=now)
        elif gate.state == GateState.WAITING and begins_on and begins_on <= today:
            settle(gate, GateState.PASSED, because=BEGUN, by=by, now=now)
        if begins_on and begins_on != gate.step_first_on:
            moving.append((gate, begins_on))
    # No two gates may stand on one day even for a moment: all leave their days before any arrives.
    for place, (gate, _) in enumerate(moving):
        _place(gate, date.max - place * rules.ONE_DAY)
    for gate, begins_on in moving:
        _place(gate, begins_on)
        end_duties(gate, "unheld", by=by, now=now)


def _place(gate: StepGate, step_first_on: date) -> None:
    gate.step_first_on = step_first_on
    gate.save(update_fields=["step_first_on", "updated_at"])


def settle(gate: StepGate, state: GateState, *, because: str, by: User | None, now: datetime) -> None:
    """End a gate with the words why; the duties that it opened end with it."""
    gate.state, gate.last_words, gate.judged_at, gate.judged_by = state, because[:300], now, by
    gate.save(update_fields=["state", "last_words", "judged_at", "judged_by", "updated_at"])
    end_duties(gate, by=by, now=now)
    record(f"gate_{state}", by=by, subject=gate, client_id=gate.dose_plan.client_id)


def tell(gate: StepGate, what: str, when: str, words: str, *, now: datetime, is_urgent: bool = False) -> None:
    """Keep what came in, and give the prescriber the duty to decide: one for each thing that came in.

    A duty of the same kind from before ends. Told again it is the same duty, also where somebody has closed it.
    """
    gate.last_words = words[:300]
    gate.save(update_fields=["last_words", "updated_at"])
    about = queries.gate_about(gate, what, when)
    end_duties(gate, what, but=about, by=None, now=now)
    dose_plan = gate.dose_plan
    worklist.open_item(
        kind=DutyKind.STEP_WAITS,
        about=about,
        reason=f"{dose_plan.medication} waits for {queries.gate_words(gate)}. {words}."[:300],
        owner_role=Role.PRESCRIBER,
        due_at=now if is_urgent else now + LOOK_WITHIN,
        client=dose_plan.client,
        owner=_who_decides(gate),
        urgent=is_urgent,
        by=None,
        now=now,
    )


def end_duties(gate: StepGate, what: str = "", *, but: str = "", by: User | None, now: datetime) -> None:
    """End the open duties of a gate, of one kind or all, except one."""
    for about in queries.open_gate_duties(gate, what):
        if about != but:
            worklist.close_about(about=about, outcome=Outcome.DONE, by=by, now=now)


def _who_decides(gate: StepGate) -> User | None:
    """Whoever set the gate, while they look after the client; else another prescriber of the team, the lead first."""
    team = gate.dose_plan.client.care_team.working().filter(role=Role.PRESCRIBER)
    members = list(team.order_by("-is_lead", "created_at").select_related("user"))
    own = [member.user for member in members if member.user_id == gate.set_by_id]
    return next(iter([*own, *(member.user for member in members)]), None)
