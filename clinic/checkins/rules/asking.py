"""What a check-in asks: the words of the questions, what may be answered, and once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.core.rules import RuleBroken
from clinic.titration.rules.side_effects import SEVERITIES

# Neutral: nothing in it tells what the clinic does or what the person takes.
MESSAGE_WORDS: Mapping[str, str] = {"en": "You have a check-in:", "es": "Tiene un cuestionario breve:"}
MESSAGE_SUBJECT: Mapping[str, str] = {"en": "You have a check-in", "es": "Tiene un cuestionario breve"}

# Own plain wording; every medication's leaflet names most of them. The same list for all, then own words.
SIDE_EFFECTS: Mapping[str, str] = {
    "nausea": "Feeling sick to your stomach",
    "headache": "Headache",
    "sleepy": "Sleepy during the day",
    "sleepless": "Trouble sleeping",
    "dizzy": "Dizzy or light-headed",
    "restless": "Restless, shaky or on edge",
    "dry_mouth": "Dry mouth",
    "sweating": "Sweating more than usual",
    "appetite": "Eating much more or much less",
    "sexual": "Changes in sex drive or function",
    "rash": "New rash",
}
# Asked at every check-in; what of it calls for whom is set under triage. Own plain wording, to be read by a clinician.
TOXICITY_SIGNS: Mapping[str, str] = {
    "confused": "Very confused, unsteady or hard to wake",
    "stiff": "Fever with stiff or jerking muscles",
}
# Asked after each cut (clinical facts 6.7, status U, which names no signs). Own plain wording, as above.
WITHDRAWAL_SIGNS: Mapping[str, str] = {
    "zaps": "Feelings like electric shocks",
    "flu_like": "Feeling as with the flu",
    "agitated": "Very anxious or unable to rest",
    "seizure": "A fit or seizure",
}
WHY_MISSED: Mapping[str, str] = {
    "forgot": "I forgot",
    "side_effects": "Because of side effects",
    "better": "I felt better without",
    "worse": "I felt too unwell",
    "ran_out": "I ran out",
    "other": "Another reason",
}
BOTHER: Mapping[int, str] = SEVERITIES
BOTHERS_A_LOT = 3
FEELINGS: Mapping[int, str] = {
    1: "Much worse",
    2: "A little worse",
    3: "About the same",
    4: "A little better",
    5: "Much better",
}
MUCH_WORSE = 1
MOST_DOSES_MISSED = 7


@dataclass(frozen=True)
class SideEffect:
    """What bothers a client and how much (0 no, 1 a little, 2 quite a bit, 3 a lot); `code` is "own" for own words."""

    code: str
    words: str
    bother: int


@dataclass(frozen=True)
class Answers:
    """What a client filled in. `scale` holds one entry an item, None where it was left out.

    `symptoms` are ratings from 0 to 10 of the client's own target symptoms, by the key of each.
    """

    feeling: int
    doses_missed: int
    side_effects: tuple[SideEffect, ...] = ()
    scale: tuple[int | None, ...] = ()
    wants_call: bool = False
    words: str = ""
    needs_refill: bool = False
    missed_because: str = ""
    thinks_of_stopping: bool = False
    wants_visit: bool = False
    symptoms: tuple[tuple[UUID, int], ...] = ()


def effects_asked(*, after_a_cut: bool) -> dict[str, str]:
    """The list of side effects by code: the same for all, signs of too much, and after a cut those of withdrawal."""
    return {**SIDE_EFFECTS, **TOXICITY_SIGNS, **(WITHDRAWAL_SIGNS if after_a_cut else {})}


def check_answers(answers: Answers) -> None:
    """Answers lie in the ranges that the page offers."""
    if answers.feeling not in FEELINGS:
        raise RuleBroken(_("Choose how you are on it."), field="feeling")
    if not 0 <= answers.doses_missed <= MOST_DOSES_MISSED:
        raise RuleBroken(_("Choose a number of doses from 0 to 7."), field="doses_missed")
    if answers.missed_because and answers.missed_because not in WHY_MISSED:
        raise RuleBroken(_("Choose why."), field="missed_because")
    if any(effect.bother not in BOTHER for effect in answers.side_effects):
        raise RuleBroken(_("Choose how much it bothers you."))


def check_open(*, is_planned: bool, used_at: datetime | None) -> None:
    """A check-in is answered once."""
    if not is_planned or used_at is not None:
        raise RuleBroken(_("This check-in was already answered or is no longer open. Call the clinic if you need us."))
