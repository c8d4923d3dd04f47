"""Orders that make no plan: each refusal names the path of what is wrong."""

from typing import Any

import pytest

from clinic.titration.rules import BadOrder, build_plan, parse_order
from tests.titration.orders import order, solution, step, tablets

RISE = {"from_mg": "25", "to_mg": "50", "step_mg": "25", "interval_days": 7, "times": ["morning"]}
FALL = {"from_mg": "20", "to_mg": "0", "method": "linear", "amount": "5", "interval_days": 7, "unit_mg": "5"} | {
    "times": ["bedtime"]
}
TABLET = tablets("25")
STEP = step(7, morning="25")


def bad(**fields: Any) -> dict[str, Any]:
    return order(TABLET) | ({} if {"titration", "taper"} & set(fields) else {"steps": [STEP]}) | fields


def without(raw: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != name}


REFUSED = [
    (bad(colour="red"), "colour"),
    (bad(id=7), "id"),
    (without(bad(), "start_on"), "start_on"),
    (bad(start_on="2026-02-30"), "start_on"),
    (bad(start_on="20260302"), "start_on"),
    (bad(start_on=20260302), "start_on"),
    (bad(start_on="9999-12-30"), "start_on"),
    (bad(horizon_days=-1), "horizon_days"),
    (bad(horizon_days="30"), "horizon_days"),
    (bad(horizon_days=3661), "horizon_days"),
    (without(bad(), "products"), "products"),
    (bad(products=[]), "products"),
    (bad(products=TABLET), "products"),
    (bad(products=["tablet"]), "products[0]"),
    (bad(products=[TABLET, without(TABLET, "form")]), "products[1].form"),
    (bad(products=[TABLET | {"form": "patch"}]), "products[0].form"),
    (bad(products=[TABLET | {"release": "XR"}]), "products[0].release"),
    (bad(products=[without(TABLET, "release")]), "products[0].release"),
    (bad(products=[TABLET | {"scored": "yes"}]), "products[0].scored"),
    (bad(products=[TABLET | {"colour": "red"}]), "products[0].colour"),
    (bad(products=[TABLET | {"ml_step": "1"}]), "products[0].ml_step"),
    (bad(products=[TABLET | {"strengths_mg": []}]), "products[0].strengths_mg"),
    (bad(products=[TABLET | {"strengths_mg": ["25", "0"]}]), "products[0].strengths_mg[1]"),
    (bad(products=[without(TABLET, "strengths_mg")]), "products[0].strengths_mg"),
    (bad(products=[solution("20", "0")]), "products[0].ml_step"),
    (bad(products=[without(solution("20", "1"), "mg_per_ml")]), "products[0].mg_per_ml"),
    (bad(products=[solution("20", "1") | {"strengths_mg": ["5"]}]), "products[0].strengths_mg"),
    (bad(limits=[]), "limits"),
    (bad(limits={"max": "5"}), "limits.max"),
    (bad(limits={"max_mg_per_day": "0"}), "limits.max_mg_per_day"),
    (bad(limits={"min_step_interval_days": "7"}), "limits.min_step_interval_days"),
    (bad(limits={"reduction_window_days": 0}), "limits.reduction_window_days"),
    (order(TABLET), "steps"),
    (bad(steps=[STEP], taper=FALL), "taper"),
    (bad(titration=RISE, taper=FALL), "taper"),
    (bad(steps=[]), "steps"),
    (bad(steps={"0": STEP}), "steps"),
    (bad(steps=[STEP, 7]), "steps[1]"),
    (bad(steps=[STEP | {"dose": "25"}]), "steps[0].dose"),
    (bad(steps=[without(STEP, "doses")]), "steps[0].doses"),
    (bad(steps=[STEP | {"doses": ["25"]}]), "steps[0].doses"),
    (bad(steps=[STEP | {"doses": {"night": "25"}}]), "steps[0].doses.night"),
    (bad(steps=[STEP | {"days": 0}]), "steps[0].days"),
    (bad(steps=[STEP | {"days": True}]), "steps[0].days"),
    (bad(steps=[STEP | {"days": 7.0}]), "steps[0].days"),
    (bad(steps=[STEP | {"every_days": 0}]), "steps[0].every_days"),
    (bad(steps=[STEP, without(STEP, "days"), STEP]), "steps[1].days"),
    (bad(steps=[STEP | {"days": 3660}, STEP | {"days": 1}]), "steps[1].days"),
    (bad(titration=RISE | {"to_mg": "20"}), "titration.to_mg"),
    (bad(titration=RISE | {"step_mg": "0"}), "titration.step_mg"),
    (bad(titration=RISE | {"interval_days": 0}), "titration.interval_days"),
    (bad(titration=RISE | {"interval_days": 3661}), "titration.interval_days"),
    (bad(titration=RISE | {"step_mg": "0.000001"}), "titration.interval_days"),
    (bad(titration=RISE | {"unit_mg": "1"}), "titration.unit_mg"),
    (bad(titration=RISE | {"times": []}), "titration.times"),
    (bad(titration=RISE | {"times": "morning"}), "titration.times"),
    (bad(titration=RISE | {"times": ["morning", "lunch"]}), "titration.times[1]"),
    (bad(titration=RISE | {"times": ["noon", "noon"]}), "titration.times[1]"),
    (bad(taper=FALL | {"to_mg": "25"}), "taper.to_mg"),
    (bad(taper=FALL | {"method": "hyperbolic"}), "taper.method"),
    (bad(taper=FALL | {"method": ["linear"]}), "taper.method"),
    (bad(taper=FALL | {"amount": "0"}), "taper.amount"),
    (bad(taper=FALL | {"unit_mg": "0"}), "taper.unit_mg"),
    (bad(taper=FALL | {"interval_days": 1000}), "taper.interval_days"),
    (bad(taper=without(FALL, "times")), "taper.times"),
    (bad(changes={"on": "2026-03-05"}), "changes"),
    (bad(changes=[{"on": "2026-03-05", "action": "double"}]), "changes[0].action"),
    (bad(changes=[{"on": "2026-03-05"}]), "changes[0].action"),
    (bad(changes=[{"on": "soon", "action": "stop"}]), "changes[0].on"),
    (bad(changes=[{"on": "2026-03-05", "action": "stop", "days": 3}]), "changes[0].days"),
    (bad(changes=[{"on": "2026-03-05", "action": "pause"}]), "changes[0].days"),
    (bad(changes=[{"on": "2026-03-05", "action": "pause", "days": 0}]), "changes[0].days"),
    (bad(changes=[{"on": "2026-03-05", "action": "slow", "interval_days": 0}]), "changes[0].interval_days"),
    (bad(changes=[{"on": "2026-03-05", "action": "slow", "why": "ill"}]), "changes[0].why"),
]


