"""What pages read from the formulary: reference data, the same for everyone signed in."""

from clinic.formulary.queries.picking import products_of, search_medications
from clinic.formulary.queries.reviewing import (
    details_of,
    get_medication,
    get_rule,
    medications_to_review,
    reviews_of,
    rule_counts,
    rules_of_kind,
    rules_to_review,
    versions_of,
)
from clinic.formulary.queries.safety import rules_in_force, safety_rules
from clinic.formulary.queries.schedules import Schedules, schedules

__all__ = [
    "Schedules",
    "details_of",
    "get_medication",
    "get_rule",
    "medications_to_review",
    "products_of",
    "reviews_of",
    "rule_counts",
    "rules_in_force",
    "rules_of_kind",
    "rules_to_review",
    "safety_rules",
    "schedules",
    "search_medications",
    "versions_of",
]
