"""A cross-taper computed by hand: sertraline leaves, venlafaxine comes, every day and every tablet counted."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.titration.rules import DosePlanResult, build_plan, daily_table, unit_words
from clinic.titration.rules.switching import Begins, Together, first_day, side_by_side
from tests.titration.orders import START, counts, found, order, tablets

FALL = {"from_mg": "100", "to_mg": "0", "method": "linear", "amount": "25", "interval_days": 7, "unit_mg": "25"}
RISE = {"from_mg": "37.5", "to_mg": "75", "step_mg": "37.5", "interval_days": 7}
SERTRALINE = [tablets("25", scored=True), tablets("100")]
VENLAFAXINE = [tablets("37.5", "75")]
LAST_DAYS = 30

# By hand: days counted from 1; what is taken of each on every day of the week that they begin.
TABLE = {
    1: ("100", "1 x 100 mg tablet", "0", ""),
    8: ("75", "3 x 25 mg tablet", "37.5", "1 x 37.5 mg tablet"),
    15: ("50", "2 x 25 mg tablet", "75", "1 x 75 mg tablet"),
    22: ("25", "1 x 25 mg tablet", "75", "1 x 75 mg tablet"),
    29: ("0", "", "75", "1 x 75 mg tablet"),
}


def leaving(*changes: dict[str, Any], **fall: str) -> DosePlanResult:
    """Sertraline 100 mg to nothing, 25 mg less every seven days."""
    typed = {**FALL, **fall, "times": ["morning"]}
    return build_plan(order(*SERTRALINE, taper=typed, changes=list(changes)))


def coming(start_on: date) -> DosePlanResult:
    """Venlafaxine 37.5 mg for seven days, then 75 mg."""
    titration = {**RISE, "times": ["morning"]}
    return build_plan(order(*VENLAFAXINE, start_on=start_on.isoformat(), horizon_days=LAST_DAYS, titration=titration))


def day(number: int) -> date:
    return START + timedelta(days=number - 1)


def taken_daily(plan: DosePlanResult, days: int) -> list[tuple[str, str]]:
    """Amount and units of every day."""
    return [
        (format(one.mg.normalize(), "f"), " + ".join(unit_words(unit) for dose in one.doses for unit in dose.units))
        for one in daily_table(plan, day(1), day(days))
    ]


def test_the_daily_table_is_the_one_computed_by_hand() -> None:
    old = leaving()
    start_on = first_day(Begins.OVERLAP, old, old, day(1), typed=day(8), washed_out_on=None)
    by_hand = [TABLE[(number - 1) // 7 * 7 + 1] for number in range(1, 36)]
    assert taken_daily(old, 35) == [(mg, units) for mg, units, _, _ in by_hand]
    assert taken_daily(coming(start_on), 35) == [(mg, units) for _, _, mg, units in by_hand]
    assert (old.stop_on, coming(start_on).order.start_on) == (day(29), day(8))


def test_tablets_sum_to_the_dispensing() -> None:
    old, new = leaving(), coming(day(8))
    assert counts(old) == {"100": 7, "25": 7 * (3 + 2 + 1)}
    assert counts(new) == {"37.5": 7, "75": LAST_DAYS}
    for plan, days in ((old, 28), (new, 14 + LAST_DAYS)):
        summed: Counter[str] = Counter()
        for one in daily_table(plan, day(1), day(days)):
            for unit in (unit.to_json() for dose in one.doses for unit in dose.units):
                summed[unit["strength_mg"]] += Decimal(unit["count"])  # type: ignore[assignment]
        assert summed == counts(plan)


def test_both_on_one_axis_with_the_days_of_the_overlap() -> None:
    spans = side_by_side(leaving(), coming(day(8)), day(1))
    assert [(one.first_on, one.last_on, one.together, one.days) for one in spans] == [
        (day(1), day(7), Together.LEAVING, 7),
        (day(8), day(14), Together.BOTH, 7),
        (day(15), day(21), Together.BOTH, 7),
        (day(22), day(28), Together.BOTH, 7),
        (day(29), None, Together.COMING, None),
    ]
    assert [(one.leaving_words, one.coming_words) for one in spans][1:5:3] == [
        ("75 mg a day", "37.5 mg a day"),
        ("no dose", "75 mg a day"),
    ]


def test_a_pause_at_step_3_moves_only_what_comes_later() -> None:
    first = leaving()
    paused = leaving({"on": day(15).isoformat(), "action": "pause", "days": 14})
    assert taken_daily(paused, 21) == taken_daily(first, 21)
    later = taken_daily(paused, 49)[21:]
    assert [mg for mg, _ in later] == ["50"] * 14 + ["25"] * 7 + ["0"] * 7
    assert paused.stop_on == day(43)
    assert counts(paused) == {"100": 7, "25": 7 * 3 + 21 * 2 + 7}
    assert first == leaving()


@pytest.mark.parametrize(
    ("product", "units", "refused"),
    [
        (tablets("25", scored=True), "half a 25 mg tablet", []),
        (tablets("25", form="capsule", scored=True), "", [("not_makeable", "stop", "2026-03-02", "12.5", None)]),
    ],
)
def test_12_5_is_half_a_tablet_and_no_part_of_a_capsule(
    product: dict[str, Any], units: str, refused: list[Any]
) -> None:
    plan = build_plan(order(product, steps=[{"doses": {"morning": "12.5"}, "days": 7}]))
    assert taken_daily(plan, 1) == [("12.5", units)]
    assert found(plan) == refused
