"""Triage: which rules an answer meets, how soon each wants a person, and the sentence shown to the team."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from clinic.checkins.rules.asking import BOTHERS_A_LOT, MUCH_WORSE, Answers


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
