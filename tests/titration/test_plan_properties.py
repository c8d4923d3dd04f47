"""What holds for every plan, whatever the order: checked on orders drawn at random."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.titration.rules import (
    BadOrder,
    DosePlanResult,
    Solution,
    Unit,
    build_plan,
    daily_table,
    day_of,
    parse_order,
)
from clinic.titration.rules.order import Time
from tests.titration.orders import solution, step, tablets

FEW = settings(max_examples=60, deadline=None)

MG = st.sampled_from(["2.5", "5", "10", "12.5", "25", "37.5", "40", "75", "100", "112.5"])
DAYS = st.integers(1, 20)
TIMES = st.lists(st.sampled_from([one.value for one in Time]), min_size=1, max_size=4, unique=True)
PRODUCTS = st.lists(
    st.one_of(
        st.builds(
            lambda strengths, scored, form, release: tablets(*strengths, scored=scored, form=form, release=release),
            st.lists(MG, min_size=1, max_size=5),
            st.booleans(),
            st.sampled_from(["tablet", "capsule"]),
            st.sampled_from(["IR", "ER", "DR", "ODT"]),
        ),
        st.builds(solution, st.sampled_from(["1", "2", "20"]), st.sampled_from(["0.125", "0.5", "1"])),
    ),
    min_size=1,
    max_size=3,
)
STEPS = st.lists(
    st.builds(
        lambda doses, every_days, days: {"doses": doses, "every_days": every_days, "days": days},
        st.dictionaries(st.sampled_from([one.value for one in Time]), st.one_of(MG, st.just("0")), max_size=3),
        st.integers(1, 3),
        DAYS,
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def regimens(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["steps", "titration", "taper"]))
    if kind == "steps":
        steps = draw(STEPS)
        if draw(st.booleans()):
            del steps[-1]["days"]
        return {"steps": steps}
    low, high = sorted((draw(MG), draw(MG)), key=Decimal)
    if kind == "titration":
        rise = {"from_mg": low, "to_mg": high, "step_mg": draw(MG), "interval_days": draw(DAYS), "times": draw(TIMES)}
        return {"titration": rise}
    method = draw(st.sampled_from(["linear", "percent_of_start", "percent_of_current"]))
    fall = {"from_mg": high, "to_mg": draw(st.sampled_from(["0", low])), "method": method, "amount": draw(MG)}
    return {"taper": fall | {"interval_days": draw(DAYS), "unit_mg": draw(MG), "times": draw(TIMES)}}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    start_on = draw(st.dates(date(2024, 1, 1), date(2030, 1, 1)))
    limits = {
        "max_mg_per_day": "60",
        "max_step_mg": "30",
        "min_step_interval_days": 5,
        "warn_reduction_percent": "10",
        "max_reduction_percent": "25",
        "reduction_window_days": 14,
    }
    general = {"id": "any", "start_on": start_on.isoformat(), "products": draw(PRODUCTS), "limits": limits}
    return general | {"horizon_days": draw(st.integers(0, 40))} | draw(regimens())


CHANGES = st.builds(
    lambda offset, action, days: (offset, action, days),
    st.integers(0, 40),
    st.sampled_from(["pause", "back_one_step", "stop", "slow"]),
    DAYS,
)


def change(start_on: str, drawn: tuple[int, str, int]) -> dict[str, Any]:
    offset, action, days = drawn
    on = (date.fromisoformat(start_on) + timedelta(days=offset)).isoformat()
    length = {"pause": {"days": days}, "slow": {"interval_days": days}}.get(action, {})
    return {"on": on, "action": action, **length}


def plan_or_refusal(order: dict[str, Any]) -> tuple[DosePlanResult | None, str | None]:
    """The plan of an order, or the path of what is wrong in it."""
    try:
        return build_plan(order), None
    except BadOrder as refused:
        return None, refused.field


def last_counted_day(plan: DosePlanResult) -> date:
    """The last day that dispensing counts."""
    last = plan.steps[-1]
    return last.last_on or last.first_on + timedelta(days=plan.order.horizon_days - 1)


def assert_no_gap(plan: DosePlanResult) -> None:
    for before, after in pairwise(plan.steps):
        assert before.last_on is not None
        assert after.first_on == before.last_on + timedelta(days=1)
    if plan.stop_on:
        assert plan.last_on == plan.stop_on - timedelta(days=1)


def worth(unit: Unit) -> Decimal:
    """The mg of a unit that can be counted or measured out; 0 for one that cannot."""
    if isinstance(unit.product, Solution):
        return 0 if unit.count % unit.product.ml_step else unit.count * unit.product.mg_per_ml
    smallest = Decimal("0.5") if unit.product.can_be_halved else 1
    return 0 if unit.count % smallest else unit.count * unit.product.strength_mg


def assert_units_make_the_doses(plan: DosePlanResult) -> None:
    unmakeable = {finding.value for finding in plan.findings if finding.code == "not_makeable"}
    for dose in (dose for one in plan.steps for dose in one.doses):
        assert bool(dose.units) is (dose.mg not in unmakeable)
        assert {unit.product for unit in dose.units} <= set(plan.order.shelf.products)
        assert not dose.units or sum(worth(unit) for unit in dose.units) == dose.mg


def assert_dispensing_is_the_sum(plan: DosePlanResult) -> None:
    needed: dict[Any, Decimal] = defaultdict(Decimal)
    for day in daily_table(plan, plan.steps[0].first_on, last_counted_day(plan)):
        for unit in (unit for dose in day.doses for unit in dose.units):
            needed[unit.product] += unit.count
    assert {one.product for one in plan.dispense} == set(needed)
    for one in plan.dispense:
        smallest = Decimal("0.1") if isinstance(one.product, Solution) else 1
        assert 0 <= one.count - needed[one.product] < smallest
        assert one.count % smallest == 0


@FEW
@given(orders())
def test_steps_have_no_gap_units_make_the_doses_and_dispensing_is_their_sum(order: dict[str, Any]) -> None:
    plan = build_plan(order)

    assert plan.steps[0].first_on == date.fromisoformat(order["start_on"])
    assert_no_gap(plan)
    assert_units_make_the_doses(plan)
    assert_dispensing_is_the_sum(plan)


def test_planted_faults_are_caught() -> None:
    steps = [step(7, morning="25"), step(7, morning="50")]
    plan = build_plan({"start_on": "2026-03-02", "products": [tablets("25")], "steps": steps})
    first, second = plan.steps
    late = replace(second, first_on=second.first_on + timedelta(days=1))
    dose = first.doses[0]
    half_a_tablet = replace(dose, units=(Unit(plan.order.shelf.solids[0], Decimal("0.5")),))
    one_too_many = replace(plan.dispense[0], count=plan.dispense[0].count + 1)

    with pytest.raises(AssertionError):
        assert_no_gap(replace(plan, steps=(first, late)))
    with pytest.raises(AssertionError):
        assert_units_make_the_doses(replace(plan, steps=(replace(first, doses=(half_a_tablet,)), second)))
    with pytest.raises(AssertionError):
        assert_dispensing_is_the_sum(replace(plan, dispense=(one_too_many,)))


@FEW
@given(orders(), st.lists(CHANGES, min_size=1, max_size=3))
def test_the_past_reads_as_before_whatever_is_changed(order: dict[str, Any], drawn: list[tuple[int, str, int]]) -> None:
    plan, start_on = build_plan(order), date.fromisoformat(order["start_on"])
    changes: list[dict[str, Any]] = []
    for one in sorted(drawn):
        changes.append(change(order["start_on"], one))
        changed, refused = plan_or_refusal(order | {"changes": changes})
        if changed is None:
            last = f"changes[{len(changes) - 1}]"
            assert refused in (f"{last}.on", f"{last}.action")
            return
        for offset in range(one[0]):
            day = start_on + timedelta(days=offset)
            before, after = day_of(plan, day), day_of(changed, day)
            assert before
            assert after
            assert (after.doses, after.step and after.step.rung) == (before.doses, before.step and before.step.rung)
        plan = changed


@FEW
@given(orders(), st.lists(CHANGES, min_size=1, max_size=3))
def test_a_changed_plan_has_no_gap_either_and_its_dispensing_is_the_sum(
    order: dict[str, Any], drawn: list[tuple[int, str, int]]
) -> None:
    changes = [change(order["start_on"], one) for one in sorted(drawn)]
    plan, _ = plan_or_refusal(order | {"changes": changes})
    if plan and plan.steps:
        assert_no_gap(plan)
        assert_units_make_the_doses(plan)
        assert_dispensing_is_the_sum(plan)


def as_steps(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a plan's JSON as an order has them."""
    rows = []
    for one in plan["steps"]:
        row = {"doses": {dose["time"]: dose["mg"] for dose in one["doses"]}, "every_days": one["every_days"]}
        if one["last_on"]:
            row["days"] = (date.fromisoformat(one["last_on"]) - date.fromisoformat(one["first_on"])).days + 1
        rows.append(row)
    return rows


