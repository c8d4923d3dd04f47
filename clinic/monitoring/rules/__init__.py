"""The laws of monitoring: what can be measured, which protocols ask for it, and what is due when."""

from clinic.monitoring.rules.due import DosePlanDays, DueItem, Known, State, due_items
from clinic.monitoring.rules.protocols import Protocol, read_protocols
from clinic.monitoring.rules.results import (
    GROUPS,
    KINDS,
    NO_BREAK,
    Given,
    Kind,
    check_result,
    check_taken_at,
    check_together,
    check_withdrawal,
    entered_words,
    in_own_unit,
    label_of,
    may_withdraw,
    result_words,
    shown_unit,
    unit_words,
)

__all__ = [
    "GROUPS",
    "KINDS",
    "NO_BREAK",
    "DosePlanDays",
    "DueItem",
    "Given",
    "Kind",
    "Known",
    "Protocol",
    "State",
    "check_result",
    "check_taken_at",
    "check_together",
    "check_withdrawal",
    "due_items",
    "entered_words",
    "in_own_unit",
    "label_of",
    "may_withdraw",
    "read_protocols",
    "result_words",
    "shown_unit",
    "unit_words",
]
