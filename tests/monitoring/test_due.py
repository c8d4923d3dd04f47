"""What is due when: the examples of the clinic, and windows against a day-by-day recount."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.monitoring.rules import due
from clinic.monitoring.rules.begun import Begun
from clinic.monitoring.rules.due import DosePlanDays, DueItem, Known, State, StepDays, due_items, months_after
from clinic.monitoring.rules.protocols import Event, Person

DAY = dt.timedelta(days=1)
PLAN = UUID(int=1)
ADULT = Person(35, None)


def june(day: int) -> dt.date:
    return dt.date(2026, 6, 1) + (day - 1) * DAY


JUNE_1 = june(1)


def plan(
    *steps: tuple[int, float],
    ingredient: str = "lithium",
    begins: dt.date = JUNE_1,
    stop_on: dt.date | None = None,
    missed: tuple[tuple[dt.date, dt.date], ...] = (),
    key: int = 1,
) -> DosePlanDays:
    """Steps of so many days (0: without an end) with so many mg."""
    found, on = [], begins
    for days, mg in steps:
        found.append(StepDays(on, on + (days - 1) * DAY if days else None, mg))
        on += days * DAY
    return DosePlanDays(UUID(int=key), ingredient.capitalize(), ingredient, stop_on, tuple(found), missed)


def of_series(
    series: str,
    plans: DosePlanDays | list[DosePlanDays],
    today: dt.date,
    *taken: dt.date,
    kind: str = "",
    person: Person = ADULT,
    settled: frozenset[str] = frozenset(),
) -> list[tuple[str, dt.date | None, dt.date | None, State]]:
    about = Known(person, {kind or series.split("_")[1]: list(taken)}, today, settled)
    items = due_items(plans if isinstance(plans, list) else [plans], about)
    return [(one.protocol.key, one.from_on, one.by_on, one.state) for one in items if one.protocol.series == series]


def level(
    plans: DosePlanDays, today: dt.date, *taken: dt.date, settled: frozenset[str] = frozenset()
) -> list[list[object]]:
    """The items of the lithium level as (from, by, state)."""
    found = of_series("lithium_level", plans, today, *taken, kind="lithium", settled=settled)
    return [[from_on, by_on, state] for _, from_on, by_on, state in found]


TWICE = plan((9, 600), (0, 900))


def test_a_lithium_step_on_june_1_makes_a_level_due_from_june_6_to_8() -> None:
    once = plan((0, 600))
    assert level(once, june(2)) == [[june(6), june(8), State.NOT_YET]]
    assert level(once, june(6)) == level(once, june(8)) == [[june(6), june(8), State.DUE]]
    assert level(once, june(9)) == [[june(6), june(8), State.OVERDUE]]


def test_a_second_step_on_june_10_supersedes_it() -> None:
    assert level(TWICE, june(9)) == [[june(6), june(8), State.OVERDUE]]
    assert level(TWICE, june(10)) == [[june(15), june(17), State.NOT_YET]]
    assert level(TWICE, june(17), june(7)) == [[june(15), june(17), State.DUE]]


@pytest.mark.parametrize("taken", [june(1), june(5), june(9)])
def test_a_result_outside_its_window_does_not_close_it(taken: dt.date) -> None:
    once = plan((0, 600))
    assert level(once, june(9), taken) == [[june(6), june(8), State.OVERDUE]]
    [item] = [one for one in due_items([once], Known(ADULT, {"lithium": [taken]}, june(9))) if one.is_outside]
    assert (item.last_on, item.since_on) == (taken, june(9))


@pytest.mark.parametrize("taken", [june(6), june(8)])
def test_a_result_within_closes_it_and_the_next_is_counted_from_there(taken: dt.date) -> None:
    assert level(plan((0, 600)), june(9), taken) == [
        [None, months_after(taken, 2), State.NOT_YET],
        [june(6), june(8), State.DONE],
    ]


def test_once_done_the_next_planned_step_is_told_ahead() -> None:
    assert level(TWICE, june(9), june(7)) == [[june(15), june(17), State.NOT_YET], [june(6), june(8), State.DONE]]


def test_a_step_that_comes_before_the_window_takes_its_place() -> None:
    assert level(plan((4, 600), (0, 900)), june(2)) == [[june(10), june(12), State.NOT_YET]]


def test_a_stop_ends_the_series() -> None:
    ended = plan((9, 600), stop_on=june(10))
    assert level(ended, june(10)) == []
    assert level(ended, june(9)) == [[june(6), june(8), State.OVERDUE]]
    assert level(plan((3, 600), stop_on=june(4)), june(2)) == []


def test_a_hold_has_no_window_until_it_is_taken_again() -> None:
    held = plan((3, 600), (10, 0), (0, 600))
    assert level(held, june(5)) == [[None, dt.date(2026, 8, 1), State.NOT_YET]]
    assert level(held, june(14)) == [[june(19), june(21), State.NOT_YET]]


def test_a_replan_moves_it() -> None:
    assert level(plan((0, 600), begins=june(4)), june(7)) == [[june(9), june(11), State.NOT_YET]]


def test_days_without_a_step_count_as_a_hold() -> None:
    steps = (StepDays(june(1), june(3), 600), StepDays(june(8), None, 600))
    assert [change.on for change in due.changes_of(steps)] == [june(1), june(8)]


def test_what_a_person_settled_is_done() -> None:
    once = plan((0, 600))
    [item] = [one for one in due_items([once], Known(ADULT, {}, june(9))) if one.protocol.series == "lithium_level"]
    assert item.about == f"monitoring:{PLAN}:20260608"
    assert level(once, june(9), june(9), settled=frozenset({item.about}))[-1] == [june(6), june(8), State.DONE]


def test_a_stimulant_is_looked_at_at_each_visit_of_its_titration_and_then_at_intervals() -> None:
    rising = plan((28, 18), (0, 36), ingredient="methylphenidate")

    def asked(today: dt.date, *taken: dt.date) -> list[tuple[str, dt.date | None, dt.date | None, State]]:
        return of_series("stimulant_pressure", rising, today, *taken, kind="systolic")

    assert asked(june(22)) == [("stimulant_pressure_titration", june(22), june(29), State.DUE)]
    # The second step supersedes the first.
    second = ("stimulant_pressure_titration", june(50), june(57))
    assert asked(june(40)) == [(*second, State.NOT_YET)]
    assert asked(june(58)) == [(*second, State.OVERDUE)]
    assert {(key, state) for key, *_, state in asked(june(60), june(52))} == {
        ("stimulant_pressure_titration", State.DONE),
        ("stimulant_pressure", State.NOT_YET),
    }


IBUPROFEN = Begun(june(10), "ibuprofen", frozenset({"ibuprofen", "nsaid"}))
LOSARTAN = Begun(june(12), "losartan", frozenset({"arb"}))


@pytest.mark.parametrize(
    ("begun", "today", "taken", "asked"),
    [
        ([IBUPROFEN], 9, [], []),
        ([IBUPROFEN], 12, [], [State.DUE]),
        ([IBUPROFEN], 12, [7], [State.DUE]),
        ([IBUPROFEN], 12, [7, 11], [State.DONE]),
        ([IBUPROFEN._replace(on=JUNE_1)], 12, [], []),
        ([IBUPROFEN._replace(groups=frozenset({"aspirin_salicylate"}))], 12, [], []),
        ([IBUPROFEN, LOSARTAN], 12, [11], [State.DUE]),
    ],
)
def test_a_lithium_level_is_asked_for_once_something_that_matters_is_begun(
    begun: list[Begun], today: int, taken: list[int], asked: list[State]
) -> None:
    about = Known(ADULT, {"lithium": [june(day) for day in taken]}, june(today), begun=begun)
    found = [one for one in due_items([plan((0, 600))], about) if one.protocol.event is Event.BEGUN]
    assert [one.state for one in found] == asked
    assert all(one.by_on is None and begun[-1].name in one.protocol.words for one in found)


def test_what_is_begun_during_a_hold_asks_nothing() -> None:
    about = Known(ADULT, {}, june(12), begun=[IBUPROFEN])
    held = plan((8, 600), (0, 0))
    assert not [one for one in due_items([held], about) if one.protocol.event is Event.BEGUN]


@pytest.mark.parametrize(
    ("today", "taken", "asked"),
    [
        (3, [], [(JUNE_1 + 14 * DAY, State.NOT_YET)]),
        (15, [], [(JUNE_1 + 14 * DAY, State.DUE)]),
        (15, [8], [(JUNE_1 + 14 * DAY, State.DUE)]),
        (20, [18], [(JUNE_1 + 14 * DAY, State.DONE)]),
        (22, [], []),
    ],
)
def test_a_nortriptyline_level_is_asked_for_above_100_mg(
    today: int, taken: list[int], asked: list[tuple[dt.date, State]]
) -> None:
    rising = plan((7, 75), (7, 100), (7, 125), (0, 100), ingredient="nortriptyline")
    about = Known(ADULT, {"nortriptyline": [june(day) for day in taken]}, june(today))
    found = [one for one in due_items([rising], about) if one.protocol.series == "nortriptyline_level"]
    assert [(one.event_on, one.state) for one in found] == asked
    assert all(one.by_on is None for one in found)


def test_before_the_start_it_is_due_and_after_it_never_done() -> None:
    of = plan((0, 600), begins=june(5))
    assert of_series("lithium_thyroid", of, june(1), kind="tsh") == [
        ("lithium_thyroid_before", None, june(5), State.DUE)
    ]
    assert of_series("lithium_thyroid", of, june(9), kind="tsh") == [
        ("lithium_thyroid_before", None, june(5), State.NEVER_DONE)
    ]
    settled = frozenset({f"monitoring:{PLAN}:20260605"})
    [(key, *_)] = of_series("lithium_thyroid", of, june(9), kind="tsh", settled=settled)
    assert key == "lithium_thyroid_later"


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (dt.date(2026, 8, 31), State.NOT_YET),
        (dt.date(2026, 9, 1), State.DUE),
        (dt.date(2026, 12, 1), State.DUE),
        (dt.date(2026, 12, 2), State.OVERDUE),
    ],
)
def test_an_interval_from_the_start_or_the_last_result(today: dt.date, state: State) -> None:
    found = of_series("lithium_thyroid", plan((0, 600)), today, dt.date(2026, 5, 20), kind="tsh")
    assert found == [("lithium_thyroid_later", dt.date(2026, 9, 1), dt.date(2026, 12, 1), state)]


def test_a_low_egfr_shortens_the_interval_and_an_unknown_one_does_not() -> None:
    low = Person(35, Decimal(59))
    [(key, _, by_on, _)] = of_series("lithium_kidney", plan((0, 600)), june(9), june(1), kind="egfr", person=low)
    assert (key, by_on) == ("lithium_kidney_low", dt.date(2026, 9, 1))


@pytest.mark.parametrize(
    ("day", "taken", "key", "state"),
    [
        (10, [0], "sga_weight_week_4", State.NOT_YET),
        (28, [0], "sga_weight_week_4", State.DUE),
        (29, [0, 14], "sga_weight_week_4", State.OVERDUE),
        (29, [0, 15], "sga_weight_week_8", State.NOT_YET),
        (60, [0, 41], "sga_weight_week_8", State.OVERDUE),
        (60, [0, 43], "sga_weight_week_12", State.NOT_YET),
        (300, [0], "sga_weight_week_12", State.OVERDUE),
        (85, [0, 80], "sga_weight_later", State.NOT_YET),
        (300, [0, 80], "sga_weight_later", State.OVERDUE),
    ],
)
def test_weeks_after_the_start_then_intervals(day: int, taken: list[int], key: str, state: State) -> None:
    weights = [JUNE_1 + n * DAY for n in taken]
    found = of_series("sga_weight", plan((0, 5), ingredient="olanzapine"), JUNE_1 + day * DAY, *weights, kind="weight")
    assert [(one[0], one[3]) for one in found] == [(key, state)]


@pytest.mark.parametrize(
    ("months", "key", "by_on"),
    [
        (5, "clozapine_anc_weekly", dt.date(2026, 11, 8)),
        (6, "clozapine_anc_two_weeks", dt.date(2026, 12, 15)),
        (12, "clozapine_anc_monthly", dt.date(2027, 7, 1)),
    ],
)
def test_neutrophils_by_the_time_since_the_start(months: int, key: str, by_on: dt.date) -> None:
    today = months_after(JUNE_1, months)
    clozapine = plan((0, 100), ingredient="clozapine")
    assert of_series("clozapine_anc", clozapine, today, june(1), today) == [(key, None, by_on, State.NOT_YET)]


def test_an_interruption_of_more_than_30_days_begins_anew() -> None:
    def after(days: int) -> str:
        again = plan((0, 100), ingredient="clozapine", begins=dt.date(2027, 3, 1) + days * DAY, key=2)
        first = plan((0, 100), ingredient="clozapine", stop_on=dt.date(2027, 3, 1))
        today = again.steps[0].first_on
        [(key, *_)] = of_series("clozapine_anc", [first, again], today, today - (days + 1) * DAY, kind="anc")
        return key

    assert (after(30), after(31)) == ("clozapine_anc_two_weeks", "clozapine_anc_before")


def test_missed_days_interrupt_too() -> None:
    gap = (dt.date(2027, 2, 1), dt.date(2027, 3, 10))
    clozapine = plan((0, 100), ingredient="clozapine", missed=(gap, (june(1), june(2))))
    steps = plan((5, 100), (0, 200), ingredient="clozapine", missed=((june(2), june(3)),))
    assert list(due.taken_spans(steps)) == [(june(1), june(1)), (june(4), june(5)), (june(6), dt.date.max)]
    assert list(due.taken_spans(clozapine)) == [(june(3), gap[0] - DAY), (gap[1] + DAY, dt.date.max)]
    [(key, *_)] = of_series("clozapine_anc", clozapine, dt.date(2027, 3, 20), dt.date(2027, 3, 12))
    assert key == "clozapine_anc_weekly"


def test_a_plan_of_which_every_day_was_missed_is_no_course() -> None:
    clozapine = plan((5, 100), ingredient="clozapine", missed=((june(1), june(5)),))
    assert due.course_of([clozapine], june(9), 30) == (june(9), None)
    assert list(due.taken_spans(plan((5, 100), (5, 0), (5, 50), stop_on=june(11)))) == [(june(1), june(5))]


def test_a_course_to_come_begins_on_its_first_day() -> None:
    assert due.course_of([plan((0, 100), begins=june(9))], june(1), 30) == (june(9), None)


def test_after_an_increase_it_stays_due_for_no_source_says_by_when() -> None:
    rising = plan((10, 40), (10, 80), (0, 40), ingredient="atomoxetine")
    steady = plan((0, 40), ingredient="atomoxetine")
    assert of_series("nri_pressure", steady, june(9), june(1), kind="systolic") == []
    expected = [("nri_pressure_rise", june(12), None, State.DUE)]
    assert of_series("nri_pressure", rising, june(25), june(1), kind="systolic") == expected
    assert of_series("nri_pressure", rising, june(15), june(1), kind="systolic") == expected
    assert of_series("nri_pressure", rising, june(11), june(1), kind="systolic")[0][3] is State.NOT_YET
    assert of_series("nri_pressure", rising, june(15), june(1), june(12), kind="systolic")[0][3] is State.DONE


def test_since_when_it_is_due() -> None:
    rising = plan((10, 40), (0, 80), ingredient="atomoxetine")
    known = Known(ADULT, {"systolic": [june(1)], "heart_rate": [june(12)]}, june(15))
    [item] = [one for one in due_items([rising], known) if one.is_pressing]
    assert (item.since_on, item.is_outside) == (june(12), False)
    fresh = due_items([plan((0, 600))], Known(ADULT, {}, june(2)))
    assert {one.since_on for one in fresh if one.state is State.NEVER_DONE} == {june(1)}


def test_a_condition_that_does_not_hold_leaves_nothing() -> None:
    tricyclic = plan((0, 25), ingredient="nortriptyline")
    assert due_items([tricyclic], Known(Person(40, None), {}, june(2))) == []
    assert [one.protocol.key for one in due_items([tricyclic], Known(Person(41, None), {}, june(2)))] == [
        "tca_ecg_before"
    ]


def test_a_plan_that_takes_nothing_asks_nothing() -> None:
    assert due_items([plan((0, 0))], Known(ADULT, {}, june(2))) == []


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [((2026, 11, 30), 3, (2027, 2, 28)), ((2026, 12, 31), 12, (2027, 12, 31)), ((2028, 2, 29), 12, (2029, 2, 28))],
)
def test_months_end_where_a_month_has_no_such_day(
    day: tuple[int, int, int], months: int, later: tuple[int, int, int]
) -> None:
    assert months_after(dt.date(*day), months) == dt.date(*later)


def counted_by_hand(amounts: Sequence[float], taken: set[int], today: int) -> tuple[int, str] | None:
    """The event and the state of the lithium level, day by day; the last amount goes on for ever."""

    def amount(day: int) -> float:
        return 0.0 if day < 0 else amounts[min(day, len(amounts) - 1)]

    changed = [day for day in range(len(amounts)) if amount(day) not in (0.0, amount(day - 1))]
    if not changed or (amount(today) == 0.0 and today >= changed[0]):
        return None
    event = changed[0]
    for day in changed:
        if day <= today or day <= event + 5:
            event = day
    for day in range(event + 5, min(event + 7, today) + 1):
        if day in taken and not any(event < other <= day for other in changed):
            return event, "done"
    return event, "overdue" if today > event + 7 else "due" if today >= event + 5 else "not_yet"


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0.0, 300.0, 600.0, 900.0])), min_size=1, max_size=8),
    st.sets(st.integers(0, 70), max_size=12),
    st.integers(0, 70),
)
def test_windows_are_those_counted_day_by_day(steps: list[tuple[int, float]], taken: set[int], today: int) -> None:
    amounts = [mg for days, mg in steps for _ in range(days)]
    lithium = plan(*steps[:-1], (0, steps[-1][1]))
    known = Known(ADULT, {"lithium": [JUNE_1 + day * DAY for day in taken]}, JUNE_1 + today * DAY)
    found: list[DueItem] = [one for one in due_items([lithium], known) if one.protocol.key == "lithium_level_change"]
    counted = counted_by_hand(amounts, taken, today)
    if counted is None:
        # In a pause nothing is asked for, but a rise that is planned after it already says when its level comes.
        assert all(one.state is State.NOT_YET and one.event_on > JUNE_1 + today * DAY for one in found)
    else:
        event = JUNE_1 + counted[0] * DAY
        assert [str(one.state) for one in found if one.event_on == event] == [counted[1]]
        assert {one.state for one in found if one.event_on > event} <= {State.NOT_YET}
