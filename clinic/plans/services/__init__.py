"""Deeds on treatment plans, and on consent to medications."""

from clinic.plans.services.consents import record_consent, revoke_consent
from clinic.plans.services.plans import (
    NOT_BEGUN,
    acknowledge_plan,
    save_draft,
    sign_plan,
    start_draft,
    write_draft,
)

__all__ = [
    "NOT_BEGUN",
    "acknowledge_plan",
    "record_consent",
    "revoke_consent",
    "save_draft",
    "sign_plan",
    "start_draft",
    "write_draft",
]
