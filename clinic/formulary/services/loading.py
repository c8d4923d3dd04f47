"""What is done to the formulary: bringing it to the state of its data files."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from clinic.audit.services import record
from clinic.formulary.models import Medication, MedicationName, Product
from clinic.formulary.rules import (
    MedicationEntry,
    ProductEntry,
    amount_text,
    data_version,
    read_formulary,
    search_names,
)

SAME_NAMED = (
    "ingredient",
    "rxcui",
    "drug_class",
    "dea_schedule",
    "dose_unit",
    "frequency",
    "start_text",
    "start_mg",
    "step_mg",
    "max_step_mg",
    "min_interval_days",
    "usual_min_mg",
    "usual_max_mg",
    "max_mg",
    "half_life_text",
    "boxed_warning",
    "boxed_warning_confirmed",
    "monitoring_text",
    "not_computed_because",
    "status",
    "source",
)
PRODUCT_KEY = ("form", "release", "presentation", "scored", "mg_per_ml")
Written = tuple[MedicationEntry, Medication]


@dataclass(frozen=True)
class Loaded:
    """What a load did to how many medications; `kept` were reviewed here and stand as reviewed."""

    created: int
    updated: int
    unchanged: int
    kept: int


@transaction.atomic
def load_formulary(*, now: datetime) -> Loaded:
    """Bring medications, products and search names to the data files; the same files again change nothing.

    A medication that the medical director reviewed keeps its numbers and products whatever newer files say: a
    review counts for the numbers it saw. One that left the files stays. Audited once if anything changed.
    Raises RuleBroken naming a row of the files that would be wrong in use.
    """
    version = data_version()
    standing = {medication.name: medication for medication in Medication.objects.select_for_update()}
    counts = Counter({"created": 0, "updated": 0, "unchanged": 0, "kept": 0})
    written: dict[str, tuple[MedicationEntry, Medication]] = {}
    for entry in read_formulary():
        medication = standing.get(entry.name)
        outcome = _outcome(medication, version)
        counts[outcome] += 1
        if outcome in {"created", "updated"}:
            written[entry.name] = (entry, _filled(entry, medication, version, now))
    loaded = Loaded(**counts)
    if written:
        _write_medications([medication for _, medication in written.values()])
        _write_names(written.values())
        _write_products(written.values(), now)
        record("formulary_loaded", by=None, at=now.isoformat(), data_version=version, **asdict(loaded))
    return loaded


def _outcome(medication: Medication | None, version: str) -> str:
    if medication is None:
        return "created"
    if medication.data_version == version:
        return "unchanged"
    return "kept" if medication.is_reviewed else "updated"


def _filled(entry: MedicationEntry, medication: Medication | None, version: str, now: datetime) -> Medication:
    medication = medication or Medication(name=entry.name)
    for field in SAME_NAMED:
        setattr(medication, field, getattr(entry, field))
    medication.notes = _notes(entry)
    medication.unverified_fields = list(entry.unverified_fields)
    medication.data_version, medication.updated_at = version, now
    medication.clean_fields()
    return medication


def _notes(entry: MedicationEntry) -> str:
    """Numbers by body weight are told, never computed with: no weight stands in an order."""
    told = [entry.notes] if entry.notes else []
    if entry.start_mg_per_kg is not None:
        told.append(f"start {amount_text(entry.start_mg_per_kg)} mg/kg a day")
    if entry.max_mg_per_kg is not None:
        told.append(f"maximum {amount_text(entry.max_mg_per_kg)} mg/kg a day, by weight and therefore not checked")
    return "; ".join(told)


def _write_medications(medications: list[Medication]) -> None:
    standing = [medication for medication in medications if not medication._state.adding]
    Medication.objects.bulk_create(medication for medication in medications if medication._state.adding)
    fields = [*SAME_NAMED, "notes", "unverified_fields", "data_version", "updated_at"]
    Medication.objects.bulk_update(standing, fields)


def _write_names(written: Collection[Written]) -> None:
    MedicationName.objects.filter(medication__in=[medication for _, medication in written]).delete()
    MedicationName.objects.bulk_create(
        MedicationName(medication=medication, name=name)
        for entry, medication in written
        for name in search_names(entry)
    )


def _write_products(written: Collection[Written], now: datetime) -> None:
    """A product that left the files is put out of use, never deleted: plans may stand on it."""
    medications = [medication for _, medication in written]
    standing = {
        (product.medication_id, *_product_key(product)): product
        for product in Product.objects.filter(medication__in=medications)
    }
    for product in standing.values():
        product.is_active, product.updated_at = False, now
    new = []
    for entry, medication in written:
        for product_entry in entry.products:
            if product_entry.not_computed_because:
                continue
            row = standing.get((medication.pk, *_product_key(product_entry)))
            if row is None:
                row = Product(medication=medication, **{field: getattr(product_entry, field) for field in PRODUCT_KEY})
                new.append(row)
            row.strengths_mg, row.ml_step, row.is_active = (
                product_entry.strengths_mg,
                product_entry.ml_step,
                True,
            )
            row.clean_fields()
    Product.objects.bulk_create(new)
    Product.objects.bulk_update(standing.values(), ["strengths_mg", "ml_step", "is_active", "updated_at"])


def _product_key(product: Product | ProductEntry) -> tuple[object, ...]:
    return tuple(getattr(product, field) for field in PRODUCT_KEY)