def assert_same_plan_from_its_json(order: dict[str, Any], plan: dict[str, Any]) -> None:
    """An order sent as text makes the plan, and so does what stands in the plan's JSON, ordered again."""
    assert build_plan(json.loads(json.dumps(order))).to_json() == plan
    rest = {key: order[key] for key in ("start_on", "products", "limits", "horizon_days")}
    again = build_plan(rest | {"steps": as_steps(json.loads(json.dumps(plan)))}).to_json()
    assert (again["steps"], again["dispense"]) == (plan["steps"], plan["dispense"])


@FEW
@given(orders())
def test_the_json_of_a_plan_ordered_again_is_the_same_plan(order: dict[str, Any]) -> None:
    assert_same_plan_from_its_json(order, build_plan(order).to_json())


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """The clock of the machine in another zone, put back after the test."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


def assert_steps_last_as_ordered(order: dict[str, Any], plan: DosePlanResult) -> None:
    """Each step begins on the calendar day after so many days as the steps before it last."""
    first_on = date.fromisoformat(order["start_on"])
    for ordered, one in zip(order["steps"], plan.steps, strict=True):
        assert one.first_on == first_on
        assert one.last_on == (first_on + timedelta(days=ordered["days"] - 1) if "days" in ordered else None)
        first_on += timedelta(days=ordered.get("days", 0))


CLOCK_CHANGES = ["2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01", "2026-03-28", "2011-12-29"]


@pytest.mark.parametrize("name", ["America/Denver", "Europe/London", "Pacific/Apia", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("start_on", CLOCK_CHANGES)
def test_a_clock_change_moves_no_day(zone: Callable[[str], None], name: str, start_on: str) -> None:
    steps = [step(1, morning="25"), step(2, bedtime="50"), step(1), step(240, morning="25"), step(morning="12.5")]
    order = {"start_on": start_on, "products": [tablets("25", scored=True)], "steps": steps, "horizon_days": 3}
    zone("UTC")
    reference = build_plan(order).to_json()
    zone(name)
    plan = build_plan(order)

    assert plan.to_json() == reference
    assert_steps_last_as_ordered(order, plan)
    days = daily_table(plan, plan.steps[0].first_on, last_counted_day(plan))
    assert [(after.on - before.on).days for before, after in pairwise(days)] == [1] * (len(days) - 1)


def test_planted_faults_of_json_and_days_are_caught() -> None:
    order: dict[str, Any] = {"start_on": "2026-03-07", "products": [tablets("25")], "limits": {}, "horizon_days": 0}
    order["steps"] = [step(7, morning="25"), step(7, morning="50")]
    plan = build_plan(order)
    moved = replace(plan.steps[1], first_on=plan.steps[1].first_on + timedelta(days=1))
    spoiled = plan.to_json()
    spoiled["dispense"] = []

    assert_same_plan_from_its_json(order, plan.to_json())
    with pytest.raises(AssertionError):
        assert_same_plan_from_its_json(order, spoiled)
    with pytest.raises(AssertionError):
        assert_steps_last_as_ordered(order, replace(plan, steps=(plan.steps[0], moved)))


@FEW
@given(orders())
def test_a_taper_never_cuts_more_than_asked_and_a_titration_never_rises_more(order: dict[str, Any]) -> None:
    plan = build_plan(order)
    amounts = [step.mg_per_day for step in plan.steps]
    if taper := order.get("taper"):
        cuts = [before - after for before, after in pairwise([*amounts, *([Decimal(0)] if plan.stop_on else [])])]
        share = {"linear": None, "percent_of_start": amounts[:1] * len(amounts), "percent_of_current": amounts}
        base = share[taper["method"]]
        for place, cut in enumerate(cuts):
            asked = Decimal(taper["amount"]) * (base[place] / 100 if base else 1)
            assert 0 < cut <= max(asked, Decimal(taper["unit_mg"]))
    elif titration := order.get("titration"):
        assert all(0 < after - before <= Decimal(titration["step_mg"]) for before, after in pairwise(amounts))


@FEW
@given(orders())
def test_a_plan_depends_on_its_order_alone(order: dict[str, Any]) -> None:
    with time_machine.travel("2026-03-08T09:59:59Z"):
        spring = build_plan(order).to_json()
    with time_machine.travel("2031-11-02T06:00:00Z"):
        autumn = build_plan(parse_order(order)).to_json()

    assert spring == autumn


@FEW
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
        max_leaves=5,
    ),
    orders(),
    st.data(),
)
def test_whatever_stands_in_a_field_the_answer_is_a_plan_or_a_path(
    junk: Any, order: dict[str, Any], data: st.DataObject
) -> None:
    spoiled = data.draw(st.sampled_from(sorted(order)))
    plan, refused = plan_or_refusal(order | {spoiled: junk})
    assert plan or refused
