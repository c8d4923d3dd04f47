"""Deeds on dose plans: start, change, stop, record missed doses, keep what was promised."""

from clinic.titration.services.dose_plans import change_dose_plan, start_dose_plan, stop_dose_plan
from clinic.titration.services.favourites import keep_favourite, remove_favourite
from clinic.titration.services.missed import record_missed_doses
from clinic.titration.services.overrides import keep_promises

__all__ = [
    "change_dose_plan",
    "keep_favourite",
    "keep_promises",
    "record_missed_doses",
    "remove_favourite",
    "start_dose_plan",
    "stop_dose_plan",
]
