from clinic.intake.models.enquiry import ContactWish, Enquiry, EnquiryStatus, TherapistReferral
from clinic.intake.models.evaluation import EvaluationAddendum, EvaluationDiagnosis, PsychiatricEvaluation
from clinic.intake.models.events import LifeEvent
from clinic.intake.models.history import (
    Allergy,
    HistoryEvent,
    MedicationTrial,
    Origin,
    Pregnancy,
    PregnancyAnswer,
    ProblemHistory,
    ReportedMedication,
    TrialResponse,
)

__all__ = [
    "Allergy",
    "ContactWish",
    "Enquiry",
    "EnquiryStatus",
    "EvaluationAddendum",
    "EvaluationDiagnosis",
    "HistoryEvent",
    "LifeEvent",
    "MedicationTrial",
    "Origin",
    "Pregnancy",
    "PregnancyAnswer",
    "ProblemHistory",
    "PsychiatricEvaluation",
    "ReportedMedication",
    "TherapistReferral",
    "TrialResponse",
]
