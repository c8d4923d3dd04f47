"""Titrations and tapers as the clinical facts give them, worked out by hand."""

from decimal import Decimal

import pytest

from clinic.titration.rules import build_plan
from clinic.titration.rules.course import split_over_times
from clinic.titration.rules.order import Time
from tests.titration.orders import amounts, counts, found, lengths, order, solution, step, tablets


def taper(from_mg: str, to_mg: str, method: str, amount: str, unit_mg: str, **more: object) -> dict[str, object]:
    times = {"interval_days": 14, "times": ["bedtime"]}
    return {"from_mg": from_mg, "to_mg": to_mg, "method": method, "amount": amount, "unit_mg": unit_mg, **times, **more}


def test_lamotrigine_alone_takes_42_tablets_in_four_weeks() -> None:
    doses = [step(14, morning="25"), step(14, morning="50"), step(7, morning="100"), step(morning="200")]
    plan = build_plan(order(tablets("25", "100", "200"), steps=doses))

    assert counts(plan) == {"25": 42, "100": 7}
    assert [one.first_on.isoformat() for one in plan.steps][1:] == ["2026-03-16", "2026-03-30", "2026-04-06"]
    assert plan.findings == ()


def test_lamotrigine_with_valproate_takes_every_other_day_first() -> None:
    doses = [step(14, every_days=2, morning="25"), step(14, morning="25"), step(7, morning="50"), step(morning="100")]
    plan = build_plan(order(tablets("25", "100"), steps=doses))

    assert counts(plan) == {"25": 7 + 14 + 14}


def test_an_odd_number_of_days_every_other_day_takes_the_last_one_too() -> None:
    plan = build_plan(order(tablets("25"), steps=[step(13, every_days=2, morning="25"), step(1, morning="25")]))

    assert counts(plan) == {"25": 7 + 1}


def test_sertraline_for_panic_in_tablets() -> None:
    doses = [step(7, morning=mg) for mg in ("25", "50", "100", "150")] + [step(morning="200")]
    limits = {"max_mg_per_day": "200", "max_step_mg": "50", "min_step_interval_days": 7}
    plan = build_plan(order(tablets("25", "50", "100"), steps=doses, limits=limits, horizon_days=7))

    assert counts(plan) == {"25": 7, "50": 14, "100": 28}
    assert plan.findings == ()


def test_venlafaxine_capsules_at_the_fastest_allowed() -> None:
    doses = [step(7, morning="37.5"), step(4, morning="75"), step(4, morning="150"), step(morning="225")]
    limits = {"max_mg_per_day": "225", "max_step_mg": "75", "min_step_interval_days": 4}
    capsules = tablets("37.5", "75", "150", form="capsule", release="ER")
    plan = build_plan(order(capsules, steps=doses, limits=limits))

    assert plan.findings == ()
    assert plan.steps[3].first_on.isoformat() == "2026-03-17"


def test_clozapine_at_the_label_pace_is_accepted_and_a_leap_is_not() -> None:
    limits = {"max_mg_per_day": "900", "max_step_mg": "50", "min_step_interval_days": 1}
    clozapine = tablets("25", "100", scored=True)
    pace = ["12.5", "25", *(str(mg) for mg in range(50, 301, 25)), "300"]
    steady = build_plan(order(clozapine, steps=[step(1, bedtime=mg) for mg in pace], limits=limits))
    leap = build_plan(order(clozapine, steps=[step(1, bedtime="12.5"), step(bedtime="100")], limits=limits))

    assert steady.findings == ()
    assert found(leap) == [("step_too_large", "stop", "2026-03-03", "87.5", "50")]


def test_a_titration_cuts_its_last_rise_to_land_on_the_target() -> None:
    rise = {"from_mg": "25", "to_mg": "200", "step_mg": "50", "interval_days": 7, "times": ["morning"]}
    plan = build_plan(order(tablets("25"), titration=rise))

    assert amounts(plan) == ["25", "75", "125", "175", "200"]
    assert lengths(plan) == [7, 7, 7, 7, None]
    assert plan.stop_on is None


def test_a_titration_that_begins_at_its_target_is_one_open_step() -> None:
    rise = {"from_mg": "25", "to_mg": "25", "step_mg": "25", "interval_days": 7, "times": ["morning"]}
    plan = build_plan(order(tablets("25"), titration=rise))

    assert lengths(plan) == [None]


