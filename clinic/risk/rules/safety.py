"""The laws of a safety plan: six steps in the client's own words, from what they can do alone to who comes to help.

The order of the steps is Stanley's and Brown's (clinical facts 6.5); the questions are the clinic's own wording.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic.core.rules import RuleBroken

# The clinic's own choice, as for the dose calendar: a link that can be read again lives short.


@dataclass(frozen=True, slots=True)
class SafetyStep:
    """One step: the field that holds it, its title as the client reads it, and what helps to fill it in."""

    name: str
    title: str
    hint: str


STEPS = (
    SafetyStep(
        "warning_signs", "How I notice that a crisis is coming", "Thoughts, moods, situations, what the body does."
    ),
    SafetyStep("coping_alone", "What I can do by myself", "What takes the mind off it without anybody else."),
    SafetyStep("distraction", "People and places that distract me", "Names and numbers; places to go to."),
    SafetyStep("people_to_ask", "People I can ask for help", "Names and numbers of who may know of it."),
    SafetyStep(
        "professionals", "Professionals and agencies I can call", "Names and numbers. 988 and 911 stand on each plan."
    ),
    SafetyStep("safe_environment", "How I make the place around me safer", "What is put away, where, and by whom."),
)


class CopyHolder(StrEnum):
    """Who may have a copy."""

    CLIENT = "client"
    THERAPIST = "therapist"
    PRESCRIBER = "prescriber"
    FAMILY = "family"

    @property
    def label(self) -> str:
        return {"client": "The client", "therapist": "Therapist", "prescriber": "Prescriber", "family": "Family"}[self]


def check_plan(words: Mapping[str, str], *, review_on: date | None, today: date) -> None:
    """Each of the six steps says something, be it that there is nothing; the day to look at it again lies ahead."""
    for step in STEPS:
        if not words[step.name].strip():
            raise RuleBroken("Write the client's own words, or that there are none.", field=step.name)
    if review_on is not None and review_on <= today:
        raise RuleBroken("The day to look at it again lies ahead.", field="review_on")


def check_copy(holder: str, name: str, *, given_on: date, today: date) -> None:
    """A copy in the family is one person's, who is named; nobody has a copy before it is given."""
    if holder == CopyHolder.FAMILY and not name.strip():
        raise RuleBroken("Write who in the family has the copy.", field="name")
    if given_on > today:
        raise RuleBroken("Enter the day on which the copy was given.", field="given_on")
