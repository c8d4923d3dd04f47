"""When clients are reminded of tests and in which words."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from clinic.core.rules import RuleBroken
from clinic.monitoring.rules import KINDS, DosePlanDays, DueItem, Known, due_items, read_protocols
from clinic.monitoring.rules.due import StepDays
from clinic.monitoring.rules.protocols import Person, Protocol
from clinic.monitoring.rules.reminding import (
    PLAIN,
    SUBJECT,
    WORDS,
    ToldTest,
    check_may_be_said,
    is_near,
    is_reminded_of,
    is_told_by_message,
    reminded_on,
    step_wanted,
    told_tests,
)

JUNE_1 = dt.date(2026, 6, 1)
ADULT = Person(age=40, egfr=Decimal(90))


def june(day: int) -> dt.date:
    return dt.date(2026, 6, day)


def items(ingredient: str, today: dt.date, **results: list[dt.date]) -> list[DueItem]:
    """What is due of a medication that begins on June 1."""
    plan = DosePlanDays(uuid.uuid4(), ingredient, ingredient, None, (StepDays(JUNE_1, None, 5.0),))
    return due_items([plan], Known(ADULT, results, today))


def test_three_days_before_on_the_day_and_two_days_late() -> None:
    assert reminded_on(june(8)) == {1: june(5), 2: june(8), 3: june(10)}


@pytest.mark.parametrize(("day", "step"), [(1, 1), (5, 1), (7, 1), (8, 2), (9, 2), (10, 3), (30, 3)])
def test_a_late_message_gives_way_to_the_next(day: int, step: int) -> None:
    assert step_wanted(june(8), today=june(day)) == step


@pytest.mark.parametrize(("day", "near"), [(5, False), (6, True), (22, True), (23, False)])
def test_a_day_is_planned_from_two_weeks_before_it_until_the_last_reminder(day: int, near: bool) -> None:
    assert is_near(june(20), today=june(day)) is near


def test_vital_signs_and_what_is_done_are_not_reminded_of() -> None:
    found = items("olanzapine", june(1), sodium=[JUNE_1])
    assert {item.protocol.series for item in found if "weight" in item.protocol.kinds} == {"sga_weight"}
    reminded = {item.protocol.series for item in found if is_reminded_of(item)}
    assert "sga_lipids" in reminded
    assert not reminded & {"sga_weight", "sga_waist", "sga_pressure", "antipsychotic_salts"}
    [level] = [item for item in items("lithium", june(8), lithium=[june(7)]) if item.state == "done"]
    assert not is_reminded_of(level)


def without_words(protocols: Iterable[Protocol]) -> set[str]:
    """Tests that protocols ask for and a client could not be told of."""
    return {row.kinds[0] for row in protocols if is_told_by_message(row.kinds[0])} - PLAIN.keys()


def test_nobody_is_told_of_a_pregnancy_test_by_message() -> None:
    assert [is_told_by_message(kind) for kind in ("pregnancy_test", "weight", "aims", "lithium")] == [
        False,
        False,
        False,
        True,
    ]


def test_a_test_without_plain_words_is_caught() -> None:
    level = next(row for row in read_protocols() if row.key == "lithium_level_change")
    assert without_words([replace(level, kinds=("magnesium",))]) == {"magnesium"}


def test_each_test_that_a_protocol_asks_for_has_plain_words_in_both_languages() -> None:
    assert without_words(read_protocols()) == set()
    assert PLAIN.keys() <= KINDS.keys()
    assert all(english and spanish for english, spanish in PLAIN.values())
    assert WORDS.keys() == SUBJECT.keys() == {"en", "es"}


def test_what_must_not_be_done_too_early_says_so_until_it_may_be() -> None:
    level = [item for item in items("lithium", june(4), tsh=[JUNE_1]) if "lithium" in item.protocol.kinds]
    assert told_tests(level, today=june(4), language="en") == [
        ToldTest("Blood test: lithium level", "not before Saturday, June 6")
    ]
    assert told_tests(level, today=june(4), language="es") == [
        ToldTest("Análisis de sangre: nivel de litio", "no antes del sábado 6 de junio")
    ]
    assert told_tests(level, today=june(6), language="en") == [ToldTest("Blood test: lithium level", "")]


def test_an_ecg_is_no_blood_test_and_what_is_one_test_to_the_client_is_told_once() -> None:
    heart = [item for item in items("ziprasidone", JUNE_1) if "qtc" in item.protocol.kinds]
    assert [test.words for test in told_tests(heart, today=JUNE_1, language="en")] == [
        "ECG, a recording of your heartbeat"
    ]
    assert len(told_tests([*heart, *heart], today=JUNE_1, language="es")) == 1


def test_only_what_is_due_can_be_said_to_be_done() -> None:
    check_may_be_said(is_due=True)
    with pytest.raises(RuleBroken, match="Nothing is due by that day"):
        check_may_be_said(is_due=False)
