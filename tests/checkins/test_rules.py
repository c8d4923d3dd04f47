"""What may be answered, and what makes an answer worrying."""

import pytest

from clinic.checkins import rules
from clinic.checkins.rules import Answers, ScaleResult, SideEffect, WorryCode
from clinic.core.rules import RuleBroken

FINE = Answers(feeling=4, doses_missed=0)


def worries(answers: Answers = FINE, scale: ScaleResult | None = None, *, in_crisis: bool = False) -> list[str]:
    return [worry.code for worry in rules.worries_of(answers, scale, in_crisis=in_crisis)]


def test_a_good_answer_worries_nobody() -> None:
    effects = (SideEffect("headache", "Headache", 2),)
    good = Answers(feeling=2, doses_missed=3, side_effects=effects)
    assert worries(good, ScaleResult("PHQ-9", (), 9, 5, 5)) == []


@pytest.mark.parametrize(
    ("answers", "scale", "in_crisis", "code"),
    [
        (FINE, None, True, WorryCode.IN_CRISIS),
        (FINE, ScaleResult("PHQ-9", ("self_harm",), 4), False, WorryCode.SELF_HARM),
        (Answers(4, 0, wants_call=True), None, False, WorryCode.WANTS_CALL),
        (Answers(4, 0, (SideEffect("nausea", "Feeling sick", 3),)), None, False, WorryCode.BOTHERED_A_LOT),
        (Answers(1, 0), None, False, WorryCode.MUCH_WORSE),
        (FINE, ScaleResult("PHQ-9", (), 14, 9, 5), False, WorryCode.SCORE_WORSE),
        (FINE, ScaleResult("PHQ-9", ("self_harm_unanswered",), 4), False, WorryCode.SELF_HARM_UNANSWERED),
    ],
)
def test_each_worry_has_its_sentence(
    answers: Answers, scale: ScaleResult | None, in_crisis: bool, code: WorryCode
) -> None:
    (worry,) = rules.worries_of(answers, scale, in_crisis=in_crisis)
    assert worry.code == code
    assert worry.sentence.endswith(".")
    assert worry.is_danger is (code in {WorryCode.IN_CRISIS, WorryCode.SELF_HARM})


@pytest.mark.parametrize(
    "scale",
    [
        ScaleResult("PHQ-9", (), None, 5, 5),
        ScaleResult("PHQ-9", (), 27, None, 5),
        ScaleResult("PHQ-2", (), 6, 0, None),
        ScaleResult("PHQ-9", (), 13, 9, 5),
    ],
)
def test_a_score_is_worse_only_by_a_sourced_threshold(scale: ScaleResult) -> None:
    assert worries(FINE, scale) == []


def test_a_worse_score_says_from_what_to_what() -> None:
    (worry,) = rules.worries_of(FINE, ScaleResult("PHQ-9", (), 14, 9, 5), in_crisis=False)
    assert worry.sentence == "PHQ-9 rose from 9 to 14."


def test_dangers_come_first() -> None:
    told = worries(Answers(1, 0, wants_call=True), ScaleResult("PHQ-9", ("self_harm",), 20), in_crisis=True)
    assert told == ["in_crisis", "self_harm", "wants_call", "much_worse"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers(0, 0), "feeling"),
        (Answers(3, 8), "doses_missed"),
        (Answers(3, 0, (SideEffect("rash", "New rash", 4),)), None),
    ],
)
def test_answers_outside_their_range_are_refused(answers: Answers, field: str | None) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_answers(answers)
    assert refused.value.field == field


def test_an_answered_check_in_is_closed() -> None:
    with pytest.raises(RuleBroken, match="already answered"):
        rules.check_open(is_planned=False, used_at=None)
