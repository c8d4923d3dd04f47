"""Deeds on alerts, on the on-call rota and on safety plans."""

from clinic.risk.services.alerts import acknowledge_alert, close_alert, raise_alert, raise_alert_by_hand, read_alert
from clinic.risk.services.rota import add_turn, choose_channels, withdraw_turn
from clinic.risk.services.telling import tell_on_call

__all__ = [
    "acknowledge_alert",
    "add_turn",
    "choose_channels",
    "close_alert",
    "raise_alert",
    "raise_alert_by_hand",
    "read_alert",
    "tell_on_call",
    "withdraw_turn",
]
