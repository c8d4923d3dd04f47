from clinic.titration.views.dose_plans import (
    change,
    dose_plan,
    favourites,
    keep_favourite,
    missed,
    remove_favourite,
    start,
)
from clinic.titration.views.gates import decide_gate, gates
from clinic.titration.views.supply import (
    ask_refill,
    decide_refill,
    record_fill,
    refill,
    supply,
    withdraw_fill,
    withdraw_refill,
)
from clinic.titration.views.switching import switch

__all__ = [
    "ask_refill",
    "change",
    "decide_gate",
    "decide_refill",
    "dose_plan",
    "favourites",
    "gates",
    "keep_favourite",
    "missed",
    "record_fill",
    "refill",
    "remove_favourite",
    "start",
    "supply",
    "switch",
    "withdraw_fill",
    "withdraw_refill",
]
