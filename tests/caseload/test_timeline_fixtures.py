"""The timeline against fixtures written by hand: every step and every point read back from the drawing to the day."""

import datetime as dt
import re
from decimal import Decimal
from uuid import UUID

import pytest

from clinic.caseload.rules import timeline
from clinic.caseload.rules.axis import LEFT, RIGHT, Axis, Mark
from clinic.caseload.rules.courses import Course, Missed, StepRow, courses
from clinic.caseload.rules.drawing import draw
from clinic.caseload.rules.ranges import RANGES, chosen, range_of, within
from clinic.caseload.rules.strips import Span
from clinic.caseload.rules.timeline import Frame, History, Lane, Picture, ScorePoint, ScoreSeries

TODAY = dt.date(2026, 6, 15)
WHOLE = Frame(dt.timedelta(days=180), 8, is_whole=True)
Days = list[tuple[str, str, int]]
LEAST_MG = 5  # all amounts below are multiples of it; a place is kept to a tenth of a unit
HIGHEST = 20  # units between nothing and the highest dose of a lane


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def planned(number: int, name: str, *steps: tuple[str, str, int], stop: str = "") -> list[StepRow]:
    """Steps as the signed plan has them: first day, last day ("" for open-ended), mg a day."""
    return [
        StepRow(
            UUID(int=number), name, "", day(stop) if stop else None, day(first), day(last) if last else None, 1,
            Decimal(mg), f"{mg} mg",
        )
        for first, last, mg in steps
    ]  # fmt: skip


def drawn(given: list[Course], *, since: str = "2021-06-15", **rest: object) -> Picture:
    history = History(given, rest.pop("scores", ()), (), (), **rest)  # type: ignore[arg-type]  # as each test names it
    picture = timeline.picture(history, since=day(since), today=TODAY, frame=WHOLE)
    assert picture is not None
    return picture


def day_at(x: float, axis: Axis) -> str:
    """Which day begins at a place: the other way round than the drawing, and only where it is exactly one."""
    days = (x - LEFT) / (RIGHT - LEFT) * (axis.last_on - axis.first_on).days
    found = axis.first_on + dt.timedelta(days=round(days))
    assert axis.x(found) == x, f"{x} is no beginning of a day"
    return found.isoformat()


def stairs(path: str, lane: Lane, axis: Axis, highest: int) -> Days:
    """The doses of a path as first day, first day after, mg."""
    found: Days = []
    x = y = 0.0
    for command, numbers in re.findall(r"([MVH])([\d. ]+)", path):
        values = [float(one) for one in numbers.split()]
        if command == "M":
            x, y = values
        elif command == "V":
            [y] = values
        else:
            mg = round((lane.base - y) / HIGHEST * highest / LEAST_MG) * LEAST_MG
            found.append((day_at(x, axis), day_at(values[0], axis), mg))
            [x] = values
    return found


def lane_of(picture: Picture, number: int, highest: int) -> tuple[Days, Days]:
    lane = picture.lanes[number]
    return stairs(lane.taken, lane, picture.axis, highest), stairs(lane.planned, lane, picture.axis, highest)


def test_a_titration_with_a_step_to_come() -> None:
    plan = planned(
        1, "sertraline", ("2026-05-01", "2026-05-07", 50), ("2026-05-08", "2026-06-21", 100), ("2026-06-22", "", 150)
    )
    taken, to_come = lane_of(drawn(courses(plan)), 0, 150)
    assert taken == [("2026-05-01", "2026-05-08", 50), ("2026-05-08", "2026-06-15", 100)]
    assert to_come == [("2026-06-15", "2026-06-22", 100)]


def test_a_hold_is_a_hole_to_the_day_and_so_are_days_that_were_missed() -> None:
    plan = planned(1, "lithium", ("2026-03-02", "2026-04-05", 600), ("2026-04-13", "2026-06-30", 900))
    gap = Missed(UUID(int=1), day("2026-05-04"), day("2026-05-06"))
    taken, to_come = lane_of(drawn(courses(plan, [gap])), 0, 900)
    assert taken == [
        ("2026-03-02", "2026-04-06", 600),
        ("2026-04-13", "2026-05-04", 900),
        ("2026-05-07", "2026-06-15", 900),
    ]
    assert to_come == [("2026-06-15", "2026-06-30", 900)], "the picture ends with its last day"


