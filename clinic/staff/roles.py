"""Roles and what each may do: read here, reviewed here, changed only here."""

from enum import StrEnum

from clinic.staff.permissions import Permission as P  # noqa: N817 - the table below reads better short


class Role(StrEnum):
    """A hat a member of staff wears; a person may own two and wears one at a time."""

    PRESCRIBER = "prescriber"
    THERAPIST = "therapist"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Role.PRESCRIBER: "Prescriber",
    Role.THERAPIST: "Therapist",
    Role.COORDINATOR: "Care coordinator",
    Role.ADMINISTRATOR: "Clinic administrator",
    Role.AUDITOR: "Auditor",
}

CLINICAL_READS = {
    P.READ_CHART,
    P.READ_EVALUATION,
    P.READ_PLAN,
    P.READ_DOSE_PLAN,
    P.READ_VISIT,
    P.READ_CHECKINS,
    P.READ_RESULTS,
    P.READ_SAFETY_PLAN,
}

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.PRESCRIBER: frozenset(
        CLINICAL_READS
        | {
            P.USE_PORTAL,
            P.READ_CLIENTS,
            P.EDIT_SHARING_CONSENT,
            P.EDIT_MESSAGE_CONSENT,
            P.USE_BREAK_GLASS,
            P.READ_SCHEDULE,
            P.EDIT_SCHEDULE,
            P.READ_WORKLIST,
            P.EDIT_WORKLIST,
            P.WRITE_EVALUATION,
            P.WRITE_PLAN,
            P.SIGN_PLAN,
            P.WRITE_DOSE_PLAN,
            P.RECORD_SUPPLY,
            P.DECIDE_REFILL,
            P.GIVE_CALENDAR,
            P.WRITE_VISIT,
            P.ACKNOWLEDGE_CHANGE,
            P.TRIAGE_CHECKINS,
            P.EDIT_PROTOCOLS,
            P.RECORD_SCALE,
            P.HAND_OVER_DEVICE,
            P.WRITE_LIFE_EVENT,
            P.RECORD_RESULT,
            P.READ_DUE,
            P.HANDLE_RISK,
            P.READ_FORMULARY,
            P.RAISE_RISK,
            P.WRITE_SAFETY_PLAN,
        }
    ),
    Role.THERAPIST: frozenset(
        CLINICAL_READS
        | {
            P.USE_PORTAL,
            P.READ_CLIENTS,
            P.EDIT_SHARING_CONSENT,
            P.USE_BREAK_GLASS,
            P.REFER_CLIENT,
            P.READ_SCHEDULE,
            P.EDIT_SCHEDULE,
            P.READ_WORKLIST,
            P.EDIT_WORKLIST,
            P.WRITE_PLAN,
            P.RECORD_SUPPLY,
            P.ACKNOWLEDGE_PLAN,
            P.ACKNOWLEDGE_CHANGE,
            P.RECORD_SCALE,
            P.HAND_OVER_DEVICE,
            P.WRITE_LIFE_EVENT,
            P.HANDLE_RISK,
            P.RAISE_RISK,
            P.WRITE_SAFETY_PLAN,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            P.USE_PORTAL,
            P.READ_CLIENTS,
            P.EDIT_CLIENTS,
            P.MANAGE_CARE_TEAM,
            P.EDIT_SHARING_CONSENT,
            P.EDIT_MESSAGE_CONSENT,
            P.READ_CHART,
            P.READ_PLAN,
            P.READ_DOSE_PLAN,
            P.RECORD_SUPPLY,
            P.GIVE_CALENDAR,
            P.READ_SAFETY_PLAN,
            P.READ_CHECKINS,
            P.TRIAGE_CHECKINS,
            P.READ_RESULTS,
            P.RECORD_RESULT,
            P.READ_DUE,
            P.READ_ENQUIRIES,
            P.EDIT_ENQUIRIES,
            P.READ_SCHEDULE,
            P.EDIT_SCHEDULE,
            P.EDIT_AVAILABILITY,
            P.READ_WORKLIST,
            P.EDIT_WORKLIST,
            P.EDIT_COVERAGE,
            P.HAND_OVER_DEVICE,
            P.HANDLE_RISK,
            P.READ_MESSAGES,
            P.RESEND_MESSAGES,
            P.SETTLE_IMPORTS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            P.USE_PORTAL,
            P.MANAGE_STAFF,
            P.MANAGE_ROTA,
            P.EDIT_PROTOCOLS,
            P.EDIT_THRESHOLDS,
            P.LOAD_SCALES,
            P.READ_CLIENTS,
            P.READ_SCHEDULE,
            P.EDIT_AVAILABILITY,
            P.READ_MESSAGES,
            P.OPERATE_MESSAGES,
        }
    ),
    Role.AUDITOR: frozenset({P.USE_PORTAL, P.READ_AUDIT, P.REVIEW_BREAK_GLASS}),
}


# Who may be on call: the roles that deal with danger.
ON_CALL_ROLES = [role for role in Role if P.HANDLE_RISK in PERMISSIONS[role]]

# The prescriber who answers for the numbers and rules that doses are checked against.
MEDICAL_DIRECTOR = frozenset({P.REVIEW_FORMULARY})


def permissions_of(role: str) -> frozenset[P]:
    """What a role may do; an unknown role may do nothing."""
    return PERMISSIONS.get(Role(role), frozenset()) if role in set(Role) else frozenset()
