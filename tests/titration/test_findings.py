"""What a prescriber is told before signing, each with a plan that earns it and one that does not."""

from typing import Any

import pytest

from clinic.titration.rules import build_plan
from tests.titration.orders import found, order, solution, step, tablets


def findings(*steps: dict[str, Any], limits: dict[str, Any], **more: Any) -> list[tuple[Any, ...]]:
    return found(build_plan(order(tablets("1", "25"), steps=list(steps), limits=limits, **more)))


def test_each_unbroken_run_over_the_maximum_is_one_finding() -> None:
    doses = [step(2, morning=mg) for mg in ("50", "75", "25", "60")]
    plan = build_plan(order(tablets("1", "25"), steps=doses, limits={"max_mg_per_day": "40"}))
    rows = [finding.to_json() for finding in plan.findings]

    assert [(row["first_on"], row["last_on"], row["value"]) for row in rows] == [
        ("2026-03-02", "2026-03-05", "75"),
        ("2026-03-08", "2026-03-09", "60"),
    ]
    assert plan.stops == plan.findings


def test_a_run_over_the_maximum_that_does_not_end_has_no_last_day() -> None:
    plan = build_plan(order(tablets("25"), steps=[step(morning="50")], limits={"max_mg_per_day": "40"}))

    assert plan.findings[0].to_json()["last_on"] is None


def test_the_maximum_counts_all_times_of_a_day_and_may_be_reached() -> None:
    limits = {"max_mg_per_day": "50"}

    assert findings(step(morning="25", bedtime="25"), limits=limits) == []
    assert findings(step(morning="25", bedtime="26"), limits=limits)[0][3:] == ("51", "50")


def test_lamotrigine_risen_on_day_eight_is_too_soon() -> None:
    limits = {"min_step_interval_days": 14}

    assert findings(step(7, morning="25"), step(morning="50"), limits=limits) == [
        ("step_too_soon", "stop", "2026-03-09", "7", "14")
    ]
    assert findings(step(14, morning="25"), step(morning="50"), limits=limits) == []
    assert findings(step(7, morning="50"), step(morning="25"), limits=limits) == []


def test_a_dose_after_a_pause_rises_from_nothing() -> None:
    rows = findings(step(7, morning="25"), step(3), step(morning="25"), limits={"max_step_mg": "20"})

    assert rows == [("step_too_large", "stop", "2026-03-12", "25", "20")]


@pytest.mark.parametrize(
    ("lower", "grade"),
    [
        ("92", None),
        ("90", None),
        ("89", ("warn", "11", "10")),
        ("75", ("warn", "25", "10")),
        ("74", ("stop", "26", "25")),
    ],
)
def test_a_cut_is_graded_by_its_percent(lower: str, grade: tuple[str, str, str] | None) -> None:
    limits = {"warn_reduction_percent": "10", "max_reduction_percent": "25", "reduction_window_days": 14}
    rows = findings(step(14, morning="100"), step(morning=lower), limits=limits)

    assert [(row[1], row[3], row[4]) for row in rows] == ([grade] if grade else [])


def test_small_cuts_close_together_are_measured_over_the_whole_window() -> None:
    steps = [step(7, morning=mg) for mg in ("20", "18", "16", "18", "16")]
    limits = {"warn_reduction_percent": "10", "reduction_window_days": 14}

    assert findings(*steps, limits=limits) == [
        ("reduction_fast", "warn", "2026-03-16", "20", "10"),
        ("reduction_fast", "warn", "2026-03-30", "11.1", "10"),
    ]


def test_without_a_window_a_cut_is_measured_against_the_day_before() -> None:
    steps = [step(7, morning=mg) for mg in ("20", "18", "16")]

    assert [row[3] for row in findings(*steps, limits={"warn_reduction_percent": "10"})] == ["11.1"]


def test_a_stop_from_the_smallest_amount_is_a_note_and_from_more_it_is_not() -> None:
    limits = {"warn_reduction_percent": "10", "max_reduction_percent": "25", "reduction_window_days": 14}
    stop = [{"on": "2026-03-16", "action": "stop"}]

    from_smallest = findings(step(morning="1"), limits=limits, changes=stop)
    from_more = findings(step(morning="2"), limits=limits, changes=stop)
    assert from_smallest == [("reduction_fast", "note", "2026-03-16", "100", "25")]
    assert from_more == [("reduction_fast", "stop", "2026-03-16", "100", "25")]


def test_a_written_end_without_dose_counts_as_the_last_cut_and_a_pause_does_not() -> None:
    limits = {"max_reduction_percent": "25"}

    assert [row[1] for row in findings(step(7, morning="1"), step(), limits=limits)] == ["note"]
    assert [row[1] for row in findings(step(7, morning="1"), step(3), step(morning="1"), limits=limits)] == ["stop"]


def test_a_plan_that_stops_while_paused_has_no_cut_left() -> None:
    stop = [{"on": "2026-03-11", "action": "stop"}]
    rows = findings(step(7, morning="2"), step(), limits={"max_reduction_percent": "25"}, changes=stop)

    assert [row[2] for row in rows] == ["2026-03-09"]


def test_an_amount_nothing_makes_names_the_nearest_that_can_be_made() -> None:
    products = [tablets("10", "25"), solution("20", "1")]
    plan = build_plan(order(*products, steps=[step(2, morning="37", bedtime="37", noon="5"), step(morning="20")]))
    rows = [(row["value"], row["below_mg"], row["above_mg"]) for row in (one.to_json() for one in plan.findings)]

    assert rows == [("37", "35", "40"), ("5", None, "10")]
    assert plan.dispense == ()


def test_a_solution_alone_says_what_it_measures() -> None:
    plan = build_plan(
        order(
            solution("20", "0.5"),
            steps=[
                step(morning="25"),
            ],
        )
    )
    row = plan.findings[0].to_json()

    assert (row["below_mg"], row["above_mg"], row["limit"]) == ("20", "30", None)


def test_findings_come_by_day_then_by_code() -> None:
    limits = {"max_mg_per_day": "40", "max_step_mg": "10", "min_step_interval_days": 14}
    rows = findings(step(7, morning="1"), step(morning="50.5"), limits=limits)

    assert [row[0] for row in rows] == ["above_max", "not_makeable", "step_too_large", "step_too_soon"]
