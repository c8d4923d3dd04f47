"""A row of the data files: a medication with its numbers, and what can be had of it."""

from dataclasses import dataclass
from decimal import Decimal

STATUSES = ("V", "V2", "U")
PLAN_FORMS = ("tablet", "capsule", "solution")


@dataclass(frozen=True)
class ProductEntry:
    """One form and release to be had: strengths in mg, or mg per mL and the smallest mL of a solution.

    `scored` only where a source says so; `not_computed_because` says why no plan of units is made with it.
    An unconfirmed `ml_step` is None: the solution is then in no computed plan.
    """

    medication: str
    form: str
    release: str
    presentation: str
    strengths: tuple[str, ...]
    mg_per_ml: Decimal | None
    ml_step: Decimal | None
    scored: bool
    not_computed_because: str
    status: str
    source: str

    @property
    def strengths_mg(self) -> list[Decimal]:
        return [] if self.not_computed_because else [Decimal(strength) for strength in self.strengths]


@dataclass(frozen=True)
class MedicationEntry:
    """A medication as a prescriber picks it, with the numbers of its source row in mg a day for adults.

    A number that stands in `unverified_fields` is None here: it is never checked with nor shown as known.
    `status` is V (seen in `source`), V2 (secondary source) or U (no dose number confirmed).
    """

    name: str
    ingredient: str
    aliases: tuple[str, ...]
    rxcui: str
    drug_class: str
    dea_schedule: str
    dose_unit: str
    start_text: str
    start_mg: Decimal | None
    step_mg: Decimal | None
    max_step_mg: Decimal | None
    min_interval_days: int | None
    usual_min_mg: Decimal | None
    usual_max_mg: Decimal | None
    max_mg: Decimal | None
    start_mg_per_kg: Decimal | None
    max_mg_per_kg: Decimal | None
    frequency: str
    half_life_text: str
    boxed_warning: str
    boxed_warning_confirmed: bool
    monitoring_text: str
    notes: str
    not_computed_because: str
    unverified_fields: tuple[str, ...]
    status: str
    source: str
    products: tuple[ProductEntry, ...]
