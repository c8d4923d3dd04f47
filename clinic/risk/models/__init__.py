"""Alerts, who was told of them, the on-call rota, safety plans."""

from clinic.risk.models.alerts import CallOut, Disposition, FalseAlarm, RiskAlert, RiskAlertQuerySet, RiskKind
from clinic.risk.models.rota import OnCallChannels, OnCallTurn
from clinic.risk.models.safety import SafetyPlan, SafetyPlanCopy

__all__ = [
    "CallOut",
    "Disposition",
    "FalseAlarm",
    "OnCallChannels",
    "OnCallTurn",
    "RiskAlert",
    "RiskAlertQuerySet",
    "RiskKind",
    "SafetyPlan",
    "SafetyPlanCopy",
]
