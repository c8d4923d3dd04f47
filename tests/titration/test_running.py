"""Orders made anew from a day on, and what must hold before signing."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules import build_plan
from clinic.titration.rules.findings import Code, Finding
from clinic.titration.rules.offering import chosen_products, offers_of
from clinic.titration.rules.order import Time
from clinic.titration.rules.running import (
    amount_row,
    amount_then_schedule,
    dispensed_from,
    mg_on,
    order_from,
    order_with,
    takes_effect_on,
    unsettled_stops,
    with_moved,
)
from clinic.titration.rules.signing import check_change_day, finding_words, overridden_words, read_finding
from clinic.titration.rules.telling import dispensed_words, tell_start
from tests.factories.titration import TABLETS, rising_order

START = dt.date(2026, 3, 2)
RISING = rising_order(START)


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def rows(order: dict[str, Any]) -> list[tuple[str, int | None]]:
    return [(row["doses"].get("morning", "0"), row.get("days")) for row in order["steps"]]


def test_a_step_that_goes_on_is_one_step() -> None:
    order = order_from(march(12), RISING, [{"doses": {"morning": "50.0"}, "days": 3}, {"doses": {"morning": "75"}}])
    assert rows(order) == [("25", 7), ("50", 6), ("75", None)]
    assert rows(order_from(march(12), RISING, [{"doses": {"morning": "50"}}])) == [("25", 7), ("50", None)]


def test_a_step_taken_every_other_day_is_never_joined() -> None:
    order = order_from(march(12), RISING, [{"doses": {"morning": "50"}, "every_days": 2}])
    assert rows(order) == [("25", 7), ("50", 3), ("50", None)]


@pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2026, 3, 10)])
def test_a_day_outside_the_plan_is_refused(day: dt.date) -> None:
    short = {"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {"morning": "25"}, "days": 7}]}
    with pytest.raises(RuleBroken, match="not within"):
        order_from(day, short, [{"doses": {"morning": "25"}}])


def test_the_day_after_the_last_one_may_go_on() -> None:
    short = {"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {"morning": "25"}, "days": 7}]}
    assert rows(order_from(march(9), short, [{"doses": {"morning": "50"}}])) == [("25", 7), ("50", None)]


def test_an_amount_until_the_next_planned_step() -> None:
    steps = amount_then_schedule(build_plan(RISING), march(12), Decimal("62.5"), [Time.MORNING])
    assert rows({"steps": steps}) == [("62.5", 4), ("75", 7), ("100", None)]
    last = amount_then_schedule(build_plan(RISING), march(30), Decimal(50), [Time.MORNING])
    assert rows({"steps": last}) == [("50", None)]
    ended = build_plan(order_with(RISING, {"on": "2026-03-12", "action": "stop"}))
    assert rows({"steps": amount_then_schedule(ended, march(10), Decimal(25), [Time.MORNING])}) == [("25", 2)]


def test_an_amount_is_split_over_the_times_of_the_day() -> None:
    row = amount_row(build_plan(RISING), Decimal("37.5"), [Time.MORNING, Time.BEDTIME], 3)
    assert row == {"doses": {"morning": "12.5", "bedtime": "25"}, "days": 3}


def test_the_first_day_that_differs() -> None:
    old = build_plan(RISING)
    paused = build_plan(order_with(RISING, {"on": "2026-03-10", "action": "pause", "days": 7}))
    assert takes_effect_on(old, paused) == march(16)
    assert takes_effect_on(old, old) is None
    assert mg_on(old, dt.date(2026, 3, 1)) == 0


def test_what_is_dispensed_from_a_day() -> None:
    plan = build_plan(RISING)
    assert dispensed_from(plan, None) == plan.dispense
    words = [dispensed_words(one.to_json()) for one in dispensed_from(plan, dt.date(2026, 4, 1))]
    assert words == ["30 x 100 mg tablet"]


def test_a_solution_and_a_capsule_in_words() -> None:
    assert dispensed_words({"form": "solution", "release": "IR", "mg_per_ml": "20", "count": "7.5"}) == (
        "7.5 mL of 20 mg/mL solution"
    )
    capsule = {"form": "capsule", "release": "ER", "strength_mg": "75", "count": "3"}
    assert dispensed_words(capsule) == "3 x 75 mg extended-release capsule"


def test_a_start_that_ends_or_goes_over_the_year_is_told_so() -> None:
    taper = {"from_mg": "50", "to_mg": "0", "method": "linear", "amount": "25", "unit_mg": "25"}
    order = {"start_on": "2026-12-28", "products": TABLETS} | {
        "taper": {**taper, "interval_days": 7, "times": ["bedtime"]}
    }
    assert tell_start("quetiapine", build_plan(order)).words == (
        "Quetiapine started: 50 mg at bedtime from Dec 28, 2026, falling to 25 mg a day by Jan 4, 2027, "
        "last dose on Jan 10, 2027"
    )


def test_strengths_are_offered_once_and_chosen_by_key() -> None:
    liquid = {"form": "solution", "release": "IR", "mg_per_ml": "20", "ml_step": "0.1"}
    slow = {"form": "tablet", "release": "ER", "strengths_mg": ["37.5"]}
    offers = offers_of([*TABLETS, *TABLETS, liquid, slow])
    assert [offer.words for offer in offers] == [
        "25 mg tablet, may be halved",
        "50 mg tablet, may be halved",
        "100 mg tablet, may be halved",
        "20 mg/mL solution",
        "37.5 mg extended-release tablet",
    ]
    assert [offer.is_solution for offer in offers] == [False, False, False, True, False]
    chosen = chosen_products(offers, ["tablet-IR-50-scored", "solution-IR-20", "unknown"])
    assert chosen == [TABLETS[0] | {"strengths_mg": ["50"]}, liquid]


def test_findings_in_words_and_back() -> None:
    soon = Finding(Code.STEP_TOO_SOON, Severity.STOP, march(9), Decimal(1), Decimal(7))
    assert finding_words(soon) == (
        "The rise on Mar 9, 2026 comes 1 day after the step before; the shortest time is 7 days."
    )
    large = Finding(Code.STEP_TOO_LARGE, Severity.STOP, march(9), Decimal("75"), Decimal("50"))
    assert finding_words(large) == "The rise of 75 mg on Mar 9, 2026 is above the largest rise of 50 mg."
    high = Finding(Code.ABOVE_MAX, Severity.STOP, march(9), Decimal(225), Decimal(200), march(12))
    for finding in (soon, large, high):
        assert read_finding(finding.to_json()) == finding
    open_run = Finding(Code.ABOVE_MAX, Severity.STOP, march(9), Decimal(225), Decimal(200))
    assert finding_words(open_run) == "Up to 225 mg a day from Mar 9, 2026 is above the maximum of 200 mg a day."


def test_an_override_tells_what_it_was_given_for() -> None:
    soon = Finding(Code.STEP_TOO_SOON, Severity.STOP, march(9), Decimal(1), Decimal(7))
    assert overridden_words(soon.to_json()) == finding_words(soon)
    assert overridden_words({"code": "interaction", "text": "Both are too much."}) == "Both are too much."
    assert overridden_words({"code": "checks_unavailable"}).startswith("The safety checks are unavailable")


def test_the_day_a_change_takes_effect() -> None:
    assert check_change_day(None, march(12), march(10)) == march(12)
    assert check_change_day(march(11), None, march(10)) == march(11)
    with pytest.raises(RuleBroken, match="changes nothing"):
        check_change_day(None, None, march(10))


def asked_anew(old_order: dict[str, Any], new_order: dict[str, Any], day: dt.date) -> list[tuple[str, dt.date]]:
    """What stops a change from a day on, where every stop of the plan in force had its reason."""
    old, new = build_plan(old_order), build_plan(new_order)
    settled = with_moved([one.to_json() for one in old.stops], old, new, day)
    return [(one.code.value, one.first_on) for one in unsettled_stops(new.stops, settled)]


def test_a_reason_goes_with_a_rise_that_a_pause_moves() -> None:
    order = {**RISING, "limits": {"max_mg_per_day": "60", "min_step_interval_days": 10}}
    paused = order_with(order, {"on": "2026-03-05", "action": "pause", "days": 5})
    assert len(build_plan(order).stops) == 4
    assert asked_anew(order, paused, march(5)) == []


def test_a_reason_does_not_go_with_a_dose_that_comes_sooner_or_rises_more_often() -> None:
    order = {**RISING, "limits": {"min_step_interval_days": 10}}
    steps = [{"doses": {"morning": mg}, "days": 7} for mg in ("50", "75")]
    sooner = order_from(march(6), order, [*steps, {"doses": {"morning": "100"}}])
    assert ("step_too_soon", march(13)) in asked_anew(order, sooner, march(6))
    last = {"doses": {"morning": "125"}}
    more = order_from(
        march(16), order, [{"doses": {"morning": "50"}, "days": 7}, {"doses": {"morning": "75"}, "days": 7}, last]
    )
    assert ("step_too_soon", march(30)) in asked_anew(order, more, march(16))


def test_a_reason_goes_with_a_cut_that_a_taper_makes_later_and_with_no_other() -> None:
    limits = {"max_reduction_percent": "40", "reduction_window_days": 7}
    steps = [{"doses": {"morning": mg}, "days": 7} for mg in ("100", "50", "40")]
    order = {"start_on": "2026-03-02", "products": TABLETS, "limits": limits, "steps": steps}
    paused = order_with(order, {"on": "2026-03-05", "action": "pause", "days": 5})
    assert asked_anew(order, paused, march(5)) == []
    cut_again = order_from(march(16), order, [{"doses": {"morning": "25"}, "days": 7}])
    assert asked_anew(order, cut_again, march(16)) == [("reduction_fast", march(16))]
