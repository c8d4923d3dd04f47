"""Who does not improve, by which sign."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from clinic.caseload.rules.improving import Followed, Reason, Sign, place, reasons_of
from clinic.core.rules import RuleBroken
from clinic.titration.rules.response import Thresholds, check_stay, check_thresholds
from clinic.titration.rules.trials import Dosed, Own, Total, Trial, own_trial

TODAY = dt.date(2026, 6, 1)
DEFAULTS = Thresholds()


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def phq9(days_ago: int, total: int) -> Total:
    return Total("phq9", ago(days_ago), total)


def gad7(days_ago: int, total: int) -> Total:
    return Total("gad7", ago(days_ago), total)


def taking(days: int, *totals: Total, mg: int = 50, weeks: int = 4) -> Trial:
    dosed = [Dosed(ago(days), None, Decimal(mg))]
    own = Own(UUID(int=1), "sertraline", "sertraline", Decimal(50), dosed)
    trial = own_trial(own, totals, weeks_needed=weeks, today=TODAY)
    assert trial is not None
    return trial


def signs(
    days: int, *totals: Total, is_booked: bool = True, thresholds: Thresholds = DEFAULTS, **more: Any
) -> list[Sign]:
    trials = [taking(days, *totals, **more)]
    return [one.sign for one in reasons_of(Followed(trials, totals, is_booked), thresholds, TODAY)]


@pytest.mark.parametrize(
    ("days", "total", "expected"),
    [(28, 17, [Sign.NO_BETTER]), (28, 16, []), (27, 17, []), (28, 20, [Sign.NO_BETTER])],
)
def test_four_weeks_at_an_adequate_dose_and_less_than_a_fifth_better(
    days: int, total: int, expected: list[Sign]
) -> None:
    assert signs(days, phq9(days, 20), phq9(1, total)) == expected


def test_a_dose_that_is_too_low_is_no_reason() -> None:
    assert signs(60, phq9(60, 20), phq9(1, 20), mg=25) == []


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([phq9(10, 10), phq9(1, 15)], [Sign.WORSE]),
        ([phq9(10, 10), phq9(1, 14)], []),
        ([phq9(20, 10), phq9(10, 13), phq9(1, 15)], [Sign.WORSE]),
        ([phq9(19, 10), phq9(10, 13), phq9(1, 15)], []),
        ([phq9(20, 10), phq9(10, 16), phq9(1, 12)], []),
        ([phq9(20, 10), gad7(10, 5), phq9(1, 10), gad7(1, 10)], [Sign.WORSE]),
    ],
)
def test_five_points_more_than_before_or_than_at_the_start_are_worse(totals: list[Total], expected: list[Sign]) -> None:
    assert signs(20, *totals) == expected


@pytest.mark.parametrize(
    ("days", "totals", "expected"),
    [
        (80, [phq9(42, 3)], [Sign.NO_SCORE]),
        (80, [phq9(41, 3)], []),
        (42, [], [Sign.NO_SCORE]),
        (41, [], []),
        (41, [phq9(90, 3)], []),
    ],
)
def test_six_weeks_without_a_score_count_from_the_first_day_of_medication(
    days: int, totals: list[Total], expected: list[Sign]
) -> None:
    assert signs(days, *totals) == expected


def test_without_a_visit_booked_and_by_the_clinics_own_numbers() -> None:
    assert signs(3, is_booked=False) == [Sign.NO_VISIT]
    own = Thresholds(adequate_weeks=2, better_percent=50, worse_points=2, silent_weeks=1)
    totals = (phq9(14, 10), phq9(8, 6), phq9(7, 8))
    found = signs(14, *totals, is_booked=False, thresholds=own, weeks=2)
    assert found == [Sign.WORSE, Sign.NO_BETTER, Sign.NO_SCORE, Sign.NO_VISIT]


def test_each_reason_has_its_words() -> None:
    totals = (phq9(60, 18), phq9(50, 20))
    found = reasons_of(Followed([taking(60, *totals)], totals, True), DEFAULTS, TODAY)
    assert [one.words for one in found] == [
        "Sertraline for 8 weeks 4 days at an effective dose: PHQ-9 18 (Apr 2, 2026) to 20 (Apr 12, 2026)",
        "The last score is of Apr 12, 2026",
    ]
    assert reasons_of(Followed([taking(60)], (), True), DEFAULTS, TODAY) == [Reason(Sign.NO_SCORE, "No score at all")]


def test_who_takes_nothing_is_not_on_the_list() -> None:
    assert reasons_of(Followed((), (phq9(10, 10), phq9(1, 20)), False), DEFAULTS, TODAY) == []


def test_the_most_pressing_stand_first() -> None:
    worse, silent, unbooked = (Reason(sign, "") for sign in (Sign.WORSE, Sign.NO_SCORE, Sign.NO_VISIT))
    rows = [[unbooked], [silent], [silent, unbooked], [worse]]
    assert sorted(rows, key=place) == [[worse], [silent, unbooked], [silent], [unbooked]]


@pytest.mark.parametrize("name", ["adequate_weeks", "better_percent", "worse_points", "silent_weeks"])
@pytest.mark.parametrize("number", [0, 101])
def test_thresholds_lie_in_their_ranges(name: str, number: int) -> None:
    check_thresholds(DEFAULTS)
    with pytest.raises(RuleBroken) as refusal:
        check_thresholds(Thresholds(**{name: number}))
    assert refusal.value.field == name


@pytest.mark.parametrize(
    ("days", "reason", "field"), [(0, "Well", "until"), (367, "Well", "until"), (7, " ", "reason")]
)
def test_a_stay_has_a_day_within_a_year_and_a_reason(days: int, reason: str, field: str) -> None:
    check_stay(ago(-366), "Waits for the level", TODAY)
    with pytest.raises(RuleBroken) as refusal:
        check_stay(ago(-days), reason, TODAY)
    assert refusal.value.field == field
