"""Gates judged by what comes in: results and check-ins, and results that are taken back."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from clinic.core.clock import local_day
from clinic.staff.models import User
from clinic.titration.models import DoseStep, GateState, StepGate
from clinic.titration.models.gates import StepGateQuerySet
from clinic.titration.rules import gates as rules
from clinic.titration.rules.gates import GateKind
from clinic.titration.services.gate_moves import settle, tell


def judge_results(
    *, client_id: UUID, values: Mapping[str, Decimal], taken_at: datetime, by: User, now: datetime
) -> None:
    """Judge the gates that wait for these results: in the range passes, outside it the prescriber is told.

    Values are in the unit of their kind. One taken before the gate was set says nothing. Called inside the
    transaction that enters the results.
    """
    asked = StepGate.objects.filter(dose_plan__client=client_id, waits_for=GateKind.RESULT, measured__in=values)
    for gate in _next_of(asked, local_day(taken_at)):
        value = values[gate.measured]
        words = _result_words(gate.measured, value, taken_at)
        if gate.set_at > taken_at:
            continue
        if rules.is_good(value, gate.good_from, gate.good_to):
            settle(gate, GateState.PASSED, because=words, by=by, now=now)
        else:
            not_good = f"{words} is not {rules.range_words(gate.good_from, gate.good_to)}"
            tell(gate, "result", _instant(taken_at), not_good, now=now)


def judge_answer(*, dose_plan_id: UUID, is_worrying: bool, now: datetime) -> None:
    """Judge the gate that waits for a check-in: one without worry passes, a worrying one tells the prescriber.

    Called inside the transaction that keeps the answer.
    """
    asked = StepGate.objects.filter(dose_plan=dose_plan_id, waits_for=GateKind.ANSWER)
    words = f"check-in of {rules.day_words(local_day(now))}"
    for gate in _next_of(asked, local_day(now)):
        if is_worrying:
            tell(gate, "answer", _instant(now), f"The {words} worries", now=now)
        else:
            settle(gate, GateState.PASSED, because=f"A {words} without worry", by=None, now=now)


def doubt_result(*, client_id: UUID, kind: str, value: Decimal, taken_at: datetime, now: datetime) -> None:
    """A result that was withdrawn lets no step begin: the gate that it passed waits again, and the prescriber is told.

    A step that has begun on it goes on until the prescriber decides. Called inside the transaction that withdraws it.
    """
    words = _result_words(kind, value, taken_at) if kind in rules.MEASURED else ""
    passed = StepGate.objects.filter(dose_plan__client=client_id, measured=kind, state=GateState.PASSED)
    for gate in passed.filter(last_words=words).select_for_update(of=("self",)):
        steps = DoseStep.objects.current().filter(version__dose_plan=gate.dose_plan_id)
        if not steps.filter(first_on=gate.step_first_on, mg_per_day=gate.mg_per_day).exists():
            continue
        told = f"{words} was withdrawn"
        if gate.step_first_on <= local_day(now):
            tell(gate, "withdrawn", _instant(now), f"{told}: the step has begun on it", now=now, is_urgent=True)
        elif not StepGate.objects.waiting().filter(dose_plan=gate.dose_plan_id, step_first_on=gate.step_first_on):
            gate.state, gate.judged_at, gate.judged_by = GateState.WAITING, None, None
            gate.save(update_fields=["state", "judged_at", "judged_by", "updated_at"])
            tell(gate, "withdrawn", _instant(now), told, now=now)


def _next_of(asked: StepGateQuerySet, day: date) -> list[StepGate]:
    """Of gates that wait for the same thing in one dose plan the next one alone, under its lock.

    What came in on `day` says how the dose of that day is borne; nothing about a step after the coming one.
    """
    standing = asked.exclude(state=GateState.ENDED).filter(Q(state=GateState.WAITING) | Q(step_first_on__gt=day))
    nearest: dict[tuple[UUID, str], StepGate] = {}
    for gate in standing.order_by("step_first_on").select_for_update(of=("self",)):
        nearest.setdefault((gate.dose_plan_id, gate.measured), gate)
    return [gate for gate in nearest.values() if gate.state == GateState.WAITING]


def _result_words(measured: str, value: Decimal, taken_at: datetime) -> str:
    return f"{rules.value_words(measured, value)} on {rules.day_words(local_day(taken_at))}"


def _instant(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
