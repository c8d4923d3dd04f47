"""Gates go with their steps when a plan is signed anew, and end when their cause does."""

from collections.abc import Sequence
from datetime import date, datetime

from clinic.audit.services import record
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import DosePlan, DoseStep, GateState, StepGate
from clinic.titration.rules import gates as rules
from clinic.worklist import services as worklist
from clinic.worklist.models import Outcome

NOT_IN_PLAN = "The step is no longer in the plan."
BEGUN = "The step was begun by a change of the plan."


def carry_gates(
    dose_plan: DosePlan, before: Sequence[DoseStep], after: Sequence[DoseStep], *, today: date, by: User, now: datetime
) -> None:
    """Move waiting gates to where their steps now begin; a gate without its step ends, a step begun has passed.

    Called inside the transaction that signs the version.
    """
    moving = []
    for gate in StepGate.objects.waiting().filter(dose_plan=dose_plan).select_for_update():
        start = min(gate.step_first_on, today)
        begins_on = rules.moved_to(before, after, gate.mg_per_day, gate.step_first_on, start)
        if begins_on is None:
            settle(gate, GateState.ENDED, because=NOT_IN_PLAN, by=by, now=now)
        elif begins_on <= today:
            settle(gate, GateState.PASSED, because=BEGUN, by=by, now=now)
        elif begins_on != gate.step_first_on:
            moving.append((gate, begins_on))
    # No two gates may stand on one day even for a moment: all leave their days before any arrives.
    for place, (gate, _) in enumerate(moving):
        _place(gate, date.max - place * rules.ONE_DAY)
    for gate, begins_on in moving:
        _place(gate, begins_on)


def _place(gate: StepGate, step_first_on: date) -> None:
    gate.step_first_on = step_first_on
    gate.save(update_fields=["step_first_on", "updated_at"])


def settle(gate: StepGate, state: GateState, *, because: str, by: User | None, now: datetime) -> None:
    """End a gate with the words why; the duty that it opened ends with it."""
    gate.state, gate.last_words, gate.judged_at, gate.judged_by = state, because[:300], now, by
    gate.save(update_fields=["state", "last_words", "judged_at", "judged_by", "updated_at"])
    worklist.close_about(about=queries.gate_about(gate), outcome=Outcome.DONE, by=by, now=now)
    record(f"gate_{state}", by=by, subject=gate, client_id=gate.dose_plan.client_id)
