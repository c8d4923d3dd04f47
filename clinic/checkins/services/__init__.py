"""Deeds on check-ins: plan and withdraw, the client's answer by link, the team's acknowledgement."""

from clinic.checkins.services.answering import answer_checkin, ask_for_help
from clinic.checkins.services.planning import plan_checkins
from clinic.checkins.services.reviewing import review_answer

__all__ = ["answer_checkin", "ask_for_help", "plan_checkins", "review_answer"]
