"""Deeds on treatment plans, and on consent to medications."""

from clinic.plans.services.asking import (
    agree_by_link,
    ask_consent,
    ask_for_call_by_link,
    end_asked_consent,
    enter_consent,
    send_consent_link,
    show_consent_link,
)
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
    "agree_by_link",
    "ask_consent",
    "ask_for_call_by_link",
    "end_asked_consent",
    "enter_consent",
    "record_consent",
    "revoke_consent",
    "save_draft",
    "send_consent_link",
    "show_consent_link",
    "sign_plan",
    "start_draft",
    "write_draft",
]
