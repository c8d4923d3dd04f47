"""Informed consent to a medication: what it must say, who gives it, how it ends."""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from clinic.core.rules import RuleBroken, refuse, unless

LONGEST = 1000
SAY_HOW = "Say how the client consented."
GUARDIAN_CONSENTS = "The client is under 18: the guardian consents."
ALTERNATIVES = "Another medication, psychotherapy, or no medication."
NO_RISK_NAMED = "Common and serious side effects by the patient page of the medication."


class How(StrEnum):
    """How consent was given; an emergency is a beginning without it, and the consent is still to be had."""

    SPOKEN = "spoken"
    SIGNED = "signed"
    LINK = "link"
    EMERGENCY = "emergency"


class GivenBy(StrEnum):
    """Who gave it."""

    CLIENT = "client"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was discussed of one medication and how it was agreed to; of an emergency only why.

    `is_off_label` says that the use is not one of the label and that this was said.
    """

    how: str
    target_symptoms: str = ""
    benefit: str = ""
    risks: str = ""
    alternatives: str = ""
    is_off_label: bool = False
    given_by: str = GivenBy.CLIENT
    guardian_name: str = ""
    because: str = ""


PARTS = tuple(part.name for part in fields(Agreement))
DISCUSSED = {
    "target_symptoms": "Say which symptoms it is for.",
    "benefit": "Say what benefit was told.",
    "risks": "Say which common and serious risks were told.",
    "alternatives": "Say which alternatives were told, no medication among them.",
}


def check_agreement(agreement: Agreement, *, given_on: date, today: date, is_minor: bool) -> None:
    """Consent names symptoms, benefit, risks and alternatives; of a minor (under 18) the guardian gives it, by name.

    An emergency says why instead. Nothing is given on a day still to come. RuleBroken names each field. Source:
    clinical facts 6.4, elements of informed consent to psychotropics (status U: the clinic's own form).
    """
    is_emergency, is_known = agreement.how == How.EMERGENCY, agreement.given_by in set(GivenBy)
    is_by_guardian = agreement.given_by == GivenBy.GUARDIAN or is_emergency
    refuse(
        unless(agreement.how != How.LINK, SAY_HOW, field="how"),
        unless(given_on <= today, "Consent cannot have been given on a day still to come.", field="given_on"),
        unless(is_by_guardian or not (is_minor and is_known), GUARDIAN_CONSENTS, field="given_by"),
        *unsaid(agreement),
    )


def unsaid(agreement: Agreement) -> list[RuleBroken]:
    """All that a consent does not say yet, whoever gives it: of an emergency why, else how, what was told and who."""
    if agreement.how == How.EMERGENCY:
        return [] if agreement.because.strip() else [RuleBroken("Say why it begins without consent.", field="because")]
    missing = untold(agreement)
    if agreement.how == How.LINK:
        return missing
    if agreement.how not in set(How):
        missing.append(RuleBroken(SAY_HOW, field="how"))
    if agreement.given_by not in set(GivenBy):
        missing.append(RuleBroken("Say who consented.", field="given_by"))
    elif agreement.given_by == GivenBy.GUARDIAN and not agreement.guardian_name.strip():
        missing.append(RuleBroken("Say who consented for the client.", field="guardian_name"))
    return missing


def untold(agreement: Agreement) -> list[RuleBroken]:
    """What of symptoms, benefit, risks and alternatives is not said, beside its field."""
    names = [name for name in DISCUSSED if not getattr(agreement, name).strip()]
    return [RuleBroken(DISCUSSED[name], field=name) for name in names]


def check_revocation(because: str) -> str:
    """A consent ends by being revoked, with what was said; it stays to be seen. Answers the words."""
    if not because.strip():
        raise RuleBroken("Say what the client or guardian said.", field="because")
    return because.strip()


def told_risks(boxed_warning: str, *, is_confirmed: bool) -> str:
    """What stands under risks before anybody types: the boxed warning, if there is one, and where the others are.

    A warning that nobody held against the label yet says so.
    """
    doubt = "" if is_confirmed else " (not yet confirmed against the label)"
    boxed = f" Boxed warning: {boxed_warning.rstrip('.')}{doubt}." if boxed_warning else ""
    return f"{NO_RISK_NAMED}{boxed}"


def told_benefit(treats: str) -> str:
    """What stands under benefit before anybody types."""
    return f"Relief of {treats[:1].lower()}{treats[1:]}." if treats else ""
