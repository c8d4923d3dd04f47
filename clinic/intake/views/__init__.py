from clinic.intake.views.desk import (
    assign_care_team,
    close_enquiry,
    enquiry,
    enquiry_queue,
    handle_referral,
    make_client,
    match_client,
    refer,
    reopen_enquiry,
    take_enquiry,
)
from clinic.intake.views.drafts import autosave_evaluation, save_evaluation, search_diagnoses
from clinic.intake.views.evaluations import add_addendum, evaluation, sign_evaluation, start_evaluation
from clinic.intake.views.history import history, save_history
from clinic.intake.views.public import enquire, enquiry_received

__all__ = [
    "add_addendum",
    "assign_care_team",
    "autosave_evaluation",
    "close_enquiry",
    "enquire",
    "enquiry",
    "enquiry_queue",
    "enquiry_received",
    "evaluation",
    "handle_referral",
    "history",
    "make_client",
    "match_client",
    "refer",
    "reopen_enquiry",
    "save_evaluation",
    "save_history",
    "search_diagnoses",
    "sign_evaluation",
    "start_evaluation",
    "take_enquiry",
]
