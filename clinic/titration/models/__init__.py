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

__all__ = [
    "ChangeKind",
    "DoseChange",
    "DosePlan",
    "DosePlanVersion",
    "DoseStep",
    "FavouriteRegimen",
    "MissedDoses",
    "SafetyOverride",
]
