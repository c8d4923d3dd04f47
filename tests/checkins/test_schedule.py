"""On which days a dose plan is asked about, which scale is sent, and what the clinic may set."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from clinic.checkins import rules
from clinic.checkins.rules import DEFAULTS, Occasion, Protocol, StepDays
from clinic.core.rules import RuleBroken

JUNE_1 = dt.date(2026, 6, 1)


def day(number: int) -> dt.date:
    """A day of June; the 31st is the first of July."""
    return JUNE_1 + dt.timedelta(days=number - 1)


def steps(*told: tuple[int, int | None, int]) -> list[StepDays]:
    return [StepDays(day(first), day(last) if last else None, Decimal(mg)) for first, last, mg in told]


def asks(*told: tuple[int, int | None, int], off: tuple[Occasion, ...] = ()) -> dict[int, str]:
    protocols = {occasion: replace(one, is_on=occasion not in off) for occasion, one in DEFAULTS.items()}
    found = rules.asks_of(steps(*told), JUNE_1, protocols)
    return {(ask.due_on - JUNE_1).days + 1: ask.occasion.value for ask in found}


LATE = {14: "day_14", 28: "week_4", 56: "week_8"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([(1, 7, 25), (8, None, 50)], {4: "day_4", 7: "before_next_step", 11: "day_4", **LATE}),
        ([(1, 5, 25), (6, None, 50)], {4: "day_4", 5: "before_next_step", 9: "day_4", 12: "day_7", **LATE}),
        ([(1, 4, 25), (5, None, 50)], {4: "before_next_step", 8: "day_4", 11: "day_7", **LATE}),
        ([(1, None, 25)], {4: "day_4", 7: "day_7", **LATE}),
        ([(1, 7, 25)], {4: "day_4"}),
    ],
)
def test_a_rising_plan(told: list[tuple[int, int | None, int]], expected: dict[int, str]) -> None:
    assert asks(*told) == expected


def test_every_cut_of_a_taper_is_asked_about_twice_and_so_is_the_end() -> None:
    told = asks((1, 21, 100), (22, 42, 50), (43, None, 0))
    assert told == {
        4: "day_4",
        14: "day_14",
        21: "before_next_step",
        25: "withdrawal_first",
        28: "week_4",
        32: "withdrawal_second",
        46: "withdrawal_first",
        53: "withdrawal_second",
    }


def test_a_cut_that_is_followed_by_another_is_asked_about_while_it_stands() -> None:
    told = asks((1, 7, 100), (8, 14, 75), (15, None, 50), off=(Occasion.WEEK_4, Occasion.WEEK_8))
    assert told == {
        4: "day_4",
        7: "before_next_step",
        11: "withdrawal_first",
        14: "day_14",
        18: "withdrawal_first",
        21: "day_7",
        25: "withdrawal_second",
    }


def test_of_two_on_one_day_the_one_that_asks_more_is_asked() -> None:
    assert asks((1, 14, 25), (15, None, 50))[14] == "day_14"
    assert asks((1, 14, 25), (15, None, 50), off=(Occasion.DAY_14,))[14] == "before_next_step"


def test_a_pause_is_asked_about_only_as_a_cut() -> None:
    assert asks((1, 7, 25), (8, 12, 0), (13, None, 25)) == {
        4: "day_4",
        11: "withdrawal_first",
        14: "day_14",
        16: "day_4",
        19: "day_7",
        28: "week_4",
        56: "week_8",
    }


def test_what_is_off_is_not_asked() -> None:
    assert asks((1, None, 25), off=tuple(Occasion)) == {}


@pytest.mark.parametrize(("due", "is_in"), [(1, False), (2, True), (18, True), (19, False)])
def test_check_ins_are_planned_two_days_late_to_fourteen_ahead(due: int, is_in: bool) -> None:
    assert rules.is_in_window(day(due), today=day(4)) is is_in


def test_a_check_in_is_open_for_three_days() -> None:
    assert not rules.is_expired(day(4), today=day(7))
    assert rules.is_expired(day(4), today=day(8))


@pytest.mark.parametrize(
    ("last", "scale"),
    [({}, "phq9"), ({"phq9": dt.date(2026, 5, 21)}, "phq9"), ({"phq9": dt.date(2026, 5, 22)}, "phq2")],
)
def test_phq9_is_due_every_two_weeks(last: dict[str, dt.date], scale: str) -> None:
    assert rules.scale_due(rules.DEFAULTS[Occasion.DAY_4], {"gad7"}, last, on=day(4)) == scale


@pytest.mark.parametrize(
    ("goals", "last", "scale"),
    [
        (set(), {}, "phq9"),
        ({"gad7"}, {}, "gad7"),
        ({"phq9"}, {"phq9": day(13)}, "phq9"),
        ({"phq9", "gad7"}, {}, "phq9"),
        ({"phq9", "gad7"}, {"phq9": day(4)}, "gad7"),
        ({"phq9", "gad7"}, {"phq9": day(4), "gad7": day(3)}, "gad7"),
        ({"phq9", "gad7"}, {"phq9": day(4), "gad7": day(5)}, "phq9"),
    ],
)
def test_two_weeks_after_the_start_the_scale_is_that_of_the_goals(
    goals: set[str], last: dict[str, dt.date], scale: str
) -> None:
    assert rules.scale_due(rules.DEFAULTS[Occasion.DAY_14], goals, last, on=day(14)) == scale


def test_scales_are_read_from_the_measures_of_goals() -> None:
    assert rules.scales_of(["PHQ-9 total", "Panic attacks a week", "GAD7"]) == {"phq9", "gad7"}
    assert rules.scales_of(["", "sleep diary"]) == set()


@pytest.mark.parametrize(
    ("occasion", "changed", "field"),
    [
        (Occasion.DAY_4, {"days": 0}, "days"),
        (Occasion.DAY_4, {"days": 29}, "days"),
        (Occasion.WEEK_8, {"days": 91}, "days"),
        (Occasion.DAY_4, {"silent_after_hours": 0}, "silent_after_hours"),
        (Occasion.DAY_4, {"silent_after_hours": 73}, "silent_after_hours"),
        (Occasion.DAY_4, {"silences_told": 0}, "silences_told"),
        (Occasion.DAY_4, {"silences_told": 10}, "silences_told"),
    ],
)
def test_a_protocol_stays_within_the_clinics_limits(occasion: Occasion, changed: dict[str, int], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_protocol(replace(DEFAULTS[occasion], **changed))
    assert refused.value.field == field


def test_the_defaults_are_within_them_and_say_when() -> None:
    for protocol in DEFAULTS.values():
        rules.check_protocol(protocol)
    assert set(DEFAULTS) == set(Occasion)
    assert DEFAULTS[Occasion.DAY_4].when == "3 days after a step begins"
    assert DEFAULTS[Occasion.BEFORE_NEXT_STEP].when == "1 day before the next step"
    assert Protocol(Occasion.WEEK_4, 27).when == "27 days after the medication begins"
    assert all(occasion.label for occasion in Occasion)


@pytest.mark.parametrize(
    ("newest_first", "count"), [([], 0), ([True, True, False, True], 2), ([False, True], 0), ([True], 1)]
)
def test_silences_are_counted_back_to_the_last_answer(newest_first: list[bool], count: int) -> None:
    assert rules.silences_in_a_row(newest_first) == count


@pytest.mark.parametrize(
    ("occasion", "due_on", "last_on", "is_asked"),
    [
        (Occasion.DAY_4, 4, None, True),
        (Occasion.DAY_4, 5, 4, False),
        (Occasion.BEFORE_NEXT_STEP, 14, 7, True),
        (Occasion.BEFORE_NEXT_STEP, 6, 7, False),
        (Occasion.BEFORE_NEXT_STEP, 7, 7, False),
    ],
)
def test_a_step_is_asked_about_once_and_before_its_next_step_again_where_it_goes_on(
    occasion: Occasion, due_on: int, last_on: int | None, is_asked: bool
) -> None:
    last = dt.date(2026, 6, last_on) if last_on else None
    assert rules.is_to_ask(occasion, dt.date(2026, 6, due_on), last_on=last) is is_asked


def test_the_scale_that_a_protocol_names_is_asked_whatever_else_is() -> None:
    protocol = replace(rules.DEFAULTS[Occasion.DAY_14], instrument="pcl5")
    assert rules.scale_due(protocol, {"gad7"}, {"pcl5": day(13)}, on=day(14)) == "pcl5"
