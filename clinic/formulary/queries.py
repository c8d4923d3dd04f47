"""What pages read from the formulary: reference data, the same for everyone signed in."""

from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Count, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404

from clinic.formulary.models import Medication, MedicationReview, Product, RuleKind, SafetyRule
from clinic.formulary.rules import folded

ALIKE = 0.35
NO_RANK = 5


def search_medications(text: str, limit: int = 12) -> QuerySet[Medication]:
    """Medications by generic name, brand, salt or class, best first; a slip of the finger is forgiven.

    A name itself comes first, then what begins a name or a later word, is its class, looks alike. One query.
    """
    wanted = folded(text)
    if not wanted:
        return Medication.objects.none()
    rank = Case(
        When(names__name=wanted, then=Value(0)),
        When(Q(name__istartswith=wanted) | Q(ingredient__istartswith=wanted), then=Value(1)),
        When(names__name__startswith=wanted, then=Value(2)),
        When(Q(names__name__contains=f" {wanted}") | Q(names__name__contains=f"-{wanted}"), then=Value(3)),
        When(drug_class__icontains=wanted, then=Value(4)),
        default=Value(NO_RANK),
        output_field=IntegerField(),
    )
    found = Medication.objects.prescribable().annotate(
        rank=Min(rank), likeness=Max(TrigramSimilarity("names__name", wanted))
    )
    return found.filter(Q(rank__lt=NO_RANK) | Q(likeness__gt=ALIKE)).order_by("rank", "-likeness", "name")[:limit]


def products_of(medication: Medication) -> QuerySet[Product]:
    """The products a dose plan may be made of: solids first, plain before chewable and the like."""
    solution_last = Case(When(form="solution", then=Value(1)), default=Value(0), output_field=IntegerField())
    products = Product.objects.filter(medication=medication, is_active=True)
    return products.order_by(solution_last, "presentation", "form", "release", "-scored", "mg_per_ml")


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


def versions_of(rule: SafetyRule) -> QuerySet[SafetyRule]:
    """Every version of a rule, newest first."""
    return SafetyRule.objects.filter(key=rule.key).select_related("decided_by").order_by("-number")
