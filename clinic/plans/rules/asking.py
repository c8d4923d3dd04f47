"""Consent asked for by link: what the page tells, who may agree there, how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from clinic.core.rules import RuleBroken
from clinic.plans.rules.consent import Agreement, untold

# A prescriber who asked is called back to within a day: the clinic's own promise, no clinical number.
CALL_WITHIN = timedelta(days=1)
# What the page says beside what was discussed. A consent names the version and the language that were read: whoever
# changes a word gives it the next number.
TEXT_VERSION = "1"
TEXT: Mapping[str, tuple[str, ...]] = {
    "en": (
        "We talked with you about this medication. This page says what we talked about.",
        "It is your choice. You may say no. You may stop at any time, and you may take your consent back.",
        "Talk to us before you stop: stopping at once can make you feel unwell.",
        "If anything is not clear, or you want to ask something, do not agree yet. Ask us to call you.",
    ),
    "es": (
        "Hablamos con usted de este medicamento. Esta página dice de qué hablamos.",
        "Usted decide. Puede decir que no. Puede dejarlo en cualquier momento y puede retirar su consentimiento.",
        "Hable con nosotros antes de dejarlo: dejarlo de golpe puede hacer que se sienta mal.",
        "Si algo no está claro, o si quiere preguntar algo, no acepte todavía. Pida que le llamemos.",
        "Lo que sigue puede estar escrito en inglés. Si no lo entiende bien, no acepte todavía: le llamamos.",
    ),
}
Sign = tuple[str, str, str]


class Answer(StrEnum):
    """What a client or guardian said by link."""

    AGREED = "agreed"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an asked consent stands; `open_until` is of its latest link, `sent` the state of its latest message."""

    answer: str
    opened_at: datetime | None
    open_until: datetime | None
    sent: str


def read_as(language: str) -> str:
    """The version of the text and the language it was read in, such as "1-es"."""
    return f"{TEXT_VERSION}-{language}"


def check_asked(agreement: Agreement, *, stands: bool) -> None:
    """A consent is asked for by link once symptoms, benefit, risks and alternatives are said, and while none stands.

    Source: clinical facts 6.4, elements of informed consent to psychotropics (status U: the clinic's own form).
    """
    if stands:
        raise RuleBroken("Consent to this medication stands already.", field="medication")
    if missing := untold(agreement):
        raise RuleBroken.all_of(missing)


def check_open(*, is_open: bool) -> None:
    """What was answered or taken back is asked no more: another is asked for."""
    if not is_open:
        raise RuleBroken("This was answered or ended meanwhile. Ask again below if it is still to be agreed to.")


def check_guardian(name: str, *, is_minor: bool) -> None:
    """For a client under 18 the parent or guardian agrees, by name."""
    if is_minor and not name.strip():
        raise RuleBroken(_("Write your own name."), field="guardian_name")


def sign_of(standing: Standing) -> Sign:
    """How an asked consent stands in words, tone and icon."""
    if standing.answer == Answer.CALL:
        return ("Asks to be called first", "warn", "phone")
    if standing.opened_at is not None:
        return ("Opened, not answered", "note", "message")
    if standing.open_until is not None:
        return ("Link open, not read yet", "note", "link")
    if standing.sent:
        return (f"Message {standing.sent.lower()}", "note", "send")
    return ("No link is open", "warn", "link")
