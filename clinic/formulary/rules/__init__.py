"""The laws of the formulary: its data files, the limits a dose plan is held against, search."""

from clinic.formulary.rules.choosing import Choice, choose, groups_taken
from clinic.formulary.rules.entries import MedicationEntry, ProductEntry
from clinic.formulary.rules.limits import amount_text, limits_of, order_product, unknown_limits
from clinic.formulary.rules.reading import data_version, read_formulary
from clinic.formulary.rules.restarts import AfterGap, Outcome, RestartRule, after_gap, read_restart_rules
from clinic.formulary.rules.search import folded, matches, search_names
from clinic.formulary.rules.templates import Template, Templates, read_templates
from clinic.formulary.rules.wording import spelled_out

__all__ = [
    "AfterGap",
    "Choice",
    "MedicationEntry",
    "Outcome",
    "ProductEntry",
    "RestartRule",
    "Template",
    "Templates",
    "after_gap",
    "amount_text",
    "choose",
    "data_version",
    "folded",
    "groups_taken",
    "limits_of",
    "matches",
    "order_product",
    "read_formulary",
    "read_restart_rules",
    "read_templates",
    "search_names",
    "spelled_out",
    "unknown_limits",
]
