"""A plan read back by its days, in the words that every page and print uses."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.titration.rules import (
    Step,
    build_plan,
    daily_table,
    day_of,
    day_words,
    dispense_between,
    next_step_after,
    step_on,
    step_words,
)
from clinic.titration.rules.signed import is_taken_on
from tests.titration.orders import order, solution, step, tablets


@dataclass(frozen=True)
class Kept:
    """A step as the database keeps it."""

    first_on: date
    last_on: date | None
    every_days: int
    mg_per_day: Decimal
    words: str

    @classmethod
    def of(cls, step: Step) -> "Kept":
        return cls(step.first_on, step.last_on, step.every_days, step.mg_per_day, step_words(step))


PLAN = build_plan(
    order(
        tablets("25", "100"),
        steps=[step(4, every_days=2, morning="25"), step(2, morning="25", bedtime="50"), step(2), step(2, noon="100")],
    )
)


def day(number: int) -> date:
    return date(2026, 3, number)


def test_the_step_of_a_day_and_the_next_one() -> None:
    assert step_on(PLAN, day(1)) is None
    assert step_on(PLAN, day(3)) == PLAN.steps[0]
    assert step_on(PLAN, day(6)) == PLAN.steps[1]
    assert step_on(PLAN, day(12)) is None
    assert next_step_after(PLAN, day(1)) == PLAN.steps[0]
    assert next_step_after(PLAN, day(6)) == PLAN.steps[2]
    assert next_step_after(PLAN, day(10)) is None


def test_what_is_taken_on_a_day() -> None:
    between, outside = day_of(PLAN, day(3)), day_of(PLAN, day(12))

    assert outside is None
    assert between is not None
    assert between.doses == ()
    assert between.step == PLAN.steps[0]


def test_the_daily_table_has_every_day_and_the_dispensing_is_its_sum() -> None:
    table = daily_table(PLAN, day(1), day(12))

    assert [one.mg for one in table] == [0, 25, 0, 25, 0, 75, 75, 0, 0, 100, 100, 0]
    assert [one.on.day for one in table] == list(range(1, 13))


def test_what_is_needed_between_two_days() -> None:
    needed = dispense_between(PLAN.steps, PLAN.order.shelf, day(3), day(6))

    assert [one.to_json()["count"] for one in needed] == ["4"]
    assert dispense_between(PLAN.steps, PLAN.order.shelf, day(8), day(9)) == ()


def test_an_open_ended_step_is_needed_for_as_long_as_asked() -> None:
    plan = build_plan(order(tablets("25"), steps=[step(every_days=2, morning="25")]))

    assert dispense_between(plan.steps, plan.order.shelf, day(3), day(31))[0].count == 14


def test_volumes_are_dispensed_to_one_decimal_up() -> None:
    plan = build_plan(order(solution("20", "0.125"), steps=[step(3, morning="2.5")]))

    assert plan.dispense[0].count == Decimal("0.4")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "no dose today"),
        (2, "25 mg in the morning (1 x 25 mg tablet)"),
        (3, "no dose today"),
        (6, "25 mg in the morning (1 x 25 mg tablet), 50 mg at bedtime (2 x 25 mg tablet)"),
        (8, "no dose today: paused"),
        (10, "100 mg at noon (1 x 100 mg tablet)"),
        (12, "no dose today"),
    ],
)
def test_the_words_of_a_day(number: int, words: str) -> None:
    running = step_on(PLAN, day(number))
    kept = Kept.of(running) if running else None

    assert day_words(kept, day(number)) == words


def test_a_step_says_nothing_of_a_day_outside_it() -> None:
    assert day_words(Kept.of(PLAN.steps[0]), day(6)) == "no dose today"


@given(every_days=st.integers(1, 9), days=st.integers(1, 40), number=st.integers(0, 45))
def test_a_day_is_taken_as_the_engine_lays_it_out(every_days: int, days: int, number: int) -> None:
    plan = build_plan(order(tablets("25"), steps=[step(days, every_days=every_days, noon="50")]))
    on = plan.order.start_on + timedelta(days=number)
    planned, kept = day_of(plan, on), Kept.of(plan.steps[0])

    assert is_taken_on(kept, on) is bool(planned and planned.doses)
    assert day_words(kept, on) == ("50 mg at noon (2 x 25 mg tablet)" if is_taken_on(kept, on) else "no dose today")


@pytest.mark.parametrize(
    ("product", "doses", "words"),
    [
        (tablets("2", scored=True), {"bedtime": "1"}, "1 mg at bedtime (half a 2 mg tablet)"),
        (tablets("2", scored=True), {"evening": "3"}, "3 mg in the evening (1½ x 2 mg tablet)"),
        (
            tablets("75", "150", form="capsule", release="ER"),
            {"morning": "225"},
            "225 mg in the morning (1 x 150 mg extended-release capsule + 1 x 75 mg extended-release capsule)",
        ),
        (tablets("250", release="DR"), {"noon": "250"}, "250 mg at noon (1 x 250 mg delayed-release tablet)"),
        (tablets("5", release="ODT"), {"noon": "5"}, "5 mg at noon (1 x 5 mg orally disintegrating tablet)"),
        (solution("20", "0.125"), {"morning": "30"}, "30 mg in the morning (1.5 mL of 20 mg/mL solution)"),
        (tablets("25"), {"morning": "30"}, "30 mg in the morning (cannot be made from the products chosen)"),
        (tablets("25"), {}, "no dose"),
    ],
)
def test_the_words_of_a_step(product: dict[str, object], doses: dict[str, str], words: str) -> None:
    plan = build_plan(order(product, steps=[step(7, **doses)]))

    assert step_words(plan.steps[0]) == words


@pytest.mark.parametrize(("every_days", "how_often"), [(1, ""), (2, ", every other day"), (3, ", every 3 days")])
def test_the_words_of_a_step_say_how_often(every_days: int, how_often: str) -> None:
    plan = build_plan(order(tablets("25"), steps=[step(9, every_days=every_days, noon="25")]))

    assert step_words(plan.steps[0]) == f"25 mg at noon (1 x 25 mg tablet){how_often}"
