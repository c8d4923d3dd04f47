"""Alerts, who was told of them, and the on-call rota."""

from clinic.risk.models.alerts import CallOut, Disposition, FalseAlarm, RiskAlert, RiskAlertQuerySet, RiskKind
from clinic.risk.models.rota import OnCallChannels, OnCallTurn

__all__ = [
    "CallOut",
    "Disposition",
    "FalseAlarm",
    "OnCallChannels",
    "OnCallTurn",
    "RiskAlert",
    "RiskAlertQuerySet",
    "RiskKind",
]
