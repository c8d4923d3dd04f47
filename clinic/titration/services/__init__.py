"""Deeds on dose plans: start, change, stop, switch, let steps wait, missed doses, promises, supply."""

from clinic.titration.services.dose_plans import change_dose_plan, start_dose_plan, stop_dose_plan
from clinic.titration.services.favourites import keep_favourite, remove_favourite
from clinic.titration.services.gates import decide_gate, hold_waiting, set_gate
from clinic.titration.services.judging import doubt_result, judge_answer, judge_results
from clinic.titration.services.missed import record_missed_doses
from clinic.titration.services.outcomes import say_why_ended
from clinic.titration.services.overrides import doubt_promises, keep_promises
from clinic.titration.services.refills import ask_refill, ask_refill_by_link, decide_refill, withdraw_refill
from clinic.titration.services.response import keep_plan, set_thresholds
from clinic.titration.services.side_effects import end_side_effect, keep_told_effects, note_side_effect
from clinic.titration.services.supply import look_at_supply, record_fill, withdraw_fill
from clinic.titration.services.switching import switch_medication

__all__ = [
    "ask_refill",
    "ask_refill_by_link",
    "change_dose_plan",
    "decide_gate",
    "decide_refill",
    "doubt_promises",
    "doubt_result",
    "end_side_effect",
    "hold_waiting",
    "judge_answer",
    "judge_results",
    "keep_favourite",
    "keep_plan",
    "keep_promises",
    "keep_told_effects",
    "look_at_supply",
    "note_side_effect",
    "record_fill",
    "record_missed_doses",
    "remove_favourite",
    "say_why_ended",
    "set_gate",
    "set_thresholds",
    "start_dose_plan",
    "stop_dose_plan",
    "switch_medication",
    "withdraw_fill",
    "withdraw_refill",
]