@pytest.mark.parametrize(("raw", "field"), [pytest.param(raw, field, id=field) for raw, field in REFUSED])
def test_a_bad_order_names_the_field(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(BadOrder) as refused:
        build_plan(raw)

    assert refused.value.field == field
    assert refused.value.reason


@pytest.mark.parametrize(
    "amount",
    [
        "lots",
        "",
        "-5",
        "+5",
        "1e3",
        ".5",
        "5.",
        " 5",
        "5\n",
        "1_0",
        "２５",
        "NaN",
        "12345678",
        12.5,
        -5,
        True,
        None,
        ["25"],
    ],
)
def test_what_is_no_positive_decimal_is_no_amount(amount: object) -> None:
    with pytest.raises(BadOrder) as refused:
        build_plan(bad(steps=[{"doses": {"morning": amount}, "days": 7}]))

    assert refused.value.field == "steps[0].doses.morning"


def test_amounts_may_be_whole_numbers_or_carry_zeros() -> None:
    plan = build_plan(bad(steps=[step(1, morning="25.00", noon="025")]) | {"products": [tablets("25.0")]})
    whole = build_plan(bad(steps=[{"doses": {"morning": 25}, "days": 7}]))

    assert [dose.to_json()["mg"] for dose in plan.steps[0].doses] == ["25", "25"]
    assert whole.steps[0].mg_per_day == 25


def test_what_is_null_counts_as_left_out() -> None:
    fields = {"limits": None, "changes": None, "taper": None, "horizon_days": None}
    parsed = parse_order(bad(**fields, steps=[{"doses": {}, "days": None}]))

    assert parsed == parse_order(bad(steps=[{"doses": {}}], changes=[]))


def test_the_longest_plan_is_3660_days() -> None:
    assert build_plan(bad(steps=[step(3660, morning="25")])).steps[0].last_on is not None


def test_an_order_that_was_read_makes_the_same_plan() -> None:
    assert build_plan(parse_order(bad())) == build_plan(bad())
