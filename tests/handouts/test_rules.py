"""The days of a calendar, its drawings, its words."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.handouts.rules import giving
from clinic.handouts.rules.calendar import Entry, Mark, calendar_of, stretches_of
from clinic.handouts.rules.paper import Paper, calendar_values, pharmacist_values
from clinic.handouts.rules.watching import watch_words
from clinic.messaging.rules import PAGE_WORDS, check_may_be_sent
from clinic.messaging.rules.texts import gsm_length
from clinic.titration.rules import build_plan, daily_table
from clinic.titration.rules.unit_pictures import Shape, drawn_of, taken_of
from tests.handouts.papers import MONDAY, changing, head, on_paper
from tests.titration.orders import order, solution, step, tablets


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def said(day: int, first: int = 1) -> list[tuple[str, str]]:
    calendar = calendar_of([changing()], march(first))
    (found,) = (one for one in calendar.days if one.on == march(day))
    return [(entry.words, entry.mark.value) for entry in found.entries]


@pytest.mark.parametrize(
    ("day", "entries"),
    [
        (1, []),
        (2, [("25 mg in the morning (1 x 25 mg tablet)", "starts")]),
        (3, [("no dose today", "")]),
        (4, [("25 mg in the morning (1 x 25 mg tablet)", "")]),
        (
            6,
            [
                (
                    "25 mg in the morning (1 x 25 mg tablet), 75 mg at bedtime (1 x 50 mg tablet + 1 x 25 mg tablet)",
                    "new dose",
                )
            ],
        ),
        (8, [("no dose today: paused", "pause")]),
        (9, [("no dose today: paused", "")]),
        (10, [("12.5 mg at noon (half a 25 mg tablet)", "new dose")]),
        (14, [("no longer taken", "stop")]),
        (15, []),
    ],
)
def test_each_day_says_what_is_taken_and_what_is_new(day: int, entries: list[tuple[str, str]]) -> None:
    assert said(day) == entries


def test_eight_weeks_stand_in_rows_that_begin_on_the_weekday_of_the_first_day() -> None:
    calendar = calendar_of([changing()], march(4))
    assert (calendar.first_on, calendar.last_on, len(calendar.days)) == (march(4), dt.date(2026, 4, 28), 56)
    assert [week[0].on.weekday() for week in calendar.weeks] == [2] * 8
    assert calendar.anything_new == "Anything new, or anything that worries you: tell us."


def test_the_key_names_each_piece_once() -> None:
    calendar = calendar_of([changing()], MONDAY)
    assert [one.words for one in calendar.key_of(calendar.plans[0])] == [
        "50 mg tablet",
        "half of a 25 mg tablet",
        "25 mg tablet",
    ]


def test_stretches_tell_the_steps_between_two_days_and_the_stop() -> None:
    told = [(one.first_on.day, one.last_on, one.words[:6]) for one in stretches_of(changing(), march(7), march(14))]
    assert told == [
        (7, march(7), "25 mg "),
        (8, march(9), "no dos"),
        (10, march(13), "12.5 m"),
        (14, None, "no lon"),
    ]
    assert len(stretches_of(changing(), march(10), march(11))) == 1
    assert stretches_of(changing(), march(20), march(30)) == ()


UNIT = {"form": "tablet", "release": "IR", "strength_mg": "25", "count": "1.5"}


def test_one_and_a_half_tablets_are_a_whole_and_a_half_one() -> None:
    whole, half = drawn_of(UNIT)
    assert (whole.shape, whole.pieces, whole.label, whole.words) == (Shape.TABLET, 1, "25", "25 mg tablet")
    assert (half.shape, half.mg, half.words) == (Shape.HALF, Decimal("12.5"), "half of a 25 mg tablet")
    assert drawn_of(UNIT | {"count": "0.5"}) == (half,)
    assert drawn_of(UNIT | {"count": "1"}) == (whole,)


def test_a_capsule_and_a_volume() -> None:
    (capsule,) = drawn_of(UNIT | {"form": "capsule", "release": "ER", "count": "2"})
    assert (capsule.shape, capsule.pieces, capsule.words) == (Shape.CAPSULE, 2, "25 mg extended-release capsule")
    (volume,) = drawn_of({"form": "solution", "release": "IR", "mg_per_ml": "4", "count": "6.5"})
    assert (volume.shape, volume.pieces, volume.label, volume.mg) == (Shape.VOLUME, 1, "6.5 mL", 26)
    assert volume.words == "4 mg/mL solution"


@pytest.mark.parametrize(("count", "pieces", "many"), [("4", 4, ""), ("5", 1, "5 ×"), ("12", 1, "12 ×")])
def test_more_than_four_pieces_are_told_by_a_number(count: str, pieces: int, many: str) -> None:
    (taken,) = taken_of([{"time": "noon", "mg": "1", "units": [UNIT | {"count": count}]}])
    assert taken.picture.count("<svg") == pieces
    assert many in taken.picture
    assert taken.drawn[0].pieces == pieces


MG = st.sampled_from(["12.5", "25", "37.5", "62.5", "100", "150", "187.5", "12.7"])
DOSES = st.dictionaries(st.sampled_from(["morning", "noon", "evening", "bedtime"]), MG, max_size=3)
STEPS = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 3), DOSES), min_size=1, max_size=5)
PRODUCTS = st.sampled_from([tablets("25", "50", "100", scored=True), tablets("12.5", "100"), solution("20", "0.125")])


@settings(deadline=None)
@given(steps=STEPS, products=PRODUCTS, start=st.integers(0, 20))
def test_what_is_drawn_on_each_day_sums_to_its_dose(
    steps: list[tuple[int, int, dict[str, str]]], products: dict[str, object], start: int
) -> None:
    wanted = order(products, steps=[step(days, every_days=every, **doses) for days, every, doses in steps])
    first_on = MONDAY + dt.timedelta(days=start)
    calendar = calendar_of([on_paper(wanted)], first_on)
    planned = daily_table(build_plan(wanted), calendar.first_on, calendar.last_on)
    for day, plan_day in zip(calendar.days, planned, strict=True):
        drawn = [one for entry in day.entries for taken in entry.taken for one in taken.drawn]
        makeable = sum(dose.mg for dose in plan_day.doses if dose.units)
        assert sum(one.mg for one in drawn) == makeable
        assert [taken.time for entry in day.entries for taken in entry.taken] == [d.time for d in plan_day.doses]


@pytest.mark.parametrize(
    ("boxed", "is_confirmed", "count"),
    [
        ("Suicidality in children, adolescents, young adults (<=24 y)", True, 1),
        ("Suicidality in children, adolescents, young adults (<=24 y)", False, 0),
        ("Serious skin rash (SJS/TEN)", True, 1),
        ("Severe neutropenia; orthostasis/bradycardia/syncope; seizures; myocarditis", True, 3),
        ("Increased mortality in elderly dementia-related psychosis", True, 0),
        ("", True, 0),
    ],
)
def test_only_a_confirmed_boxed_warning_is_told_in_plain_words(boxed: str, is_confirmed: bool, count: int) -> None:
    assert len(watch_words(boxed, is_confirmed=is_confirmed)) == count


def test_a_warning_of_two_medications_is_printed_once_with_both_letters() -> None:
    plans = [changing(), on_paper(order(tablets("25"), steps=[step(7, morning="25")]), letter="B")]
    warned = [on_paper(order(tablets("25"), steps=[step(7)]), letter=one.letter, watch=("Call us.",)) for one in plans]
    values = calendar_values(calendar_of(warned, MONDAY), head(), Paper.A4, large=True)
    assert [one["letters"] for one in values["watch"]] == ["A, B", ""]
    assert (values["paper"], values["large"]) == ("a4", True)


def test_a_dose_that_no_units_make_is_told_in_words() -> None:
    plan = on_paper(order(tablets("25"), steps=[step(7, morning="25", noon="30")]))
    cell = calendar_values(calendar_of([plan], MONDAY), head(), Paper.LETTER, large=False)["weeks"][0][0]
    assert cell["times"] == []
    assert "cannot be made" in cell["notes"][0]["words"]


def test_a_day_without_any_plan_says_so() -> None:
    values = calendar_values(calendar_of([], MONDAY), head(), Paper.LETTER, large=False)
    assert values["weeks"][0][0]["words"] == "nothing planned"


def test_the_pharmacist_reads_days_units_and_what_to_dispense() -> None:
    values = pharmacist_values(
        changing(), ["9 x 25 mg tablet"], head(), born_on=dt.date(1990, 12, 10), from_on=march(7)
    )
    assert [one["when"] for one in values["stretches"]] == [
        "Sat, Mar 7, 2026",
        "Sun, Mar 8, 2026 to Mon, Mar 9, 2026",
        "Tue, Mar 10, 2026 to Fri, Mar 13, 2026",
        "Sat, Mar 14, 2026 on",
    ]
    assert (values["born"], values["dispense"]) == ("Dec 10, 1990", ["9 x 25 mg tablet"])


def test_a_link_is_given_only_where_there_is_something_to_read_and_a_way() -> None:
    giving.check_something_to_read(has_plans=True)
    check_may_be_sent(has_way=True)
    with pytest.raises(RuleBroken, match="No dose plan is running"):
        giving.check_something_to_read(has_plans=False)
    with pytest.raises(RuleBroken, match="neither e-mail nor text"):
        check_may_be_sent(has_way=False)


def test_an_entry_that_goes_on_has_no_mark() -> None:
    entries: list[Entry] = [e for day in calendar_of([changing()], march(4)).days[:2] for e in day.entries]
    assert [entry.mark for entry in entries] == [Mark.NONE, Mark.NONE]


@pytest.mark.parametrize("words", PAGE_WORDS.values())
def test_the_message_stands_in_the_alphabet_of_one_sms(words: str) -> None:
    assert gsm_length(words) == len(words)
