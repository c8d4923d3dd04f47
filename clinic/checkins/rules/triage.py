"""Triage: which rules an answer meets, how soon each wants a person, and the sentence shown to the team."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from clinic.checkins.rules.asking import (
    BOTHER,
    BOTHERS_A_LOT,
    MOST_DOSES_MISSED,
    MUCH_WORSE,
    TOXICITY_SIGNS,
    WITHDRAWAL_SIGNS,
    Answers,
)
from clinic.core.rules import RuleBroken

# Clinical facts section 4: on lamotrigine the rash question is asked at every contact to week 8 (verified).
EARLY_RASH = timedelta(weeks=8)
RASH_CODE = "rash"
RASH_WORDS = ("rash", "sarpullido", "salpullido", "erupci")
# Own list, English and Spanish: a word too many costs a call, a word too few may cost a life.
CRISIS_WORDS = (
    "suicid",
    "kill myself",
    "killing myself",
    "end my life",
    "end it all",
    "hurt myself",
    "harm myself",
    "want to die",
    "wish i was dead",
    "better off dead",
    "not want to live",
    "don't want to live",
    "overdose",
    "matarme",
    "quitarme la vida",
    "quiero morir",
    "hacerme daño",
    "no quiero vivir",
    "sobredosis",
)


class Level(StrEnum):
    """How soon an answer wants a person."""

    URGENT = "urgent"
    SOON = "soon"
    NONE = "none"

    @property
    def label(self) -> str:
        return {
            Level.URGENT: "Urgent: call now",
            Level.SOON: "Soon: call within a day",
            Level.NONE: "None: only shown with the answer",
        }[self]


class WorryCode(StrEnum):
    """Why an answer is worrying."""

    IN_CRISIS = "in_crisis"
    SELF_HARM = "self_harm"
    CRISIS_WORDS = "crisis_words"
    EARLY_RASH = "early_rash"
    TOXICITY = "toxicity"
    WITHDRAWAL = "withdrawal"
    WANTS_CALL = "wants_call"
    BOTHERED_A_LOT = "bothered_a_lot"
    STOPPING = "stopping"
    DOSES_MISSED = "doses_missed"
    MUCH_WORSE = "much_worse"
    SCORE_WORSE = "score_worse"
    SELF_HARM_UNANSWERED = "self_harm_unanswered"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    WorryCode.IN_CRISIS: "Pressed “I need help now”",
    WorryCode.SELF_HARM: "Thoughts of self-harm on a scale",
    WorryCode.CRISIS_WORDS: "Words of crisis in what was written",
    WorryCode.EARLY_RASH: "A rash within eight weeks of starting lamotrigine",
    WorryCode.TOXICITY: "Signs of too much of a medication",
    WorryCode.WITHDRAWAL: "Signs of withdrawal",
    WorryCode.WANTS_CALL: "Asks for a call",
    WorryCode.BOTHERED_A_LOT: "Bothered by a side effect",
    WorryCode.STOPPING: "Thinks of stopping",
    WorryCode.DOSES_MISSED: "Doses missed of a medication that may have to begin again",
    WorryCode.MUCH_WORSE: "Feels much worse",
    WorryCode.SCORE_WORSE: "A score higher by the points that its scale calls worse",
    WorryCode.SELF_HARM_UNANSWERED: "The question about self-harm left out",
}
DANGERS = frozenset({WorryCode.IN_CRISIS, WorryCode.SELF_HARM, WorryCode.CRISIS_WORDS})
# What `at_least` of a rule counts: how much something bothers (1 a little to 3 a lot), or doses in seven days.
BY_BOTHER = frozenset({WorryCode.EARLY_RASH, WorryCode.TOXICITY, WorryCode.WITHDRAWAL, WorryCode.BOTHERED_A_LOT})
MOST = {**dict.fromkeys(BY_BOTHER, max(BOTHER)), WorryCode.DOSES_MISSED: MOST_DOSES_MISSED}


@dataclass(frozen=True)
class TriageRule:
    """How soon an answer that meets a rule wants a person, and from how much on, where the rule counts something."""

    code: WorryCode
    level: Level
    at_least: int = 1

    @property
    def counts(self) -> bool:
        """Whether this rule counts something that the clinic may set."""
        return self.code in MOST


# The clinic's own order of pressing; two doses missed and a lot of bother as the clinic asked for them.
DEFAULT_RULES: Mapping[WorryCode, TriageRule] = {
    one.code: one
    for one in (
        TriageRule(WorryCode.IN_CRISIS, Level.URGENT),
        TriageRule(WorryCode.SELF_HARM, Level.URGENT),
        TriageRule(WorryCode.CRISIS_WORDS, Level.URGENT),
        TriageRule(WorryCode.EARLY_RASH, Level.URGENT),
        TriageRule(WorryCode.TOXICITY, Level.URGENT),
        TriageRule(WorryCode.WITHDRAWAL, Level.URGENT),
        TriageRule(WorryCode.WANTS_CALL, Level.SOON),
        TriageRule(WorryCode.BOTHERED_A_LOT, Level.SOON, BOTHERS_A_LOT),
        TriageRule(WorryCode.STOPPING, Level.SOON),
        TriageRule(WorryCode.DOSES_MISSED, Level.SOON, 2),
        TriageRule(WorryCode.MUCH_WORSE, Level.SOON),
        TriageRule(WorryCode.SCORE_WORSE, Level.SOON),
        TriageRule(WorryCode.SELF_HARM_UNANSWERED, Level.SOON),
    )
}


@dataclass(frozen=True)
class Taken:
    """What of a client's medications triage asks: how long on lamotrigine, and whether missed doses may mean anew."""

    on_lamotrigine_for: timedelta | None = None
    may_begin_again: bool = False


