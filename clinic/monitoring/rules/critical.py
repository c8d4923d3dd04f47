"""Values that a prescriber must hear of at once: only those for which a source gives a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LITHIUM_TOXIC = Decimal("1.5")


@dataclass(frozen=True, slots=True)
class Band:
    """Values below a number, and what the label says then."""

    below: Decimal
    sentence: str


# Clozapine's label, monitoring of neutrophils in the general population (PMC9243911 table 6; drugs.com/dosage/clozaril,
# June 2025), the lowest band first. With benign ethnic neutropenia the label's limits are lower: the prescriber knows.
NEUTROPHILS = (
    Band(Decimal(500), "below 500: interrupt, measure every day, no rechallenge unless the benefit outweighs the risk"),
    Band(Decimal(1000), "500 to 999: interrupt, ask haematology, measure every day until 1,000 or more"),
    Band(Decimal(1500), "1,000 to 1,499: continue, measure three times a week until 1,500 or more"),
)
# Which medication a critical kind belongs to; its prescriber is told.
INGREDIENT_OF: Mapping[str, str] = {"lithium": "lithium", "anc": "clozapine"}


def critical_words(kind: str, value: Decimal, *, takes_clozapine: bool) -> str:
    """Why a value in its own unit must be seen at once, empty where it need not.

    Lithium of 1.5 mmol/L or more: toxicity alert (titration facts B1, status V2). Neutrophils (cells/µL) while
    clozapine is taken: the bands of its label; a first value below 1,500 is repeated within 24 hours.
    """
    if kind == "lithium" and value >= LITHIUM_TOXIC:
        return "1.5 mmol/L or more: look for toxicity now"
    if kind == "anc" and takes_clozapine:
        return next((f"{band.sentence}; label of clozapine" for band in NEUTROPHILS if value < band.below), "")
    return ""
