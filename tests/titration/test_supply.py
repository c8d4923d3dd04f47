"""How long a supply lasts, against a count by hand and against a naive count of every day."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.titration.rules import DosePlanResult, daily_table
from clinic.titration.rules.reading import LONGEST_PLAN_DAYS
from clinic.titration.rules.strengths import Strength, counted_words, strengths_of
from clinic.titration.rules.supply import (
    Days,
    Fill,
    Supply,
    check_fill,
    draws_of,
    strengths_to_fill,
    supply_of,
    units_between,
    walk,
)
from clinic.titration.rules.supply_words import end_words, gap_words, leg_words, on_hand_words
from tests.titration.supplies import DAY, MARCH_2, MG_25, MG_50, TABLETS, draws, fill, plan_of, signed, step

FEW = settings(max_examples=150, deadline=None)
SYRUP = Strength("solution", "IR", Decimal(20))


def counted(*fills: Fill, today: dt.date = MARCH_2, steps: object = None, missed: tuple[Days, ...] = ()) -> Supply:
    found = supply_of(steps or draws(step("25", 14), step("50")), fills, today, missed)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_run_out_follows_the_steps() -> None:
    """30 tablets of 25 mg: 14 days of one, and the next step draws 50 mg tablets that nobody filled."""
    supply = counted(fill(30))
    assert supply.run_out_on == dt.date(2026, 3, 16)
    assert supply.days_ahead == 14
    assert [leg_words(leg) for leg in supply.legs] == [
        "Mar 2, 2026 to Mar 15, 2026: 14 days of 1 x 25 mg tablet, then 16 x 25 mg tablet left"
    ]
    assert end_words(supply) == "Mar 16, 2026: needs 1 x 50 mg tablet, on hand is 16 x 25 mg tablet"
    both = counted(fill(30), fill(10, MARCH_2 + 3 * DAY, MG_50), today=MARCH_2 + 4 * DAY)
    assert both.run_out_on == dt.date(2026, 3, 26)
    assert on_hand_words(both) == "26 x 25 mg tablet and 10 x 50 mg tablet"


def test_a_changed_plan_moves_the_run_out() -> None:
    unchanged = plan_of(step("25"))
    pause = plan_of(step("25"), changes=[{"on": "2026-03-09", "action": "pause", "days": 7}])
    halved = plan_of(step("25", 7), step("12.5"))
    doubled = plan_of(step("25", 7), step("75"))
    found = [counted(fill(30), steps=draws_of(signed(plan))).run_out_on for plan in (unchanged, pause, halved, doubled)]
    assert found == [dt.date(2026, 4, 1), dt.date(2026, 4, 1), dt.date(2026, 4, 24), dt.date(2026, 3, 9)]


def test_a_pause_and_days_between_two_doses_draw_nothing() -> None:
    held = counted(fill(10), steps=draws(step("25", 5), {"doses": {}, "days": 10}, step("25")))
    assert held.run_out_on == MARCH_2 + 20 * DAY
    assert "no dose drawn, then 5 x 25 mg tablet left" in leg_words(held.legs[1])
    assert counted(fill(10), steps=draws(step("25", every_days=2))).run_out_on == MARCH_2 + 20 * DAY


def test_one_day_and_half_a_tablet_are_told_as_such() -> None:
    supply = counted(fill("0.5"), steps=draws(step("12.5")))
    assert leg_words(supply.legs[0]) == "Mar 2, 2026: 1 day of 0.5 x 25 mg tablet, then nothing left"


def test_without_a_known_fill_nothing_is_counted() -> None:
    assert supply_of(draws(step("25")), [], MARCH_2) is None
    assert supply_of(draws(step("25")), [fill(30, MARCH_2 + DAY)], MARCH_2) is None
    assert list(walk(draws(step("25")), [], MARCH_2)) == []


def test_a_supply_may_outlast_the_plan_or_never_end() -> None:
    ends = counted(fill(30), steps=draws(step("25", 14)))
    assert (ends.run_out_on, ends.days_ahead) == (None, None)
    assert end_words(ends) == "Lasts until the plan ends on Mar 15, 2026"
    paused = counted(fill(30), steps=draws(step("25", 7), {"doses": {}}))
    assert end_words(paused) == "Does not run out as the plan stands"
    assert paused.legs[-1].last_on == MARCH_2 + LONGEST_PLAN_DAYS * DAY
    over = counted(fill(30), steps=draws(step("25", 14)), today=MARCH_2 + 40 * DAY)
    assert (over.run_out_on, over.legs, over.on_hand) == (None, (), {MG_25: 16})
    nothing = supply_of((), [fill(3)], MARCH_2)
    assert nothing is not None
    assert (nothing.run_out_on, nothing.on_hand) == (None, {MG_25: 3})


def test_what_no_units_make_is_not_counted_further() -> None:
    steps = draws(step("25", 3), step("30"))
    supply = counted(fill(30), steps=steps)
    assert supply.run_out_on == MARCH_2 + 3 * DAY
    assert "no units make" in end_words(supply)
    assert units_between(steps, MARCH_2, MARCH_2 + 2 * DAY) == {MG_25: 3}
    assert units_between(steps, MARCH_2, MARCH_2 + 3 * DAY) is None


def test_days_behind_that_were_not_covered_are_gaps() -> None:
    supply = counted(fill(5), fill(30, MARCH_2 + 8 * DAY), today=MARCH_2 + 10 * DAY, steps=draws(step("25")))
    assert supply.gaps == ((MARCH_2 + 5 * DAY, MARCH_2 + 7 * DAY),)
    assert (supply.days_covered, supply.days_due, supply.percent_covered) == (7, 10, Decimal("70"))
    assert gap_words(supply.gaps[0]) == "Mar 7, 2026 to Mar 9, 2026"
    assert counted(fill(5)).percent_covered is None


def test_missed_doses_stay_in_the_box() -> None:
    missed = ((MARCH_2 + DAY, MARCH_2 + 3 * DAY),)
    supply = counted(fill(10), today=MARCH_2 + 5 * DAY, steps=draws(step("25")), missed=missed)
    assert supply.run_out_on == MARCH_2 + 13 * DAY
    assert (supply.days_covered, supply.days_due) == (5, 5)


def test_today_out_of_supply_tells_what_is_on_hand() -> None:
    supply = counted(fill(5), today=MARCH_2 + 9 * DAY)
    assert (supply.run_out_on, supply.days_ahead, supply.on_hand) == (MARCH_2 + 9 * DAY, 0, {MG_25: 0})
    assert supply.out_since == MARCH_2 + 5 * DAY
    assert counted(fill(5), today=MARCH_2 + 5 * DAY).out_since is None
    refilled = counted(fill(5), fill(9, MARCH_2 + 9 * DAY), today=MARCH_2 + 9 * DAY)
    assert (refilled.out_since, refilled.gaps) == (None, ((MARCH_2 + 5 * DAY, MARCH_2 + 8 * DAY),))


def test_a_solution_is_counted_in_ml() -> None:
    product = {"form": "solution", "release": "IR", "mg_per_ml": "20", "ml_step": "0.5"}
    steps = draws(step("50"), products=[product])
    supply = counted(Fill(MARCH_2, SYRUP, Decimal(60)), steps=steps)
    assert supply.run_out_on == MARCH_2 + 24 * DAY
    assert on_hand_words(supply) == "60 mL of 20 mg/mL solution"
    assert SYRUP.handed_out(Decimal("2.55")) == Decimal("2.6")
    assert MG_25.handed_out(Decimal("2.5")) == 3
    assert (SYRUP.key, counted_words([])) == ("solution-IR-20", "nothing")
    assert strengths_of(plan_of(step("50"), products=[product, TABLETS]).order) == [MG_50, MG_25, SYRUP]


def test_strengths_to_fill_begin_with_what_is_drawn_today() -> None:
    rising = draws(step("25", 14), step("50", 14), step("100"))
    mg_100 = Strength("tablet", "IR", Decimal(100))
    assert strengths_to_fill(rising, [mg_100, MG_50, MG_25], MARCH_2) == [MG_25, MG_50, mg_100]
    assert strengths_to_fill(rising, [], MARCH_2 + 20 * DAY) == [MG_50, MG_25]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (fill(30, strength=SYRUP), "strength"),
        (fill(0), "count"),
        (fill("0.3"), "count"),
        (fill("10000"), "count"),
        (fill(30, MARCH_2 + DAY), "filled_on"),
        (fill(30, MARCH_2 - 367 * DAY), "filled_on"),
    ],
)
def test_slips_of_typing_are_refused(wrong: Fill, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        check_fill(wrong, [MG_25], today=MARCH_2)
    assert refusal.value.field == field


def test_a_fill_as_it_comes_is_taken() -> None:
    check_fill(fill("0.5"), [MG_25], today=MARCH_2)
    check_fill(fill("99.9", strength=SYRUP), [SYRUP], today=MARCH_2)
    with pytest.raises(RuleBroken, match="one decimal"):
        check_fill(fill("9.95", strength=SYRUP), [SYRUP], today=MARCH_2)


# What is naive here: each day anew, all that came less all that was drawn before, from the plan's daily table.
Naive = dict[dt.date, tuple[bool, bool, Counter[str]]]


def needs_of(plan: DosePlanResult, day: dt.date) -> Counter[str]:
    [table] = daily_table(plan, day, day)
    needs: Counter[str] = Counter()
    for unit in (unit for dose in table.doses for unit in dose.units):
        needs[str(unit.product)] += unit.count  # type: ignore[assignment]
    return needs


def naive(plan: DosePlanResult, fills: list[tuple[dt.date, str, int]], missed: set[dt.date], last: dt.date) -> Naive:
    first = min(on for on, _, _ in fills)
    found: Naive = {}
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        on_hand: Counter[str] = Counter()
        for on, name, count in fills:
            on_hand[name] += count if on <= day else 0
        for earlier, (_, was_covered, _) in found.items():
            if was_covered and earlier not in missed:
                on_hand.subtract(needs_of(plan, earlier))
        needs = needs_of(plan, day)
        found[day] = (bool(needs), bool(needs) and all(on_hand[one] >= n for one, n in needs.items()), on_hand)
    return found


MG = st.sampled_from(["12.5", "25", "50", "62.5", "75", "100"])
STEPS = st.lists(st.tuples(MG, st.integers(1, 9), st.integers(1, 3)), min_size=1, max_size=4)
FILLS = st.lists(st.tuples(st.integers(-3, 30), st.sampled_from([0, 1]), st.integers(1, 40)), min_size=1, max_size=4)


@FEW
@given(STEPS, FILLS, st.booleans(), st.sets(st.integers(0, 20), max_size=4), st.integers(0, 40))
def test_the_walk_is_the_naive_count(
    steps: list[tuple[str, int, int]],
    fills: list[tuple[int, int, int]],
    is_open: bool,
    missed: set[int],
    passed: int,
) -> None:
    written = [step(mg, days, every) for mg, days, every in steps]
    if is_open:
        del written[-1]["days"]
    plan = plan_of(*written)
    shelf = {(MG_50 if one.strength_mg == 50 else MG_25): str(one) for one in plan.order.shelf.solids}
    came = [(MARCH_2 + on * DAY, [MG_25, MG_50][which], count) for on, which, count in fills]
    today, last = MARCH_2 + passed * DAY, MARCH_2 + 60 * DAY
    gone = {MARCH_2 + n * DAY for n in missed}
    told = list(walk(draws_of(signed(plan)), [fill(n, on, s) for on, s, n in came], last, [(day, day) for day in gone]))
    truth = naive(plan, [(on, shelf[s], n) for on, s, n in came], gone, last)
    assert [day.on for day in told] == list(truth)
    for day in told:
        is_due, is_covered, on_hand = truth[day.on]
        assert (day.is_due, day.is_covered) == (is_due, is_covered)
        assert {shelf[s]: n for s, n in day.on_hand.items() if n} == {s: n for s, n in on_hand.items() if n}
    known = [fill(n, on, s) for on, s, n in came if on <= today]
    supply = supply_of(draws_of(signed(plan)), known, today, [(day, day) for day in gone])
    if supply is not None:
        check_summary(supply, naive(plan, [(on, shelf[s], n) for on, s, n in came if on <= today], gone, last))


def check_summary(supply: Supply, truth: Naive) -> None:
    """Run-out, days covered and gaps, read off the naive count."""
    short = [day for day, (due, covered, _) in truth.items() if due and not covered]
    run_out = next((day for day in short if day >= supply.today), None)
    assert supply.run_out_on == run_out or (run_out is None and supply.run_out_on is not None)
    if run_out is None and supply.run_out_on is not None:
        assert supply.run_out_on > max(truth)
    past = [day for day in truth if day < supply.today and truth[day][0]]
    covered = [day for day, (_, is_covered, _) in truth.items() if is_covered and (run_out is None or day < run_out)]
    since = next((day for day in past if not covered or day > covered[-1]), None)
    assert supply.out_since == (since if run_out else None)
    assert (supply.days_due, supply.days_covered) == (len(past), sum(truth[day][1] for day in past))
    in_gaps = {day for day in past if any(first <= day <= last for first, last in supply.gaps)}
    assert in_gaps == {day for day in short if day < supply.today}
    assert all(one[1] < other[0] for one, other in pairwise(supply.gaps))


@FEW
@given(STEPS, st.integers(1, 200), st.integers(1, 60))
def test_more_never_ends_earlier_and_units_add_up(steps: list[tuple[str, int, int]], count: int, more: int) -> None:
    written = [step(mg, days, every) for mg, days, every in steps]
    del written[-1]["days"]
    drawing = draws(*written)
    both = [fill(count), fill(count, strength=MG_50)]
    less, greater = counted(*both, steps=drawing), counted(*both, fill(more), steps=drawing)
    assert less.run_out_on is not None
    assert greater.run_out_on is not None
    assert less.run_out_on <= greater.run_out_on
    drawn = units_between(drawing, MARCH_2, less.run_out_on - DAY) or {}
    assert all(number <= count for number in drawn.values())
    beyond = units_between(drawing, MARCH_2, less.run_out_on) or {}
    assert any(number > count for number in beyond.values())