def test_from_the_day_of_a_stop_on_nothing_is_drawn() -> None:
    plan = planned(1, "bupropion XL", ("2026-01-05", "2026-02-01", 150), ("2026-02-02", "", 300), stop="2026-04-20")
    taken, to_come = lane_of(drawn(courses(plan)), 0, 300)
    assert taken == [("2026-01-05", "2026-02-02", 150), ("2026-02-02", "2026-04-20", 300)]
    assert to_come == []


def test_a_cross_taper_shows_both_medications_on_the_same_days() -> None:
    falling = planned(
        1, "paroxetine", ("2026-01-01", "2026-05-31", 40), ("2026-06-01", "2026-06-07", 20),
        ("2026-06-08", "2026-06-14", 10), stop="2026-06-15",
    )  # fmt: skip
    rising = planned(2, "sertraline", ("2026-06-01", "2026-06-07", 25), ("2026-06-08", "", 50))
    picture = drawn(courses([*rising, *falling]))
    up, later = lane_of(picture, 0, 50)
    down, nothing = lane_of(picture, 1, 40)
    assert up == [("2026-06-01", "2026-06-08", 25), ("2026-06-08", "2026-06-15", 50)]
    assert down == [
        ("2026-01-01", "2026-06-01", 40),
        ("2026-06-01", "2026-06-08", 20),
        ("2026-06-08", "2026-06-15", 10),
    ]
    assert [mg for _, _, mg in later] == [50]
    assert nothing == []


def test_four_medications_over_five_years() -> None:
    plans = [
        *planned(4, "lamotrigine", ("2025-11-03", "2025-11-16", 25), ("2025-11-17", "", 50)),
        *planned(3, "trazodone", ("2024-02-29", "2024-03-31", 50), stop="2024-04-01"),
        *planned(2, "escitalopram", ("2023-01-01", "2023-12-31", 10), ("2024-01-01", "", 20)),
        *planned(1, "buspirone", ("2021-07-01", "2021-07-31", 15), ("2021-08-01", "2022-06-30", 30)),
    ]
    picture = drawn(courses(plans))
    assert (picture.axis.last_on - picture.axis.first_on).days > 1800
    found = [lane_of(picture, number, highest)[0] for number, highest in enumerate([50, 50, 20, 30])]
    assert found == [
        [("2025-11-03", "2025-11-17", 25), ("2025-11-17", "2026-06-15", 50)],
        [("2024-02-29", "2024-04-01", 50)],
        [("2023-01-01", "2024-01-01", 10), ("2024-01-01", "2026-06-15", 20)],
        [("2021-07-01", "2021-08-01", 15), ("2021-08-01", "2022-07-01", 30)],
    ]


def test_points_stand_on_their_days_through_the_weeks_in_which_the_clocks_change() -> None:
    days = ["2025-11-01", "2025-11-02", "2025-11-03", "2026-03-07", "2026-03-08", "2026-03-09", "2026-06-15"]
    totals = [20, 19, 18, 12, 11, 10, 3]
    points = tuple(ScorePoint(day(on), total, "") for on, total in zip(days, totals, strict=True))
    series = ScoreSeries("PHQ-9", 0, 27, ((5, "mild"), (10, "moderate")), points)
    picture = drawn([], since="2024-06-15", scores=(series,))
    panel = picture.panels[0]
    assert [(day_at(dot.x, picture.axis), dot.total) for dot in panel.dots] == list(zip(days, totals, strict=True))
    assert [round((panel.base - dot.y) / 84 * 27) for dot in panel.dots] == totals
    assert [round((panel.base - band.y) / 84 * 27) for band in panel.bands] == [5, 10]


