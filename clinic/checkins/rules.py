"""The laws of check-ins: on which days of a step, which scale, and what makes an answer worrying."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from clinic.core.rules import RuleBroken

DAY_OF_FIRST = 4
SHORTEST_STEP_FOR_IT = 5
PLAN_AHEAD = timedelta(days=14)
PLAN_BACK = timedelta(days=2)
OPEN_FOR = timedelta(days=3)
LINK_LASTS = timedelta(hours=72)
PHQ9_EVERY = timedelta(days=14)

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
BOTHER: Mapping[int, str] = {0: "Not at all", 1: "A little", 2: "Quite a bit", 3: "A lot"}
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


class WorryCode(StrEnum):
    """Why an answer is worrying."""

    IN_CRISIS = "in_crisis"
    SELF_HARM = "self_harm"
    SELF_HARM_UNANSWERED = "self_harm_unanswered"
    WANTS_CALL = "wants_call"
    BOTHERED_A_LOT = "bothered_a_lot"
    MUCH_WORSE = "much_worse"
    SCORE_WORSE = "score_worse"


DANGERS = frozenset({WorryCode.IN_CRISIS, WorryCode.SELF_HARM})


@dataclass(frozen=True)
class StepDays:
    """A dose step as check-ins see it; `has_next` says that another dose follows on the day after `last_on`."""

    first_on: date
    last_on: date | None
    mg: Decimal
    has_next: bool


@dataclass(frozen=True)
class SideEffect:
    """What bothers a client and how much (0 no, 1 a little, 2 quite a bit, 3 a lot); `code` is "own" for own words."""

    code: str
    words: str
    bother: int


@dataclass(frozen=True)
class Answers:
    """What a client filled in. `scale` holds one entry an item, None where it was left out."""

    feeling: int
    doses_missed: int
    side_effects: tuple[SideEffect, ...] = ()
    scale: tuple[int | None, ...] = ()
    wants_call: bool = False
    words: str = ""
    needs_refill: bool = False


@dataclass(frozen=True)
class Worry:
    """One rule that an answer met and the sentence shown to the team."""

    code: WorryCode
    sentence: str

    @property
    def is_danger(self) -> bool:
        return self.code in DANGERS


@dataclass(frozen=True)
class ScaleResult:
    """What the scale of this check-in came to; `worse_points`: the rise that counts as worse, None without a source."""

    title: str
    flags: tuple[str, ...]
    total: int | None
    total_before: int | None = None
    worse_points: int | None = None
    self_harm_words: str = field(default="Answered that thoughts of being better off dead or of self-harm were there.")


def occasions_of(step: StepDays) -> dict[str, date]:
    """The check-ins of a dose step by occasion: day 4 (its first day is day 1) and the day before the next dose.

    A step shorter than 5 days has no day 4, which would fall on or beside the other. A pause (0 mg) has none.
    Source of day 4: clinical facts 6.7, "day 3-4 side effects", status U.
    """
    days: dict[str, date] = {}
    if step.mg == 0:
        return days
    is_long_enough = step.last_on is None or (step.last_on - step.first_on).days + 1 >= SHORTEST_STEP_FOR_IT
    if is_long_enough:
        days["day_4"] = step.first_on + timedelta(days=DAY_OF_FIRST - 1)
    if step.last_on is not None and step.has_next:
        days["before_next_step"] = step.last_on
    return days


def is_in_window(due_on: date, *, today: date) -> bool:
    """Check-ins are planned 14 days ahead, and up to 2 days late for a step that was signed after it began."""
    return today - PLAN_BACK <= due_on <= today + PLAN_AHEAD


def is_expired(due_on: date, *, today: date) -> bool:
    """A check-in may be answered until 3 days after it was due: later it tells of other days."""
    return today > due_on + OPEN_FOR


def scale_due(last_phq9_on: date | None, *, on: date) -> str:
    """PHQ-9 when none was answered in the 14 days before, else the two questions of PHQ-2.

    Source: clinical facts section 3, "2, 4, 6-8, 12 weeks after a start or change", status U: the shortest of them.
    """
    return "phq9" if last_phq9_on is None or on - last_phq9_on >= PHQ9_EVERY else "phq2"


def check_answers(answers: Answers) -> None:
    """Answers lie in the ranges that the page offers."""
    if answers.feeling not in FEELINGS:
        raise RuleBroken("Choose how you are on it.", field="feeling")
    if not 0 <= answers.doses_missed <= MOST_DOSES_MISSED:
        raise RuleBroken("Choose a number of doses from 0 to 7.", field="doses_missed")
    if any(effect.bother not in BOTHER for effect in answers.side_effects):
        raise RuleBroken("Choose how much it bothers you.")


def worries_of(answers: Answers, scale: ScaleResult | None, *, in_crisis: bool) -> list[Worry]:
    """Every rule that an answer meets, dangers first, each with its sentence.

    Sources: PHQ-9 item 9 of 1 or more and a total 5 points or more higher (clinical facts section 3); asked for a
    call, bothered a lot and much worse are the client's own words.
    """
    found = [
        (in_crisis, WorryCode.IN_CRISIS, "Pressed “I need help now”."),
        (_has(scale, "self_harm"), WorryCode.SELF_HARM, scale.self_harm_words if scale else ""),
        (answers.wants_call, WorryCode.WANTS_CALL, "Asked for somebody to call."),
        (bool(_lot(answers)), WorryCode.BOTHERED_A_LOT, f"Bothered a lot by: {', '.join(_lot(answers)).lower()}."),
        (answers.feeling == MUCH_WORSE, WorryCode.MUCH_WORSE, "Feels much worse on it."),
        (_is_worse(scale), WorryCode.SCORE_WORSE, _worse_words(scale)),
        (
            _has(scale, "self_harm_unanswered"),
            WorryCode.SELF_HARM_UNANSWERED,
            "Left the question about self-harm unanswered.",
        ),
    ]
    return [Worry(code, sentence) for is_met, code, sentence in found if is_met]


def check_open(*, is_planned: bool, used_at: datetime | None) -> None:
    """A check-in is answered once."""
    if not is_planned or used_at is not None:
        raise RuleBroken("This check-in was already answered or is no longer open. Call the clinic if you need us.")


def _has(scale: ScaleResult | None, flag: str) -> bool:
    return scale is not None and flag in scale.flags


def _lot(answers: Answers) -> Sequence[str]:
    return [effect.words for effect in answers.side_effects if effect.bother >= BOTHERS_A_LOT]


def _is_worse(scale: ScaleResult | None) -> bool:
    if scale is None or scale.total is None or scale.total_before is None or scale.worse_points is None:
        return False
    return scale.total - scale.total_before >= scale.worse_points


def _worse_words(scale: ScaleResult | None) -> str:
    return f"{scale.title} rose from {scale.total_before} to {scale.total}." if scale else ""
