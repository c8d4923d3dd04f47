"""The data files read and checked: a row that would be wrong in use is refused by name."""

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.entries import PLAN_FORMS, STATUSES, MedicationEntry, ProductEntry
from clinic.formulary.rules.limits import limits_of

DATA = Path(__file__).parent.parent / "data"
Row = Mapping[str, str]
Entry = TypeVar("Entry")


def data_version(folder: Path = DATA) -> str:
    """Twelve characters that change whenever a data file does."""
    contents = b"".join((folder / name).read_bytes() for name in ("medications.csv", "products.csv"))
    return hashlib.sha256(contents).hexdigest()[:12]


@lru_cache(maxsize=2)
def read_formulary(folder: Path = DATA) -> tuple[MedicationEntry, ...]:
    """Read and check both data files; RuleBroken names the row that would be wrong in use."""
    products: dict[str, list[ProductEntry]] = {}
    for row in _rows(folder / "products.csv"):
        product = _checked(f"product of {row['medication']}", row, _read_product)
        products.setdefault(product.medication, []).append(product)
    entries: dict[str, MedicationEntry] = {}
    for row in _rows(folder / "medications.csv"):
        name = row["name"]
        if name in entries:
            raise RuleBroken(f"The formulary's {name} cannot be used: it is there twice.")
        own = tuple(products.pop(name, ()))
        entries[name] = _checked(name, row, partial(_read_medication, products=own))
    if products:
        raise RuleBroken(f"The formulary has products of no medication: {', '.join(products)}.")
    return tuple(entries.values())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _checked(what: str, row: Row, read: Callable[[Row], Entry]) -> Entry:
    try:
        return read(row)
    except (ValueError, InvalidOperation, KeyError) as problem:
        raise RuleBroken(f"The formulary's {what} cannot be used: {problem}.") from problem


def _read_product(row: Row) -> ProductEntry:
    unsure = "Its strengths are not confirmed." if row["status"] == "U" else ""
    product = ProductEntry(
        medication=row["medication"],
        form=row["form"],
        release=row["release"],
        presentation=row["presentation"],
        strengths=tuple(row["strengths"].split()),
        mg_per_ml=_number(row["mg_per_ml"]),
        ml_step=_number(row["ml_step"]) if row["ml_step_status"] in {"V", "V2"} else None,
        scored=row["scored"] == "yes",
        not_computed_because=row["not_computed_because"] or unsure,
        status=row["status"],
        source=row["source"],
    )
    _check_product(product)
    return product


def _check_product(product: ProductEntry) -> None:
    if product.status not in STATUSES:
        raise ValueError(f"{product.status!r} is no status")
    if product.status != "U" and not product.source:
        raise ValueError("it names no source")
    if (product.form == "solution") == (product.mg_per_ml is None) or bool(product.strengths) == bool(
        product.mg_per_ml
    ):
        raise ValueError("a solution has mg per mL, everything else has strengths")
    if product.form not in PLAN_FORMS and not product.not_computed_because:
        raise ValueError(f"a {product.form} is in no computed plan, say why")
    if product.scored and (product.form, product.release, product.presentation) != ("tablet", "IR", ""):
        raise ValueError("only plain tablets can be scored")
    if product.strengths_mg != sorted(set(product.strengths_mg)) or any(mg <= 0 for mg in product.strengths_mg):
        raise ValueError("strengths rise from above zero")


def _read_medication(row: Row, products: tuple[ProductEntry, ...]) -> MedicationEntry:
    unconfirmed = tuple(name for name in row["unconfirmed"].split(";") if name)
    known = {**row, **dict.fromkeys(unconfirmed, "")}
    interval = known["min_interval_days"]
    words = (
        "name",
        "ingredient",
        "drug_class",
        "dose_unit",
        "frequency",
        "boxed_warning",
        "notes",
        "status",
        "source",
    )
    entry = MedicationEntry(
        **{word: row[word] for word in words},
        start_mg=_number(known["start_mg"]),
        step_mg=_number(known["step_mg"]),
        max_step_mg=_number(known["max_step_mg"]),
        usual_min_mg=_number(known["usual_min_mg"]),
        usual_max_mg=_number(known["usual_max_mg"]),
        max_mg=_number(known["max_mg"]),
        aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
        rxcui=known["rxcui"],
        dea_schedule=row["dea_schedule"],
        start_text="" if "start_mg" in unconfirmed else row["start_text"],
        min_interval_days=int(interval) if interval else None,
        start_mg_per_kg=_number(row["start_mg_per_kg"]),
        max_mg_per_kg=_number(row["max_mg_per_kg"]),
        half_life_text=f"{known['half_life_hours']} h" if known["half_life_hours"] else "",
        boxed_warning_confirmed=row["boxed_warning_confirmed"] == "yes",
        monitoring_text=row["monitoring"],
        not_computed_because=row["not_computed_because"],
        unverified_fields=unconfirmed,
        products=products,
    )
    _check_medication(entry, set(row))
    return entry


def _check_medication(entry: MedicationEntry, columns: set[str]) -> None:
    if entry.status not in STATUSES or not entry.source:
        raise ValueError("it needs a status and a source")
    if not set(entry.unverified_fields) <= columns:
        raise ValueError("it calls a column unconfirmed that is not there")
    amounts = [getattr(entry, field.name) for field in fields(entry) if field.name.endswith("_mg")]
    if any(amount is not None and amount <= 0 for amount in (*amounts, entry.min_interval_days)):
        raise ValueError("amounts and days are above zero")
    if entry.status == "U" and limits_of(entry):
        raise ValueError("it is unverified, yet has active limits")
    if entry.start_mg and entry.max_mg and entry.start_mg > entry.max_mg:
        raise ValueError("its start is above its maximum")
    if entry.dose_unit != "mg" and not entry.not_computed_because:
        raise ValueError("its doses are not mg, say why no plan is computed")
    if not entry.products:
        raise ValueError("it has no product")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
