"""Deeds of monitoring: enter and withdraw results, look at what is due, remind clients of it."""

from clinic.monitoring.services.orders import export_order
from clinic.monitoring.services.protocols import decide_protocol
from clinic.monitoring.services.reminders import (
    enter_reminder,
    plan_test_reminders,
    say_done_by_link,
    wish_messages_by_link,
)
from clinic.monitoring.services.results import look_at_due, record_result, record_results, withdraw_result
from clinic.monitoring.services.reviews import review_gain

__all__ = [
    "decide_protocol",
    "enter_reminder",
    "export_order",
    "look_at_due",
    "plan_test_reminders",
    "record_result",
    "record_results",
    "review_gain",
    "say_done_by_link",
    "wish_messages_by_link",
    "withdraw_result",
]
