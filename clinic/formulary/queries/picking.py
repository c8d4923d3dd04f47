"""Picking a medication and its products."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, IntegerField, Max, Min, Q, QuerySet, Value, When

from clinic.formulary.models import Medication, Product
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
