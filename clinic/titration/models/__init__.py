from clinic.titration.models.dose_plans import (
    ChangeKind,
    DoseChange,
    DosePlan,
    DosePlanVersion,
    DoseStep,
    FavouriteRegimen,
    MissedDoses,
    SafetyOverride,
)
from clinic.titration.models.gates import GateState, StepGate
from clinic.titration.models.supply import AskedBy, Fill, HowKnown, RefillDecision, RefillRequest, WhyWithdrawn

__all__ = [
    "AskedBy",
    "ChangeKind",
    "DoseChange",
    "DosePlan",
    "DosePlanVersion",
    "DoseStep",
    "FavouriteRegimen",
    "Fill",
    "GateState",
    "HowKnown",
    "MissedDoses",
    "RefillDecision",
    "RefillRequest",
    "SafetyOverride",
    "StepGate",
    "WhyWithdrawn",
]
