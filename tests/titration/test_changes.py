"""Pausing, stepping back, slowing and stopping: what moves, and what never does."""

from datetime import date
from typing import Any

import pytest

from clinic.titration.rules import BadOrder, DosePlanResult, build_plan, daily_table
from tests.titration.orders import START, amounts, counts, lengths, order, step, tablets

RISE = [step(14, morning="25"), step(14, morning="50"), step(7, morning="100"), step(morning="200")]


def changed(*changes: dict[str, Any], steps: list[dict[str, Any]] | None = None) -> DosePlanResult:
    return build_plan(order(tablets("25", "100"), steps=steps or RISE, changes=list(changes)))


def change(on: str, action: str, **more: int) -> dict[str, Any]:
    return {"on": on, "action": action, **more}


def test_a_pause_lengthens_the_running_step_and_moves_the_later_ones() -> None:
    plan = changed(change("2026-03-20", "pause", days=14))

    assert lengths(plan) == [14, 28, 7, None]
    assert counts(plan) == {"25": 14 + 56, "100": 7}


def test_a_pause_of_the_open_ended_step_changes_nothing() -> None:
    assert changed(change("2026-05-20", "pause", days=14)).steps == changed().steps


def test_a_paused_every_other_day_step_keeps_its_days() -> None:
    steps = [step(5, every_days=2, morning="25"), step(morning="25")]
    plan = changed(change("2026-03-05", "pause", days=2), steps=steps)
    table = daily_table(plan, START, date(2026, 3, 9))

    assert [day.mg for day in table] == [25, 0, 25, 0, 25, 0, 25, 25]


def test_back_one_step_takes_the_step_before_in_full_then_goes_on() -> None:
    plan = changed(change("2026-04-01", "back_one_step"))

    assert amounts(plan) == ["25", "50", "100", "50", "100", "200"]
    assert lengths(plan) == [14, 14, 2, 14, 7, None]


def test_back_on_the_first_day_of_a_step_leaves_no_piece_of_it() -> None:
    plan = changed(change("2026-03-30", "back_one_step"))

    assert amounts(plan) == ["25", "50", "50", "100", "200"]
    assert lengths(plan) == [14, 14, 14, 7, None]


def test_back_from_the_open_ended_step_ends_open_again() -> None:
    plan = changed(change("2026-04-10", "back_one_step"))

    assert amounts(plan) == ["25", "50", "100", "200", "100", "200"]
    assert lengths(plan) == [14, 14, 7, 4, 7, None]


def test_back_twice_goes_down_the_order_and_never_up_to_the_dose_that_was_left() -> None:
    plan = changed(change("2026-04-01", "back_one_step"), change("2026-04-03", "back_one_step"))

    assert amounts(plan) == ["25", "50", "100", "50", "25", "50", "100", "200"]
    assert lengths(plan) == [14, 14, 2, 2, 14, 14, 7, None]


@pytest.mark.parametrize("earlier", [[], [change("2026-03-20", "back_one_step")]])
def test_there_is_nothing_before_the_first_step(earlier: list[dict[str, Any]]) -> None:
    with pytest.raises(BadOrder) as refused:
        changed(*earlier, change("2026-03-21" if earlier else "2026-03-05", "back_one_step"))

    assert refused.value.field == f"changes[{len(earlier)}].action"


def test_stop_ends_on_the_day_before() -> None:
    plan = changed(change("2026-04-10", "stop"))

    assert plan.stop_on == date(2026, 4, 10)
    assert plan.last_on == date(2026, 4, 9)
    assert amounts(plan) == ["25", "50", "100", "200"]


def test_stop_on_the_first_day_of_a_step_drops_it() -> None:
    assert amounts(changed(change("2026-03-30", "stop"))) == ["25", "50"]


def test_stop_on_the_first_day_leaves_no_step_at_all() -> None:
    plan = changed(change("2026-03-02", "stop"))

    assert plan.to_json() == {"steps": [], "stop_on": "2026-03-02", "dispense": [], "findings": []}
    assert plan.last_on is None


def test_slow_lengthens_only_steps_that_begin_later_and_are_shorter() -> None:
    plan = changed(change("2026-03-02", "slow", interval_days=10))

    assert lengths(plan) == [14, 14, 10, None]


def test_a_step_that_begins_on_the_day_of_slow_keeps_its_length() -> None:
    assert lengths(changed(change("2026-03-30", "slow", interval_days=30))) == [14, 14, 7, None]


def test_steps_taken_again_after_slow_are_slow_too() -> None:
    plan = changed(change("2026-03-20", "slow", interval_days=21), change("2026-04-01", "back_one_step"))

    assert amounts(plan) == ["25", "50", "100", "50", "100", "200"]
    assert lengths(plan) == [14, 14, 2, 21, 21, None]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ([change("2026-03-01", "stop")], "changes[0].on"),
        ([change("2026-04-10", "stop"), change("2026-04-10", "pause", days=3)], "changes[1].on"),
        ([change("2026-03-20", "pause", days=3700)], "changes[0].days"),
        ([change("2026-03-20", "slow", interval_days=3700)], "changes[0].interval_days"),
        ([change("2036-12-01", "stop")], "changes[0].on"),
    ],
)
def test_a_change_outside_the_plan_or_beyond_its_longest_is_refused(changes: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(BadOrder) as refused:
        changed(*changes)

    assert refused.value.field == field


def test_the_day_after_a_bounded_plan_is_outside_it() -> None:
    with pytest.raises(BadOrder):
        changed(change("2026-03-09", "stop"), steps=[step(7, morning="25")])

    assert changed(change("2026-03-08", "stop"), steps=[step(7, morning="25")]).stop_on == date(2026, 3, 8)
    assert changed(steps=[step(7, morning="25")]).stop_on is None


def test_taper_paused_at_its_third_step_moves_only_what_is_later() -> None:
    fall = {"from_mg": "100", "to_mg": "0", "method": "linear", "amount": "25", "interval_days": 7}
    taper = {**fall, "unit_mg": "25", "times": ["morning"]}
    tabs = tablets("25", "100", scored=True)
    paused = build_plan(order(tabs, taper=taper, changes=[change("2026-03-18", "pause", days=14)]))

    assert amounts(paused) == ["100", "75", "50", "25"]
    assert lengths(paused) == [7, 7, 21, 7]
    assert counts(paused) == {"100": 7, "25": 21 + 42 + 7}
    assert paused.stop_on == date(2026, 4, 13)
