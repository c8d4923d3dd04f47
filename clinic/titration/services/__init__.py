"""Deeds on dose plans: start, change, stop, record missed doses; a prescriber's favourites."""

from clinic.titration.services.dose_plans import change_dose_plan, start_dose_plan, stop_dose_plan
from clinic.titration.services.missed import record_missed_doses

__all__ = ["change_dose_plan", "record_missed_doses", "start_dose_plan", "stop_dose_plan"]
