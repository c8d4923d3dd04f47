"""The dose-plan engine: from an order to a dated plan with units, dispensing and findings; pure.

`order` reads what is wanted, `steps` lays it out, `changes` alter a running plan, `units` finds tablets,
`findings` says what a prescriber must know, `plan` joins them, `days`, `words` and `signed` read a plan back.
"""

from clinic.titration.rules.days import PlanDay, daily_table, day_of, next_step_after, step_on
from clinic.titration.rules.dispensing import Dispensed, dispense_between
from clinic.titration.rules.findings import Finding
from clinic.titration.rules.order import Order
from clinic.titration.rules.parsing import parse_order
from clinic.titration.rules.plan import DosePlanResult, build_plan
from clinic.titration.rules.reading import BadOrder
from clinic.titration.rules.signed import SignedStep, day_words
from clinic.titration.rules.steps import Dose, Step
from clinic.titration.rules.units import Shelf, Solid, Solution, Unit
from clinic.titration.rules.words import dose_words, step_words, unit_words

__all__ = [
    "BadOrder",
    "Dispensed",
    "Dose",
    "DosePlanResult",
    "Finding",
    "Order",
    "PlanDay",
    "Shelf",
    "SignedStep",
    "Solid",
    "Solution",
    "Step",
    "Unit",
    "build_plan",
    "daily_table",
    "day_of",
    "day_words",
    "dispense_between",
    "dose_words",
    "next_step_after",
    "parse_order",
    "step_on",
    "step_words",
    "unit_words",
]
