"""Deeds on check-ins: plan and withdraw, the client's answer by link, the team's acknowledgement, danger on scales."""

from clinic.checkins.services.answering import answer_checkin, ask_for_help
from clinic.checkins.services.planning import plan_checkins
from clinic.checkins.services.reviewing import review_answer
from clinic.checkins.services.watching import raise_scale_alerts

__all__ = ["answer_checkin", "ask_for_help", "plan_checkins", "raise_scale_alerts", "review_answer"]
