"""When the new medication of a switch begins, which wash-out lies between, and the picture of both."""

from datetime import date, timedelta
from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Code, Finding, Person, Severity, Span, Taken, check, read_rules
from clinic.titration.rules import DosePlanResult, build_plan
from clinic.titration.rules.drawing import draw_switch
from clinic.titration.rules.running import order_with
from clinic.titration.rules.safety import UNAVAILABLE, ChecksUnavailable, taken_by_plan
from clinic.titration.rules.signing import EVERY_FINDING, Override
from clinic.titration.rules.switching import (
    Begins,
    Part,
    PartStop,
    Together,
    begun_on,
    check_another,
    days_of,
    first_day,
    overrides_of,
    proposal,
    reason_asked_as,
    side_by_side,
    stops_of_both,
)
from tests.titration.orders import START, order, step, tablets

TABLETS = tablets("25", "50", "100")
RUNNING = order(TABLETS, steps=[step(morning="100")])
ON = START + timedelta(days=10)


def day(number: int) -> date:
    return START + timedelta(days=number)


def stopped(on: date = ON) -> DosePlanResult:
    return build_plan(order_with(RUNNING, {"on": on.isoformat(), "action": "stop"}))


def stepped(*steps: dict[str, Any], start_on: date = START) -> DosePlanResult:
    return build_plan(order(TABLETS, start_on=start_on.isoformat(), steps=list(steps)))


def begins(how: Begins, leaving: DosePlanResult, **more: date | None) -> date:
    given = {"typed": None, "washed_out_on": None} | more
    return first_day(how, build_plan(RUNNING), leaving, ON, **given)


def test_a_direct_switch_begins_on_the_first_day_without_the_old() -> None:
    assert begins(Begins.DIRECT, stopped(), typed=day(99)) == ON
    assert begins(Begins.DIRECT, stepped(step(12, morning="100"))) == day(12)


def test_a_cross_taper_begins_with_the_first_cut_or_on_a_day_of_the_old() -> None:
    falling = stepped(step(14, morning="100"), step(7, morning="50"), step(7, morning="25"))
    assert begins(Begins.OVERLAP, falling) == day(14)
    assert begins(Begins.OVERLAP, stepped(step(10, morning="100"), step(7, morning="50"))) == ON
    assert begins(Begins.OVERLAP, stepped(step(5, morning="25"), step(9, morning="100"), step(morning="50"))) == day(14)
    assert begins(Begins.OVERLAP, falling, typed=day(20)) == day(20)
    assert begins(Begins.OVERLAP, build_plan(RUNNING), typed=day(400)) == day(400)


def test_after_a_wash_out_it_begins_as_proposed_or_typed() -> None:
    assert begins(Begins.WASHOUT, stopped(), washed_out_on=day(24)) == day(24)
    assert begins(Begins.WASHOUT, stopped(), washed_out_on=day(24), typed=day(30)) == day(30)


