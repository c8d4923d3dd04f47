"""The laws of the treatment plan and of consent to a medication."""

from clinic.plans.rules.consent import PARTS, Agreement, GivenBy, How, check_agreement, check_revocation, unsaid
from clinic.plans.rules.plan import (
    MEDICATION_ALONE,
    GoalEntry,
    InterventionEntry,
    PlanContent,
    ProblemEntry,
    cautions_for_signing,
    changes_in_words,
    check_draft,
    check_signable,
    goal_words,
    intervention_words,
    missing_for_signing,
    problem_words,
)

__all__ = [
    "MEDICATION_ALONE",
    "PARTS",
    "Agreement",
    "GivenBy",
    "GoalEntry",
    "How",
    "InterventionEntry",
    "PlanContent",
    "ProblemEntry",
    "cautions_for_signing",
    "changes_in_words",
    "check_agreement",
    "check_draft",
    "check_revocation",
    "check_signable",
    "goal_words",
    "intervention_words",
    "missing_for_signing",
    "problem_words",
    "unsaid",
]
