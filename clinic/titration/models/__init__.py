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
from clinic.titration.models.response import (
    WHY_ENDED,
    PlanStay,
    ResponseThresholds,
    SideEffect,
    SideEffectNote,
    TrialEnd,
)
from clinic.titration.models.supply import AskedBy, Fill, HowKnown, RefillDecision, RefillRequest, WhyWithdrawn

__all__ = [
    "WHY_ENDED",
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
    "PlanStay",
    "RefillDecision",
    "RefillRequest",
    "ResponseThresholds",
    "SafetyOverride",
    "SideEffect",
    "SideEffectNote",
    "StepGate",
    "TrialEnd",
    "WhyWithdrawn",
]
