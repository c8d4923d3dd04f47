from clinic.plans.models.consents import AskedConsent, MedicationConsent
from clinic.plans.models.plans import (
    Goal,
    Intervention,
    InterventionKind,
    PlanAcknowledgement,
    PlanStatus,
    Problem,
    TreatmentPlan,
)

__all__ = [
    "AskedConsent",
    "Goal",
    "Intervention",
    "InterventionKind",
    "MedicationConsent",
    "PlanAcknowledgement",
    "PlanStatus",
    "Problem",
    "TreatmentPlan",
]