def test_side_effects_results_missed_doses_and_life_events_stand_on_their_days() -> None:
    picture = drawn(
        courses(planned(1, "lithium", ("2026-05-01", "", 600))),
        effects=(
            Span(day("2026-05-05"), day("2026-05-11"), "Nausea, on lithium 600 mg"),
            Span(day("2026-06-01"), None, "Tremor, on lithium 600 mg"),
            Span(day("2020-01-01"), day("2020-02-01"), "Long gone"),
        ),
        missed=(Mark(day("2026-05-20"), "lithium, until May 22"),),
        results=(Mark(day("2026-05-08"), "Lithium 0.7 mmol/L"), Mark(day("2020-01-01"), "Old")),
        events=(Mark(day("2026-05-02"), "New job"), Mark(day("2026-06-10"), "Moved <out>")),
    )
    axis = picture.axis
    bars = [(day_at(bar.left, axis), day_at(bar.right, axis), bar.is_open) for bar in picture.below.bars]
    assert bars == [("2026-05-05", "2026-05-12", False), ("2026-06-01", "2026-06-16", True)]
    strips = {strip.title: [day_at(tick.x, axis) for tick in strip.ticks] for strip in picture.below.strips}
    assert strips == {
        "Doses not taken": ["2026-05-20"],
        "Results": ["2026-05-08"],
        "Life events": ["2026-05-02", "2026-06-10"],
    }
    svg = draw(picture)
    assert "Moved &lt;out&gt;" in svg
    assert "side effects: 2, doses not taken: 1, results: 1, life events: 2" in svg
    assert svg.count("tl-event") == 2
    assert "style=" not in svg


def test_of_many_side_effects_the_newest_eight_are_drawn_and_all_stand_in_the_table() -> None:
    effects = [Span(day("2026-05-01") + dt.timedelta(days=n), None, f"Effect {n} " + "x" * 60) for n in range(11)]
    history = History((), (), (), (), effects=effects)
    picture = timeline.picture(history, since=day("2026-01-01"), today=TODAY, frame=WHOLE)
    assert picture is not None
    assert (len(picture.below.bars), picture.below.left_out) == (8, 3)
    assert "3 older ones in the table" in draw(picture)
    assert "…" in draw(picture)
    rows = timeline.table(history, since=day("2026-05-05"), today=TODAY)
    assert len([row for row in rows if row.what == "Side effect"]) == 11
    assert rows[-1].on == day("2026-05-01")


def test_the_chart_ends_with_its_marks() -> None:
    history = History((), (), (Mark(TODAY, "Visit"),), (), missed=(Mark(TODAY, "x"),), events=(Mark(TODAY, "y"),))
    picture = timeline.picture(history, since=day("2026-01-01"), today=TODAY)
    assert picture is not None
    assert (picture.below.bars, picture.below.strips) == ((), ())
    rows = timeline.table(history, since=day("2026-01-01"), today=TODAY)
    assert {row.what for row in rows} == {"Visit", "Not taken", "Life event"}


def test_a_span_of_the_last_day_is_still_seen() -> None:
    picture = drawn([], effects=(Span(day("2026-05-01"), None, "a"),), events=(Mark(day("2026-06-22"), "b"),))
    assert all(bar.right - bar.left >= 2 for bar in picture.below.bars)


@pytest.mark.parametrize(("code", "days"), [(one.code, one.days) for one in RANGES] + [("", 730), ("10y", 730)])
def test_ranges_reach_from_six_weeks_to_five_years(code: str, days: int) -> None:
    found = range_of(code)
    assert found.since(TODAY) == TODAY - dt.timedelta(days=days)
    assert found.frame.ahead <= dt.timedelta(days=180)
    assert (RANGES[0].days, RANGES[-1].days) == (42, 1826)


def test_one_to_four_medications_are_drawn() -> None:
    plans = [row for n in range(1, 7) for row in planned(n, f"drug {n}", ("2026-01-01", "", 10))]
    given = courses([*plans, *planned(9, "ended", ("2020-01-01", "2020-02-01", 5))])
    offered = within(given, day("2025-06-15"))
    assert [course.medication for course in offered] == [f"drug {n}" for n in range(1, 7)]
    assert [course.medication for course in chosen(offered, [])] == ["drug 1", "drug 2", "drug 3", "drug 4"]
    assert [course.medication for course in chosen(offered, [UUID(int=6), UUID(int=9)])] == ["drug 6"]
