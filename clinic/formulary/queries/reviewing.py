"""What waits for the medical director, and what was decided."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.formulary.models import Medication, MedicationReview, RuleKind, SafetyRule
from clinic.formulary.rules.restarts import restart_line
from clinic.formulary.rules.templates import schedule_lines


def get_medication(medication_id: UUID) -> Medication:
    """A medication of the formulary, or 404."""
    return get_object_or_404(Medication, pk=medication_id)


def medications_to_review() -> list[Medication]:
    """Medications in use of which a dose number is unknown, the least known first."""
    known = ["max_mg", "max_step_mg", "min_interval_days", "start_mg"]
    unknown = Q(*[(f"{name}__isnull", True) for name in known], _connector=Q.OR)
    found = Medication.objects.prescribable().filter(unknown, not_computed_because="")
    return sorted(found, key=lambda one: (sum(getattr(one, name) is not None for name in known), one.name))


def reviews_of(medication: Medication) -> QuerySet[MedicationReview]:
    """What was confirmed of a medication before, newest first."""
    return MedicationReview.objects.filter(medication=medication).select_related("by")


def rules_to_review() -> QuerySet[SafetyRule]:
    """Rules that wait for the medical director's decision."""
    return SafetyRule.objects.unreviewed().order_by("status", "kind", "key")


def rules_of_kind(kind: str) -> QuerySet[SafetyRule]:
    """The rules in force of one kind, or of all kinds when none is named, with who decided."""
    current = SafetyRule.objects.current().select_related("decided_by")
    return current.filter(kind=kind) if kind in RuleKind else current


def rule_counts() -> list[tuple[str, str, int]]:
    """Each kind of rule with its name and how many rules are in force."""
    counted = SafetyRule.objects.current().order_by().values("kind").annotate(n=Count("pk"))
    numbers = {row["kind"]: row["n"] for row in counted}
    return [(kind.value, kind.label, numbers.get(kind.value, 0)) for kind in RuleKind]


def get_rule(rule_id: UUID) -> SafetyRule:
    """One version of a rule, or 404."""
    return get_object_or_404(SafetyRule.objects.select_related("decided_by"), pk=rule_id)


def details_of(rule: SafetyRule) -> list[str]:
    """What the sentence of a rule leaves out: the steps of a label schedule, the days of a restart rule."""
    if rule.kind == RuleKind.SCHEDULE:
        return schedule_lines(rule.definition["schedule"])
    if rule.kind == RuleKind.RESTART:
        return [restart_line(rule.definition["restart"])]
    return []


def versions_of(rule: SafetyRule) -> QuerySet[SafetyRule]:
    """Every version of a rule, newest first."""
    return SafetyRule.objects.filter(key=rule.key).select_related("decided_by").order_by("-number")
