"""Reads of gates: which steps of a plan wait, and for what."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from clinic.staff.models import User
from clinic.titration.models import DosePlan, StepGate
from clinic.titration.rules.gates import GateKind, Wish, wish_words
from clinic.worklist.models import WorkItem


def gates_of(dose_plan: DosePlan) -> list[StepGate]:
    """Every gate of a dose plan, the waiting ones first, by the day of their step."""
    gates = StepGate.objects.filter(dose_plan=dose_plan).select_related("set_by", "judged_by")
    return sorted(gates, key=lambda gate: (gate.judged_at is not None, gate.step_first_on))


def get_gate(user: User, gate_id: UUID) -> StepGate:
    """A gate of a dose plan whose chart is open to this user, or 404."""
    gates = StepGate.objects.select_related("dose_plan__medication", "set_by")
    return get_object_or_404(gates, pk=gate_id, dose_plan__in=DosePlan.objects.visible_to(user))


def gate_words(gate: StepGate) -> str:
    """What a gate waits for: "lithium level from 0.6 to 0.8 mmol/L"."""
    return wish_words(Wish(GateKind(gate.waits_for), gate.measured, gate.good_from, gate.good_to))


def gate_about(gate: StepGate, what: str, when: str) -> str:
    """The cause of one duty of a gate: what came in (or that it was held, or could not be), and when."""
    return f"gate:{gate.pk}:{what}:{when}"


def open_gate_duties(gate: StepGate, what: str = "") -> list[str]:
    """The causes of the open duties of a gate, of one kind or all."""
    prefix = f"gate:{gate.pk}:{what}"
    found = WorkItem.objects.open().filter(about__startswith=prefix).values_list("about", flat=True)
    return [about for about in found if about]
