from clinic.plans.views.consents import (
    consent_page,
    consents,
    end_asked_consent,
    print_consent,
    record_consent,
    revoke_consent,
    send_consent_link,
    show_consent_link,
)
from clinic.plans.views.plans import acknowledge, draft, plan, sign

__all__ = [
    "acknowledge",
    "consent_page",
    "consents",
    "draft",
    "end_asked_consent",
    "plan",
    "print_consent",
    "record_consent",
    "revoke_consent",
    "send_consent_link",
    "show_consent_link",
    "sign",
]
