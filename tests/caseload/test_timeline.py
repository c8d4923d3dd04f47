"""The dose-response timeline: doses, scores and marks on one axis, to the day."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

from clinic.caseload.rules import drawing, timeline
from clinic.caseload.rules.axis import LEFT, RIGHT, Axis, Mark
from clinic.caseload.rules.courses import Course, Missed, Segment, StepRow, courses, treated_from
from clinic.caseload.rules.drawing import draw
from clinic.caseload.rules.timeline import History, Picture, ScorePoint, ScoreSeries

TODAY = dt.date(2026, 6, 15)
PLAN = UUID(int=1)


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


def row(
    first_on: dt.date | None, last_on: dt.date | None, mg: int | None, *, stop_on: dt.date | None = None, every: int = 1
) -> StepRow:
    amount = None if mg is None else Decimal(mg)
    return StepRow(PLAN, "sertraline", "Depression", stop_on, first_on, last_on, every, amount, f"{mg} mg")


def segment(first_on: dt.date, last_on: dt.date | None, mg: int, every: int = 1) -> Segment:
    return Segment(first_on, last_on, every, Decimal(mg), f"{mg} mg")


def course(*segments: Segment, name: str = "sertraline") -> Course:
    return Course(uuid4(), name, "Depression", segments, None)


RISING = course(
    segment(day(6, 1), day(6, 10), 50), segment(day(6, 11), day(6, 20), 100), segment(day(6, 21), None, 150)
)
PHQ9 = ScoreSeries(
    "PHQ-9", 0, 27, ((5, "mild"), (10, "moderate")), (ScorePoint(day(6, 1), 18, "moderate"), ScorePoint(TODAY, 9, ""))
)


def drawn(history: History, *, since: dt.date = dt.date(2024, 6, 15)) -> Picture:
    found = timeline.picture(history, since=since, today=TODAY)
    assert found is not None
    return found


def of(*given: Course, scores: tuple[ScoreSeries, ...] = (), visits: tuple[Mark, ...] = ()) -> History:
    return History(given, scores, visits, ())


def test_a_dose_plan_is_taken_from_today_and_read_ahead() -> None:
    assert RISING.on(day(6, 10)) == RISING.segments[0]
    assert RISING.on(day(6, 11)) == RISING.segments[1]
    assert RISING.on(day(5, 31)) is None
    assert RISING.after(TODAY) == RISING.segments[2]
    assert RISING.after(day(6, 21)) is None
    assert RISING.is_running(day(5, 1))
    assert not course(segment(day(6, 1), day(6, 2), 50)).is_running(TODAY)


def test_nothing_holds_from_the_day_of_a_stop_on() -> None:
    stop = {"stop_on": day(6, 15)}
    (stopped,) = courses(
        [row(day(6, 1), day(6, 9), 50, **stop), row(day(6, 10), None, 25, **stop), row(day(6, 20), None, 0, **stop)]
    )
    assert [(s.first_on, s.last_on) for s in stopped.segments] == [
        (day(6, 1), day(6, 9)),
        (day(6, 10), day(6, 14)),
    ]
    assert stopped.on(day(6, 15)) is None


def test_a_dose_plan_without_steps_has_no_segments() -> None:
    (empty,) = courses([row(None, None, None)])
    assert empty.segments == ()


def test_nothing_to_show_draws_nothing() -> None:
    assert timeline.picture(of(), since=TODAY, today=TODAY) is None


def test_the_axis_maps_its_ends_to_the_edges() -> None:
    axis = Axis(day(6, 1), day(6, 11))
    assert (axis.x(day(6, 1)), axis.x(day(6, 11)), axis.x(day(6, 6))) == (LEFT, RIGHT, (LEFT + RIGHT) / 2)
    assert axis.x(day(1, 1)) == LEFT


def test_a_young_history_is_shown_over_six_weeks() -> None:
    axis = drawn(of(course(segment(TODAY, None, 50)))).axis
    assert (axis.last_on - axis.first_on).days == 42


def test_what_is_planned_is_shown_for_at_most_180_days_ahead() -> None:
    far = course(segment(day(6, 1), dt.date(2027, 12, 31), 50))
    assert drawn(of(far)).axis.last_on == TODAY + dt.timedelta(days=180)


def test_days_before_the_window_are_left_out() -> None:
    old = course(segment(dt.date(2020, 1, 1), dt.date(2020, 2, 1), 50), name="old")
    shown = drawn(of(old, RISING))
    assert [lane.title for lane in shown.lanes] == ["sertraline, 100 mg now"]
    assert shown.axis.first_on == dt.date(2024, 6, 15)


def test_taken_is_solid_up_to_today_and_planned_dashed_after() -> None:
    shown = drawn(of(RISING))
    lane, axis = shown.lanes[0], shown.axis
    today_x, next_x = axis.x(TODAY), axis.x(day(6, 21))
    low, middle, high = lane.base - 20 / 3, lane.base - 40 / 3, lane.base - 20
    assert lane.taken == (
        f"M{axis.x(day(6, 1)):g} {lane.base:g}V{low:.1f}H{axis.x(day(6, 11)):g}V{middle:.1f}H{today_x:g}"
    )
    assert lane.planned == f"M{today_x:g} {middle:.1f}H{next_x:g}V{high:g}H{RIGHT:g}"


def test_a_gap_in_taking_is_a_gap_in_the_line() -> None:
    gapped = course(segment(day(5, 1), day(5, 10), 50), segment(day(5, 20), day(5, 30), 50))
    assert drawn(of(gapped)).lanes[0].taken.count("M") == 2


def test_a_course_of_no_dose_lies_on_the_base() -> None:
    lane = drawn(of(course(segment(day(6, 1), day(6, 10), 0)))).lanes[0]
    assert f"V{lane.base:g}" in lane.taken


def test_amounts_stand_where_there_is_room() -> None:
    brief = course(segment(day(1, 1), day(1, 2), 50), segment(day(1, 3), None, 1200))
    assert [label.words for label in drawn(of(brief)).lanes[0].labels] == ["1,200 mg"]


def test_a_dose_that_is_not_daily_says_so_in_the_picture_and_in_its_words() -> None:
    tapered = course(
        segment(day(3, 1), day(5, 31), 50), segment(day(6, 1), day(6, 14), 25, every=2), segment(day(6, 15), None, 0)
    )
    long = course(segment(day(3, 1), None, 25, every=3), name="trazodone")
    shown = drawn(of(tapered, long))
    assert [label.words for label in shown.lanes[0].labels] == ["50 mg", "25 mg"]
    assert [label.words for label in shown.lanes[1].labels] == ["25 mg every 3 days"]
    assert shown.lanes[1].title == "trazodone, 25 mg every 3 days now"
    assert (
        "doses of sertraline, 0 mg now (25 mg every other day from Jun 1, 2026), "
        "trazodone, 25 mg every 3 days now; scores"
    ) in draw(shown)


def test_scores_stand_at_their_day_and_height() -> None:
    shown = drawn(of(RISING, scores=(PHQ9,)))
    panel = shown.panels[0]
    assert panel.title == "PHQ-9, 0 to 27"
    assert [(dot.x, dot.y) for dot in panel.dots] == [
        (shown.axis.x(day(6, 1)), round(panel.base - 18 / 27 * 84, 1)),
        (shown.axis.x(TODAY), round(panel.base - 9 / 27 * 84, 1)),
    ]
    assert [band.words for band in panel.bands] == ["mild 5+", "moderate 10+"]
    assert [dot.words for dot in panel.dots] == ["PHQ-9 18, moderate", "PHQ-9 9"]


def test_words_of_bands_stand_aside_from_the_line_of_scores() -> None:
    falling = ScoreSeries(
        "PHQ-9", 0, 27, ((5, "mild"), (15, "moderately severe")),
        (ScorePoint(day(5, 1), 19, ""), ScorePoint(day(5, 12), 3, ""), ScorePoint(TODAY, 1, "")),
    )  # fmt: skip
    panel = drawn(of(RISING, scores=(falling,))).panels[0]
    assert {band.x > panel.dots[1].x for band in panel.bands} == {True}


def test_a_scale_not_answered_within_the_window_has_no_panel() -> None:
    old = ScoreSeries("GAD-7", 0, 21, (), (ScorePoint(dt.date(2020, 1, 1), 3, ""),))
    assert drawn(of(RISING, scores=(old,))).panels == ()


def test_at_most_four_medications_and_three_scales_are_drawn() -> None:
    shown = drawn(of(*[RISING] * 6, scores=(PHQ9,) * 5))
    assert (len(shown.lanes), len(shown.panels)) == (4, 3)


def test_months_are_named_without_running_into_each_other() -> None:
    shown = drawn(of(course(segment(dt.date(2024, 7, 1), None, 50))))
    places = [label.x for label in shown.months]
    assert all(after - before >= 58 for before, after in pairwise(places))
    assert shown.months[0].words.endswith("2024")
    assert sum("2025" in label.words for label in shown.months) == 1


def test_visits_and_worries_stand_at_their_days() -> None:
    history = History([RISING], [], [Mark(day(6, 3), "Medication check")], [Mark(day(6, 4), "Asked for a call")])
    shown = drawn(history)
    assert [(t.x, t.words) for t in shown.visits] == [(shown.axis.x(day(6, 3)), "Medication check")]
    assert [(t.x, t.words) for t in shown.worries] == [(shown.axis.x(day(6, 4)), "Asked for a call")]


def test_the_table_says_the_same_newest_first() -> None:
    every_other = course(segment(day(6, 12), None, 25, every=2), name="trazodone")
    history = History([RISING, every_other], [PHQ9], [Mark(day(6, 3), "Medication check")], [Mark(TODAY, "Call")])
    rows = [(r.on, r.what, r.value) for r in timeline.table(history, since=day(6, 2), today=TODAY)]
    assert rows == [
        (day(6, 21), "sertraline", "150 mg, planned"),
        (TODAY, "PHQ-9", "9"),
        (TODAY, "Check-in", "Call"),
        (day(6, 12), "trazodone", "25 mg every other day"),
        (day(6, 11), "sertraline", "100 mg"),
        (day(6, 3), "Visit", "Medication check"),
        (day(6, 1), "sertraline", "50 mg"),
    ]


def test_the_picture_is_described_and_carries_no_style() -> None:
    three = tuple(ScoreSeries(title, 0, 27, (), PHQ9.points) for title in ("PHQ-9", "GAD-7", "PCL-5"))
    svg = draw(drawn(of(RISING, scores=three, visits=(Mark(day(6, 3), "Medication <check>"),))))
    assert "doses of sertraline, 100 mg now; scores of PHQ-9, 0 to 27, GAD-7, 0 to 27" in svg
    assert "Medication &lt;check&gt;" in svg
    assert "style=" not in svg
    assert svg.count("tl-dot") == 6


def test_the_last_score_does_not_cover_its_point() -> None:
    long_ago, ended = ScorePoint(dt.date(2024, 7, 1), 18, "moderate"), ScorePoint(dt.date(2025, 7, 1), 9, "")
    last_week = ScorePoint(day(6, 8), 18, "moderate")
    above, below, beside = (
        (long_ago, ScorePoint(TODAY, 9, "")),
        (last_week, ScorePoint(TODAY, 9, "")),
        (long_ago, ended),
    )
    for points, where in ((above, "above"), (below, "below"), (beside, "beside")):
        series = replace(PHQ9, points=(long_ago, *points))
        picture = drawn(of(scores=(series,), visits=(Mark(TODAY, "Visit"),)))
        dot = picture.panels[0].dots[-1]
        x, y = map(float, re.findall(r'tl-last" x="([\d.]+)" y="([\d.]+)"', draw(picture))[0])
        assert {"above": y < dot.y - 5, "below": y > dot.y + 12, "beside": x > dot.x + 5}[where]


def test_a_picture_without_doses_or_scores_says_so() -> None:
    assert "doses of no medication; scores of no scale; visits: 1" in draw(drawn(of(visits=(Mark(TODAY, "Visit"),))))


def gap(first_on: dt.date, last_on: dt.date, plan: UUID = PLAN) -> Missed:
    return Missed(plan, first_on, last_on)


def test_days_that_were_missed_are_left_out_of_what_was_taken() -> None:
    rows = [row(day(6, 1), day(6, 10), 50), row(day(6, 11), None, 100)]
    [found] = courses(rows, [gap(day(6, 9), day(6, 12)), gap(day(6, 3), day(6, 4), UUID(int=2))])
    assert [(one.first_on, one.last_on, one.mg_per_day) for one in found.segments] == [
        (day(6, 1), day(6, 8), 50),
        (day(6, 13), None, 100),
    ]
    [cut] = courses([row(day(6, 1), day(6, 10), 50)], [gap(day(6, 4), day(6, 5)), gap(day(6, 20), day(6, 21))])
    assert [(one.first_on, one.last_on) for one in cut.segments] == [(day(6, 1), day(6, 3)), (day(6, 6), day(6, 10))]


def test_missed_days_stand_in_the_table() -> None:
    history = History((RISING,), (), (), (), (Mark(day(6, 9), "sertraline, until Jun 12, 2026"),))
    told = timeline.table(history, since=day(6, 1), today=TODAY)
    assert [(one.on, one.value) for one in told if one.what == "Not taken"] == [
        (day(6, 9), "sertraline, until Jun 12, 2026")
    ]


def test_what_is_drawn_follows_the_history_and_the_day() -> None:
    since = day(1, 1)
    assert drawing.drawn(of(RISING, scores=(PHQ9,)), since=since, today=TODAY).row_count == 5
    missed = replace(of(RISING, scores=(PHQ9,)), missed=(Mark(day(6, 9), "sertraline, until Jun 12, 2026"),))
    assert "Not taken" in drawing.drawn(missed, since=since, today=TODAY).rows
    raised = of(replace(RISING, segments=(*RISING.segments[:2], segment(day(6, 21), None, 200))))
    assert "200 mg, planned" in drawing.drawn(raised, since=since, today=TODAY).rows
    assert "150 mg, planned" not in drawing.drawn(of(RISING), since=since, today=day(6, 21)).rows
    assert drawing.drawn(of(), since=since, today=TODAY) == ("", "", 0)


def test_treatment_is_counted_from_the_first_day_of_what_is_taken_now() -> None:
    ended = course(segment(day(1, 1), day(2, 1), 20))
    other = course(segment(day(5, 20), None, 20))
    assert treated_from([ended, RISING, other], TODAY) == day(5, 20)
    assert treated_from([ended], TODAY) is None
