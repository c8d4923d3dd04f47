"""Deeds on check-ins: plan and withdraw, see silence, the answer by link, the team's reading, danger on scales."""

from clinic.checkins.services.answering import answer_checkin, ask_for_help, wish_messages_by_link
from clinic.checkins.services.planning import plan_checkins
from clinic.checkins.services.protocols import set_protocol, set_triage_rule
from clinic.checkins.services.reviewing import review_answer
from clinic.checkins.services.silence import look_for_silence
from clinic.checkins.services.sittings import answer_sitting, open_sitting, send_scales
from clinic.checkins.services.watching import raise_scale_alerts

__all__ = [
    "answer_checkin",
    "answer_sitting",
    "ask_for_help",
    "look_for_silence",
    "open_sitting",
    "plan_checkins",
    "raise_scale_alerts",
    "review_answer",
    "send_scales",
    "set_protocol",
    "set_triage_rule",
    "wish_messages_by_link",
]
