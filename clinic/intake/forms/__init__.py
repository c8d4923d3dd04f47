from clinic.intake.forms.enquiry import (
    CloseForm,
    EnquiryForm,
    GuardForm,
    MatchForm,
    ReferForm,
    TakeForm,
    TeamForm,
    new_page,
)
from clinic.intake.forms.evaluation import AddendumForm, DoForm, EvaluationForm, SearchForm, SignForm, initial_of
from clinic.intake.forms.history import AllergyForm, PregnancyForm, ReportedMedicationForm, TrialForm

__all__ = [
    "AddendumForm",
    "AllergyForm",
    "CloseForm",
    "DoForm",
    "EnquiryForm",
    "EvaluationForm",
    "GuardForm",
    "MatchForm",
    "PregnancyForm",
    "ReferForm",
    "ReportedMedicationForm",
    "SearchForm",
    "SignForm",
    "TakeForm",
    "TeamForm",
    "TrialForm",
    "initial_of",
    "new_page",
]
