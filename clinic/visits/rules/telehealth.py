"""What a visit by telehealth needs before it is signed.

Source: Utah Code 26B-4-704 and rule R156-1-603 (as of 2023-03): before each encounter identity and place of the
client, before the first encounter and at least once a year the client's informed consent, with what it tells.
"""

from collections.abc import Mapping
from datetime import date

from clinic.visits.rules.note import DomainWords, Note, Problem, too_long

TELEHEALTH = "telehealth"
CONSENT_TELLS = (
    "additional fees, if any",
    "who may receive the client's information",
    "the client's rights over it",
    "what telehealth is fit for and its limits, emergencies among them",
    "how the connection is secured, and the risk that remains",
    "that data may be lost",
    "whose service it is and how to reach them",
)
TEXTS = {
    "location": "Where the client is now, with the address",
    "callback": "Number to call if the connection breaks",
    "emergency": "Whom to call there in an emergency",
}
TICKS = {"identity": "I verified who the client is", "consent": "The client consents to telehealth today"}
TICKED = "yes"
# How each is told once the visit is over.
TOLD = {
    "identity": "Who the client is",
    "consent": "Consent to telehealth",
    "location": "Where the client was",
    "callback": "Number to call back",
    "emergency": "Whom to call there",
}
TICKED_WORDS = {"identity": "verified", "consent": "given in this visit"}


def telehealth_field(name: str) -> str:
    """The form field of one part of the telehealth record."""
    return f"tele_{name}"


def tidy_telehealth(said: Mapping[str, str]) -> dict[str, str]:
    """What was filled in."""
    return {name: text.strip() for name, text in said.items() if text.strip()}


def is_consent_valid(given_on: date | None, today: date) -> bool:
    """Whether a consent to telehealth still holds: it is renewed at least once a year."""
    if given_on is None:
        return False
    years = today.year - given_on.year - ((today.month, today.day) < (given_on.month, given_on.day))
    return years < 1


def missing_for_telehealth(note: Note, *, modality: str, consented_on: date | None, today: date) -> list[Problem]:
    """Identity and place at each visit by telehealth, and a consent of the last twelve months."""
    if modality != TELEHEALTH:
        return []
    said = note.telehealth
    problems = []
    for name, what in TEXTS.items():
        problems += too_long(telehealth_field(name), f"“{what}”", said.get(name, ""))
    if said.get("identity") != TICKED:
        problems.append(Problem(telehealth_field("identity"), "Verify who the client is, and say so."))
    if not said.get("location"):
        problems.append(Problem(telehealth_field("location"), "Write down where the client is during this visit."))
    if said.get("consent") != TICKED and not is_consent_valid(consented_on, today):
        words = "Obtain the client's consent to telehealth: there is none of the last twelve months."
        problems.append(Problem(telehealth_field("consent"), words))
    return problems


def telehealth_words(said: Mapping[str, str]) -> list[DomainWords]:
    """The telehealth record as it is read."""
    return [DomainWords(label, TICKED_WORDS.get(name, said[name])) for name, label in TOLD.items() if said.get(name)]
