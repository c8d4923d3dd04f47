"""Deeds on alerts, on the on-call rota and on safety plans."""

from clinic.risk.services.alerts import acknowledge_alert, close_alert, raise_alert, raise_alert_by_hand, read_alert
from clinic.risk.services.rota import add_turn, choose_channels, withdraw_turn
from clinic.risk.services.safety import give_copy, sign_safety_plan
from clinic.risk.services.safety_links import (
    end_safety_plan_links,
    enter_safety_plan,
    send_safety_plan_link,
    show_safety_plan_link,
)
from clinic.risk.services.telling import tell_on_call

__all__ = [
    "acknowledge_alert",
    "add_turn",
    "choose_channels",
    "close_alert",
    "end_safety_plan_links",
    "enter_safety_plan",
    "give_copy",
    "raise_alert",
    "raise_alert_by_hand",
    "read_alert",
    "send_safety_plan_link",
    "show_safety_plan_link",
    "sign_safety_plan",
    "tell_on_call",
    "withdraw_turn",
]