@pytest.mark.parametrize(
    ("how", "leaving", "typed", "sentence", "field"),
    [
        (Begins.OVERLAP, stopped(), None, "not lowered before its end", "start_on"),
        (Begins.OVERLAP, stopped(), ON, "no longer taken", "start_on"),
        (Begins.DIRECT, build_plan(RUNNING), None, "no last day", "begins"),
        (Begins.WASHOUT, stopped(), None, "without the safety checks", "start_on"),
        (Begins.WASHOUT, stopped(), day(9), "still taken", "start_on"),
    ],
)
def test_a_first_day_that_cannot_be(
    how: Begins, leaving: DosePlanResult, typed: date | None, sentence: str, field: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refused:
        begins(how, leaving, typed=typed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("old", "last_on", "new", "earliest_on"),
    [
        ("fluoxetine", "2026-01-05", "phenelzine", "2026-02-09"),
        ("phenelzine", "2026-03-10", "sertraline", "2026-03-24"),
        ("sertraline", "2026-03-10", "venlafaxine", "2026-03-11"),
    ],
)
def test_the_wash_out_is_proposed_by_rule(old: str, last_on: str, new: str, earliest_on: str) -> None:
    last = date.fromisoformat(last_on)
    first_on = last + timedelta(days=1)
    taken = [Taken(old, (Span(None, last),)), begun_on(new, first_on)]
    proposed = proposal(check(Person(), taken, read_rules(), first_on), new, first_on)
    assert proposed.on == date.fromisoformat(earliest_on)
    assert [one.code for one in proposed.because] == ([Code.WASHOUT] if proposed.on > first_on else [])
    assert all(one.source for one in proposed.because)


def test_the_overlap_of_two_plans_is_found_for_exactly_its_days() -> None:
    leaving, coming = stopped(), stepped(step(morning="25"), start_on=day(6))
    taken = [taken_by_plan("sertraline", leaving), taken_by_plan("phenelzine", coming)]
    found = [one for one in check(Person(), taken, read_rules(), START) if one.code is Code.INTERACTION]
    both = [one for one in side_by_side(leaving, coming, START) if one.together is Together.BOTH]
    assert [(one.severity, one.first_on, one.last_on) for one in found] == [(Severity.STOP, day(6), day(9))]
    assert [(one.first_on, one.last_on) for one in both] == [(day(6), day(9))]


def test_only_another_medication_is_a_switch() -> None:
    check_another("sertraline", "venlafaxine")
    with pytest.raises(RuleBroken, match="Change the dose plan of sertraline instead"):
        check_another("sertraline", "sertraline")


def test_a_reason_is_for_one_of_the_two() -> None:
    given = [Override(f"{part}-above_max", "benefit", part) for part in Part] + [Override(EVERY_FINDING, "other", "x")]
    assert [(one.code, one.words) for one in overrides_of(Part.COMING, given)] == [("above_max", "coming")]


def test_that_nothing_can_be_checked_is_asked_once_for_both() -> None:
    unavailable = [ChecksUnavailable()]
    assert stops_of_both(("sertraline", unavailable), ("phenelzine", unavailable)) == unavailable
    reason = Override(UNAVAILABLE, UNAVAILABLE, "Looked up by hand")
    assert [overrides_of(part, [reason]) for part in Part] == [[reason], [reason]]
    asked = [reason_asked_as(Part.LEAVING, f"override_{key}") for key in (UNAVAILABLE, "above_max")]
    assert asked == [f"override_{UNAVAILABLE}", "override_leaving-above_max"]


def test_a_stop_says_whose_it_is_and_is_kept_as_found() -> None:
    class Found:
        key, code, words = "above_max", "above_max", "250 mg a day is above the maximum."

        def to_json(self) -> dict[str, Any]:
            return {"code": self.code}

    stop = PartStop(Part.LEAVING, "sertraline", Found())
    assert (stop.key, stop.code, stop.to_json()) == ("leaving-above_max", "above_max", {"code": "above_max"})
    assert stop.words == "Sertraline: 250 mg a day is above the maximum."


def test_days_without_either_are_counted_and_the_end_of_both_is_no_row() -> None:
    later = stepped(step(4, morning="25"), step(3), step(2, bedtime="25"), start_on=day(24))
    spans = side_by_side(stopped(), later, day(3))
    assert [(one.together, one.days) for one in spans] == [
        (Together.LEAVING, 7),
        (Together.NEITHER, 14),
        (Together.COMING, 4),
        (Together.NEITHER, 3),
        (Together.COMING, 2),
    ]
    assert (days_of(spans, Together.NEITHER), days_of(spans, Together.BOTH)) == (17, 0)
    assert spans[1].leaving_words == spans[1].coming_words == "no dose"


def test_the_picture_says_overlap_and_gap_in_words() -> None:
    cross = side_by_side(
        stepped(step(13, morning="100"), step(1, morning="50"), step(7, morning="25")),
        stepped(step(7, morning="25"), step(every_days=2, morning="50"), start_on=day(14)),
        START,
    )
    drawn = draw_switch(cross, "sertraline", "R&D", START)
    assert cross[-1].coming_words == "50 mg, every other day"
    assert "Mar 16, 2026 to Mar 22, 2026 both" in drawn
    assert ">both 7 days</text>" in drawn
    assert "url(#switch-hatch)" in drawn
    assert "R&amp;D comes" in drawn
    assert "50 mg / 2 d" in drawn
    gap = draw_switch(side_by_side(stopped(), stepped(step(morning="25"), start_on=day(24)), START), "a", "b", START)
    assert "Mar 12, 2026 to Mar 25, 2026 neither" in gap
    assert "url(#switch-dots)" in gap


def test_the_picture_of_the_shortest_and_the_longest() -> None:
    one_day = draw_switch(side_by_side(stopped(day(1)), stepped(step(1, morning="25")), START), "a", "b", START)
    assert "both 1 day<" in one_day
    assert "Mar 2, 2026 both" in one_day
    never = draw_switch(
        side_by_side(build_plan(RUNNING), stepped(step(morning="25"), start_on=day(3000)), START), "a", "b", START
    )
    assert "both from then on" in never
    assert "From May 19, 2034 both" in never
    apart = draw_switch(side_by_side(stopped(), stepped(step(morning="25"), start_on=ON), START), "a", "b", START)
    assert "no day with both and none without either" in apart
    nothing = draw_switch(side_by_side(stopped(START), stepped(step(2, morning="25"), step(2)), START), "a", "b", START)
    assert "no day with both" in nothing


def test_a_wash_out_of_something_else_is_no_reason() -> None:
    found = Finding(Code.WASHOUT, Severity.STOP, ("a", "b", START), START, None, "b later", "r", "s", day(14))
    assert proposal([found], "B", START).on == day(14)
    assert proposal([found], "c", START).because == ()
    assert proposal([found], "b", day(1)) == proposal([], "b", day(1))