def test_guanfacine_falls_by_one_mg_and_stops_on_the_day_after() -> None:
    fall = taper("4", "0", "linear", "1", "1", interval_days=7)
    plan = build_plan(order(tablets("1", "2", "4", release="ER"), taper=fall))

    assert amounts(plan) == ["4", "3", "2", "1"]
    assert plan.stop_on is not None
    assert (plan.stop_on - plan.steps[0].first_on).days == 28


def test_diazepam_by_ten_percent_of_the_current_dose() -> None:
    plan = build_plan(order(tablets("2", "5", scored=True), taper=taper("20", "0", "percent_of_current", "10", "1")))

    assert amounts(plan) == ["20", *(str(mg) for mg in range(18, 0, -1))]
    assert plan.stop_on is not None
    assert (plan.stop_on - plan.steps[0].first_on).days == 266


def test_diazepam_with_a_solution_goes_on_in_half_milligrams() -> None:
    fall = taper("20", "0", "percent_of_current", "10", "0.5")
    plan = build_plan(order(solution("1", "0.5"), taper=fall))

    assert amounts(plan)[:6] == ["20", "18", "16.5", "15", "13.5", "12.5"]
    assert amounts(plan)[-2:] == ["1", "0.5"]
    assert len(plan.steps) == 27


def test_percent_of_start_cuts_the_same_each_time_and_never_more_than_asked() -> None:
    plan = build_plan(order(tablets("5"), taper=taper("50", "0", "percent_of_start", "15", "5")))

    assert amounts(plan) == ["50", "45", "40", "35", "30", "25", "20", "15", "10", "5"]


def test_a_taper_to_a_lower_dose_ends_open_on_it() -> None:
    plan = build_plan(order(tablets("5", "10"), taper=taper("40", "15", "linear", "10", "5")))

    assert amounts(plan) == ["40", "30", "20", "15"]
    assert lengths(plan) == [14, 14, 14, None]
    assert plan.stop_on is None


def test_a_taper_that_is_where_it_should_be_is_one_open_step() -> None:
    plan = build_plan(order(tablets("5"), taper=taper("10", "10", "linear", "5", "5")))

    assert (amounts(plan), lengths(plan)) == (["10"], [None])


@pytest.mark.parametrize(
    ("mg", "split"),
    [
        ("100", ["50", "50"]),
        ("75", ["25", "50"]),
        ("25", ["bedtime only", "25"]),
        ("110", ["50", "60"]),
    ],
)
def test_a_day_is_split_evenly_and_the_rest_goes_last(mg: str, split: list[str]) -> None:
    doses = split_over_times(Decimal(mg), (Time.MORNING, Time.BEDTIME), Decimal(25))

    wanted = [Decimal(one) for one in split if one != "bedtime only"]
    assert [amount for _, amount in doses] == wanted
    assert doses[-1][0] is Time.BEDTIME


def test_what_is_left_over_goes_to_the_last_times_first() -> None:
    rise = {"from_mg": "50", "to_mg": "50", "step_mg": "5", "interval_days": 7, "times": ["bedtime", "noon", "morning"]}
    plan = build_plan(order(tablets("10"), titration=rise))

    assert [(dose.time, dose.mg) for dose in plan.steps[0].doses] == [("morning", 10), ("noon", 20), ("bedtime", 20)]


def test_a_step_without_dose_is_a_pause_and_has_no_percent_after_it() -> None:
    doses = [step(7, morning="20"), step(3, morning="0"), step(7, morning="10", bedtime="0"), step(morning="20")]
    plan = build_plan(order(tablets("10"), steps=doses))

    assert [one.to_json()["change_percent"] for one in plan.steps] == [None, "-100", None, "100"]
    assert plan.steps[1].doses == ()
    assert [dose.time for dose in plan.steps[2].doses] == ["morning"]


def test_a_percent_is_rounded_half_to_even() -> None:
    doses = [step(1, morning=mg) for mg in ("16", "15", "16", "17")]
    plan = build_plan(order(tablets("1"), steps=doses))

    assert [one.to_json()["change_percent"] for one in plan.steps] == [None, "-6.2", "6.7", "6.2"]


def test_the_day_of_a_clock_change_is_a_day_like_any_other() -> None:
    plan = build_plan(order(tablets("1"), start_on="2026-03-07", steps=[step(1, morning="1")] * 3))

    assert [one.first_on.isoformat() for one in plan.steps] == ["2026-03-07", "2026-03-08", "2026-03-09"]


def test_a_percentage_too_small_to_show_is_zero() -> None:
    plan = build_plan(order(tablets("0.25"), steps=[step(1, noon="1000"), step(1, noon="999.75")]))

    assert plan.steps[1].to_json()["change_percent"] == "0"
