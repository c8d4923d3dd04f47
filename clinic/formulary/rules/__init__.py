"""The laws of the formulary: its data files, the limits a dose plan is held against, search."""

from clinic.formulary.rules.entries import MedicationEntry, ProductEntry
from clinic.formulary.rules.limits import amount_text, limits_of, order_product, unknown_limits
from clinic.formulary.rules.reading import data_version, read_formulary
from clinic.formulary.rules.search import folded, matches, search_names
from clinic.formulary.rules.wording import spelled_out

__all__ = [
    "MedicationEntry",
    "ProductEntry",
    "amount_text",
    "data_version",
    "folded",
    "limits_of",
    "matches",
    "order_product",
    "read_formulary",
    "search_names",
    "spelled_out",
    "unknown_limits",
]
