"""One strength of a product as it lies in the box: what fills bring and steps draw."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from clinic.titration.rules.numbers import plain, round_up
from clinic.titration.rules.order import Order
from clinic.titration.rules.telling import dispensed_words
from clinic.titration.rules.units import Form, Solid

WHOLE = Decimal(1)
SMALLEST_ML = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Strength:
    """A form and release of `mg` a piece, or a solution of `mg` in one mL."""

    form: str
    release: str
    mg: Decimal

    @property
    def is_solution(self) -> bool:
        """Whether it is counted in mL, not in pieces."""
        return self.form == Form.SOLUTION

    @property
    def key(self) -> str:
        """What names it in a form's choice: "tablet-IR-25"."""
        return f"{self.form}-{self.release}-{plain(self.mg)}"

    def to_json(self, count: Decimal) -> dict[str, str]:
        """So much of it, as the dose-plan contract writes it."""
        amount = "mg_per_ml" if self.is_solution else "strength_mg"
        return {"form": self.form, "release": self.release, amount: plain(self.mg), "count": plain(count)}

    def words(self, count: Decimal) -> str:
        """So much of it, such as "42 x 25 mg tablet", or "75 mL of 20 mg/mL solution"."""
        return dispensed_words(self.to_json(count))

    def handed_out(self, count: Decimal) -> Decimal:
        """What can be handed out: whole pieces, or mL to one decimal, rounded up."""
        return round_up(count, SMALLEST_ML if self.is_solution else WHOLE)


class KeptDoses(Protocol):
    """What is kept of a signed step, doses written as in the dose-plan contract."""

    @property
    def doses(self) -> Any: ...


def read_strength(unit: Mapping[str, Any]) -> Strength:
    """The strength of a unit as the contract writes it."""
    return Strength(unit["form"], unit["release"], Decimal(unit.get("strength_mg") or unit["mg_per_ml"]))


def drawn_a_day(step: KeptDoses) -> dict[Strength, Decimal] | None:
    """All units of one day of a signed step; None where an amount of it is made of no units that can be counted."""
    drawn: dict[Strength, Decimal] = {}
    for dose in step.doses:
        if not dose["units"]:
            return None
        for unit in dose["units"]:
            strength = read_strength(unit)
            drawn[strength] = drawn.get(strength, Decimal()) + Decimal(unit["count"])
    return drawn


def strengths_of(order: Order) -> list[Strength]:
    """Every strength of an order's products, larger ones first, solids before solutions."""
    return [
        Strength(one.form, one.release, one.strength_mg if isinstance(one, Solid) else one.mg_per_ml)
        for one in order.shelf.products
    ]


def counted_words(counts: Iterable[tuple[Strength, Decimal]]) -> str:
    """Several strengths with their counts: "30 x 50 mg tablet and 15 x 25 mg tablet"; "nothing" where there is none."""
    told = [strength.words(count) for strength, count in counts]
    return " and ".join(told) or "nothing"
