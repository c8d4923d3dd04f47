"""From rows to plans, and from due items to lines."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from clinic.monitoring.rules.due import DosePlanDays, Known, State, StepDays, due_items
from clinic.monitoring.rules.gathering import (
    DueLine,
    PlanStep,
    lines_of,
    monitored_ingredients,
    monitored_kinds,
    plans_of,
    told_at_signing,
)
from clinic.monitoring.rules.protocols import Person

PLAN, OTHER, NONE = UUID(int=1), UUID(int=2), UUID(int=3)
ADULT = Person(35, None)
DAY = dt.timedelta(days=1)
JUNE_1 = dt.date(2026, 6, 1)


def june(day: int) -> dt.date:
    return JUNE_1 + (day - 1) * DAY


def plan(ingredient: str = "lithium", stop_on: dt.date | None = None) -> DosePlanDays:
    return DosePlanDays(PLAN, ingredient.capitalize(), ingredient, stop_on, (StepDays(JUNE_1, None, 600.0),))


def lines(today: dt.date, ingredient: str = "lithium", **results: list[dt.date]) -> list[DueLine]:
    return lines_of(due_items([plan(ingredient)], Known(ADULT, results, today)), today)


def told(line: DueLine) -> tuple[str, str, str]:
    return line.label, line.measured, line.when


def test_rows_become_plans_with_their_missed_days() -> None:
    step = PlanStep(PLAN, "lithium", "lithium", None, JUNE_1, None, Decimal(600), 2)
    empty = PlanStep(OTHER, "clozapine", "clozapine", JUNE_1, None, None, None, None)
    found = plans_of([step, empty], [(PLAN, june(3), june(4))])
    assert found == [
        DosePlanDays(PLAN, "Lithium", "lithium", None, (StepDays(JUNE_1, None, 300.0),), ((june(3), june(4)),)),
        DosePlanDays(OTHER, "Clozapine", "clozapine", JUNE_1, ()),
    ]


def test_what_goes_together_is_one_line() -> None:
    assert [told(line) for line in lines(june(2))] == [
        ("Never done", "Calcium, eGFR or creatinine, sodium, TSH", "was due before Jun 1, 2026"),
        ("Not yet", "Lithium level", "Jun 6, 2026 to Jun 8, 2026, in 4 days"),
    ]


def test_how_a_level_stands_in_words() -> None:
    done = {"calcium": [JUNE_1], "egfr": [JUNE_1], "sodium": [JUNE_1], "tsh": [JUNE_1]}
    assert told(lines(june(5), **done)[0]) == ("Not yet", "Lithium level", "Jun 6, 2026 to Jun 8, 2026, in 1 day")
    assert told(lines(june(6), **done)[0]) == ("Due", "Lithium level", "by Jun 8, 2026")
    assert told(lines(june(9), **done)[0]) == ("Overdue", "Lithium level", "since Jun 9, 2026")
    [late] = lines(june(10), **done, lithium=[june(9)])
    assert late.when == "since Jun 9, 2026. The last, of Jun 9, 2026, lies outside"
    assert late.words.startswith("Lithium level: overdue, since Jun 9, 2026.")
    assert (late.sign, late.since_on) == (("Overdue", "stop", "alert-triangle"), june(9))


def test_what_is_due_later_is_not_told_yet() -> None:
    weights = {kind: [JUNE_1] for kind in ("weight", "waist", "systolic", "hba1c", "ldl", "anc", "sodium", "egfr")}
    weights |= {"alt": [JUNE_1], "tsh": [JUNE_1], "aims": [JUNE_1]}
    assert lines(june(14), "olanzapine", **weights) == []
    assert [told(line) for line in lines(june(15), "olanzapine", **weights)] == [
        ("Not yet", "Weight", "Jun 29, 2026, in 14 days")
    ]


def test_due_without_a_last_day_says_since_when() -> None:
    [line] = lines_of(due_items([plan("prazosin")], Known(ADULT, {"heart_rate": [june(2)]}, june(9))), june(9))
    assert told(line) == ("Due", "Blood pressure", "since Jun 1, 2026")


def test_before_a_first_dose_what_was_never_measured_is_told() -> None:
    known = Known(ADULT, {"sodium": [JUNE_1], "calcium": [JUNE_1]}, june(9))
    [words] = told_at_signing([], "lithium carbonate", "lithium", known, NONE)
    assert words.startswith("eGFR or creatinine, TSH: due, by Jun 10, 2026 (Lithium carbonate).")


def test_while_it_runs_only_what_is_overdue_of_it_is_told() -> None:
    done = {kind: [JUNE_1] for kind in ("sodium", "calcium", "egfr", "tsh")}
    others = DosePlanDays(OTHER, "Olanzapine", "olanzapine", None, (StepDays(JUNE_1, None, 5.0),))
    on_the_8th = told_at_signing([plan(), others], "lithium", "lithium", Known(ADULT, done, june(8)), NONE)
    on_the_9th = told_at_signing([plan(), others], "lithium", "lithium", Known(ADULT, done, june(9)), NONE)
    assert (on_the_8th, len(on_the_9th)) == ([], 1)
    assert on_the_9th[0].startswith("Lithium level: overdue")


def test_once_stopped_a_new_start_is_asked_about_again() -> None:
    stopped = plan(stop_on=june(5))
    assert len(told_at_signing([stopped], "lithium", "lithium", Known(ADULT, {}, june(9)), NONE)) == 1


def test_what_is_monitored_at_all() -> None:
    assert {"lithium", "clozapine", "olanzapine-samidorphan"} <= set(monitored_ingredients())
    assert "sertraline" not in monitored_ingredients()
    assert {"lithium", "anc", "weight"} <= set(monitored_kinds())
    assert "prolactin" not in monitored_kinds()


def test_every_state_has_words_and_a_sign() -> None:
    assert list(State)[:3] == [State.OVERDUE, State.NEVER_DONE, State.DUE]
