"""What a dose plan is held against, and what it is told where a check cannot be made."""

from decimal import Decimal
from typing import Any, Protocol

from clinic.formulary.rules.entries import PLAN_FORMS


class HasLimits(Protocol):
    """What limits are read from: a row of the data files or of the database."""

    @property
    def max_mg(self) -> Decimal | None: ...
    @property
    def max_step_mg(self) -> Decimal | None: ...
    @property
    def min_interval_days(self) -> int | None: ...
    @property
    def not_computed_because(self) -> str: ...


class IsProduct(Protocol):
    """What an order's product is made from: a row of the data files or of the database."""

    @property
    def form(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def strengths_mg(self) -> list[Decimal]: ...
    @property
    def scored(self) -> bool: ...
    @property
    def mg_per_ml(self) -> Decimal | None: ...
    @property
    def ml_step(self) -> Decimal | None: ...


def limits_of(medication: HasLimits) -> dict[str, str | int]:
    """The `limits` of a dose_plan order: only confirmed numbers, in mg a day, mg a rise, days between.

    They are those of its source for an adult, whatever the indication; a missing one says nothing.
    """
    if medication.not_computed_because:
        return {}
    limits: dict[str, str | int] = {}
    if medication.max_mg is not None:
        limits["max_mg_per_day"] = amount_text(medication.max_mg)
    if medication.max_step_mg is not None:
        limits["max_step_mg"] = amount_text(medication.max_step_mg)
    if medication.min_interval_days is not None:
        limits["min_step_interval_days"] = medication.min_interval_days
    return limits


def unknown_limits(medication: HasLimits) -> tuple[str, ...]:
    """The sentences a prescriber reads where a check cannot be made, so that silence never means safe."""
    if medication.not_computed_because:
        return (f"No dose check is made. {medication.not_computed_because}",)
    sentences = {
        "The maximum a day is unknown: no dose check is made.": medication.max_mg,
        "The largest rise is unknown: rises are not checked.": medication.max_step_mg,
        "The shortest time between rises is unknown: it is not checked.": medication.min_interval_days,
    }
    return tuple(sentence for sentence, number in sentences.items() if number is None)


def order_product(product: IsProduct) -> dict[str, Any] | None:
    """A product as a dose_plan order names it; None where no units can be computed with it."""
    if product.form not in PLAN_FORMS:
        return None
    named = {"form": product.form, "release": product.release}
    if product.mg_per_ml is not None:
        if product.ml_step is None:
            return None
        amounts = {"mg_per_ml": amount_text(product.mg_per_ml), "ml_step": amount_text(product.ml_step)}
        return {**named, **amounts}
    if not product.strengths_mg:
        return None
    strengths = [amount_text(strength) for strength in product.strengths_mg]
    return {**named, "strengths_mg": strengths, "scored": product.scored}


def amount_text(amount: Decimal) -> str:
    """A decimal amount without trailing zeros: "12.5", "25"."""
    return format(amount.normalize(), "f")