@dataclass(frozen=True)
class Worry:
    """One rule that an answer met, how soon it wants a person, and the sentence shown to the team."""

    code: WorryCode
    sentence: str
    level: Level = Level.SOON

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


def worries_of(
    answers: Answers,
    scale: ScaleResult | None,
    *,
    in_crisis: bool,
    taken: Taken | None = None,
    by: Mapping[WorryCode, TriageRule] = DEFAULT_RULES,
) -> list[Worry]:
    """Every rule of the clinic that an answer meets and that wants a person, dangers first, each with its sentence.

    Sources: PHQ-9 item 9 of 1 or more and a total 5 points or more higher (clinical facts section 3); the rash
    question to week 8 on lamotrigine (section 4); the rest are the client's own words.
    """
    taken = taken or Taken()
    met = {
        WorryCode.IN_CRISIS: "Pressed “I need help now”." if in_crisis else "",
        WorryCode.SELF_HARM: scale.self_harm_words if scale and "self_harm" in scale.flags else "",
        WorryCode.CRISIS_WORDS: _crisis_words(answers),
        WorryCode.EARLY_RASH: _rash_words(answers, taken, by[WorryCode.EARLY_RASH].at_least),
        WorryCode.TOXICITY: _bothers(answers, by[WorryCode.TOXICITY], TOXICITY_SIGNS, "Signs of too much"),
        WorryCode.WITHDRAWAL: _bothers(answers, by[WorryCode.WITHDRAWAL], WITHDRAWAL_SIGNS, "Signs of withdrawal"),
        WorryCode.WANTS_CALL: "Asked for somebody to call." if answers.wants_call else "",
        WorryCode.BOTHERED_A_LOT: _bothers(answers, by[WorryCode.BOTHERED_A_LOT], None, "Bothered"),
        WorryCode.STOPPING: "Thinks of stopping the medication." if answers.thinks_of_stopping else "",
        WorryCode.DOSES_MISSED: _missed_words(answers, taken, by[WorryCode.DOSES_MISSED].at_least),
        WorryCode.MUCH_WORSE: "Feels much worse on it." if answers.feeling == MUCH_WORSE else "",
        WorryCode.SCORE_WORSE: _worse_words(scale),
        WorryCode.SELF_HARM_UNANSWERED: _unanswered_words(scale),
    }
    return [
        Worry(code, sentence, by[code].level)
        for code, sentence in met.items()
        if sentence and by[code].level is not Level.NONE
    ]


def check_rule(rule: TriageRule) -> None:
    """Danger is urgent in every clinic; what is counted has the range that the page offers."""
    if rule.code in DANGERS and rule.level is not Level.URGENT:
        raise RuleBroken("This is danger: it stays urgent.", field="level")
    most = MOST.get(rule.code, 1)
    if not 1 <= rule.at_least <= most:
        raise RuleBroken(f"Choose 1 to {most}.", field="at_least")


def highest(levels: Iterable[Level]) -> Level:
    """The level of an answer is that of the rule that presses most."""
    found = set(levels)
    return next((level for level in Level if level in found), Level.NONE)


def _crisis_words(answers: Answers) -> str:
    said = " ".join([answers.words, *_own_words(answers)]).lower().replace("’", "'")
    if not any(word in said for word in CRISIS_WORDS):
        return ""
    return f"{'Asked for a call and wrote' if answers.wants_call else 'Wrote'} words that may tell of danger."


def _own_words(answers: Answers) -> list[str]:
    return [effect.words for effect in answers.side_effects if effect.code == "own"]


def _rash_words(answers: Answers, taken: Taken, at_least: int) -> str:
    days = taken.on_lamotrigine_for
    if days is None or not timedelta(0) <= days <= EARLY_RASH:
        return ""
    said = " ".join([answers.words, *_own_words(answers)]).lower()
    is_ticked = any(one.code == RASH_CODE and one.bother >= at_least for one in answers.side_effects)
    if not is_ticked and not any(word in said for word in RASH_WORDS):
        return ""
    return f"Tells of a rash, {days.days} days after lamotrigine was begun."


def _bothers(answers: Answers, rule: TriageRule, signs: Mapping[str, str] | None, what: str) -> str:
    bothered = [one for one in answers.side_effects if one.bother >= rule.at_least]
    found = [one.words for one in bothered if signs is None or one.code in signs]
    if not found:
        return ""
    or_more = "" if rule.at_least == BOTHERS_A_LOT else " or more"
    how_much = "" if signs else f" {BOTHER[rule.at_least].lower()}{or_more} by"
    return f"{what}{how_much}: {', '.join(found).lower()}."


def _missed_words(answers: Answers, taken: Taken, at_least: int) -> str:
    if not taken.may_begin_again or answers.doses_missed < at_least:
        return ""
    return f"Missed {answers.doses_missed} doses in 7 days of a medication that may have to begin again."


def _worse_words(scale: ScaleResult | None) -> str:
    if scale is None or scale.total is None or scale.total_before is None or scale.worse_points is None:
        return ""
    is_worse = scale.total - scale.total_before >= scale.worse_points
    return f"{scale.title} rose from {scale.total_before} to {scale.total}." if is_worse else ""


def _unanswered_words(scale: ScaleResult | None) -> str:
    is_left_out = scale is not None and "self_harm_unanswered" in scale.flags
    return "Left the question about self-harm unanswered." if is_left_out else ""
