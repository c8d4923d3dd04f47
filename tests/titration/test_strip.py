"""The calendar strip says of each day what the plan does."""

import datetime as dt
from typing import Any

import pytest

from clinic.titration.rules.plan import build_plan
from clinic.titration.rules.strip import strip_of
from tests.factories.titration import TABLETS

MARCH_2 = dt.date(2026, 3, 2)


def amounts(steps: list[dict[str, Any]], first_on: dt.date = MARCH_2) -> list[list[str]]:
    plan = build_plan({"start_on": "2026-03-02", "products": TABLETS, "steps": steps})
    return [[day.amount for day in week.days] for week in strip_of(plan, first_on)]


def test_each_day_has_its_amount_and_a_dash_without_one() -> None:
    steps = [
        {"doses": {"morning": "25"}, "every_days": 2, "days": 4},
        {"doses": {}, "days": 2},
        {"doses": {"morning": "25", "bedtime": "12.5"}, "days": 3},
    ]
    assert amounts(steps) == [["25", "–", "25", "–", "–", "–", "37.5"], ["37.5", "37.5", "", "", "", "", ""]]


def test_an_open_end_is_shown_for_eight_weeks_from_the_day_of_a_change() -> None:
    weeks = amounts([{"doses": {"morning": "50"}}], dt.date(2026, 4, 1))
    assert len(weeks) == 8
    assert {amount for week in weeks for amount in week} == {"50"}


def test_nothing_is_drawn_of_a_plan_that_is_over() -> None:
    assert amounts([{"doses": {"morning": "50"}, "days": 3}], dt.date(2026, 4, 1)) == []


@pytest.mark.parametrize(("mg", "level"), [("12.5", 1), ("25", 1), ("50", 2), ("75", 3), ("100", 4)])
def test_more_is_darker_and_a_beginning_is_marked(mg: str, level: int) -> None:
    steps = [{"doses": {"morning": mg}, "days": 3}, {"doses": {"morning": "100"}}]
    plan = build_plan({"start_on": "2026-03-02", "products": TABLETS, "steps": steps})
    days = strip_of(plan, MARCH_2)[0].days
    assert (days[0].level, days[0].is_new, days[1].is_new) == (level, True, False)
