"""The catalogue of results: units, slips of typing, words."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest

from clinic.core.rules import RuleBroken
from clinic.exchange.rules.observations import MEASURED
from clinic.monitoring import rules
from clinic.monitoring.rules import KINDS, NO_BREAK, Given
from clinic.monitoring.rules.results import SCALES

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)
BORN = dt.date(1990, 5, 4)


ALL_GROUPS = [*rules.GROUPS, SCALES]


def test_the_catalogue_holds_together() -> None:
    for code, kind in KINDS.items():
        assert kind.code == code
        assert kind.group in ALL_GROUPS
        assert kind.lowest < kind.highest
        assert kind.unit not in kind.also
        assert all(factor > 0 for factor in kind.also.values())
    groups = [kind.group for kind in KINDS.values()]
    assert [group for group, after in zip(groups, [*groups[1:], ""], strict=True) if group != after] == ALL_GROUPS
    codes = [kind.loinc for kind in KINDS.values() if kind.loinc]
    assert len(codes) == len(set(codes))


def test_what_an_import_writes_is_in_the_catalogue() -> None:
    assert set(MEASURED.values()) <= set(KINDS)
    for loinc, code in MEASURED.items():
        others = [kind.code for kind in KINDS.values() if kind.loinc == loinc]
        assert others in ([], [code])


@pytest.mark.parametrize(
    ("kind", "value", "unit", "own"),
    [
        ("weight", "72.5", "kg", "72.5"),
        ("weight", "165", "lb", "74.8427"),
        ("waist", "40", "in", "101.6"),
        ("anc", "1.5", "10³/µL", "1500"),
        ("lithium", "0.8", "mEq/L", "0.8"),
        ("tsh", "2.1", "µIU/mL", "2.1"),
        ("qtc", "0.44", "s", "440"),
        ("valproate", "80", "mg/L", "80"),
        ("egfr", "88", "mL/min/1.73 m²", "88"),
    ],
)
def test_every_unit_leads_to_the_kinds_own(kind: str, value: str, unit: str, own: str) -> None:
    assert rules.check_result(Given(kind, Decimal(value), unit)) == Decimal(own)


@pytest.mark.parametrize(
    ("kind", "value", "unit", "field", "words"),
    [
        ("weight", "1650", "lb", "value", "slip of typing.* from 22.05 to 881.84 lb are taken"),
        ("weight", "725", "kg", "value", "Weight 725 kg"),
        ("systolic", "12", "mmHg", "value", "from 40 to 300 mmHg"),
        ("lithium", "80", "mmol/L", "value", "slip of typing"),
        ("qtc", "440", "s", "value", "slip of typing"),
        ("weight", "72", "stone", "unit", "kg or lb"),
        ("glucose", "5.1", "mmol/L", "unit", "entered in mg/dL"),
        ("mood", "7", "points", "kind", "not entered here"),
        ("qt", "400", "ms", "kind", "not entered here"),
    ],
)
def test_slips_are_refused(kind: str, value: str, unit: str, field: str, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refused:
        rules.check_result(Given(kind, Decimal(value), unit))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "value", "unit", "words"),
    [
        ("weight", "74.8427", "kg", "74.8 kg"),
        ("weight", "180", "lbs", "81.6 kg"),
        ("systolic", "120.3", "mm[Hg]", "120 mmHg"),
        ("egfr", "61.2", "mL/min/{1.73_m2}", "61 mL/min/1.73 m²"),
        ("anc", "1500.0000", "cells/µL", "1,500 cells/µL"),
        ("lithium", "0.8000", "mmol/L", "0.8 mmol/L"),
        ("creatinine", "88", "umol/L", "88 umol/L"),
        ("peak_flow", "400", "L/min", "400 L/min"),
    ],
)
def test_results_in_words(kind: str, value: str, unit: str, words: str) -> None:
    number, _, unit_shown = words.partition(" ")
    assert rules.result_words(kind, Decimal(value), unit) == f"{number}{NO_BREAK}{unit_shown}"


def test_what_is_not_known_is_not_guessed() -> None:
    assert rules.in_own_unit("creatinine", Decimal(88), "umol/L") is None
    assert rules.in_own_unit("peak_flow", Decimal(400), "L/min") is None
    assert rules.label_of("peak_flow") == "Peak flow"
    assert rules.label_of("qtc") == "QTc"


def test_another_unit_is_kept_as_it_was_typed() -> None:
    assert rules.entered_words(Given("weight", Decimal("165.0"), "lb")) == "165 lb"
    assert rules.entered_words(Given("weight", Decimal(72), "kg")) == ""


def bp(systolic: int, diastolic: int) -> list[Given]:
    return [Given("systolic", Decimal(systolic), "mmHg"), Given("diastolic", Decimal(diastolic), "mmHg")]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        ([], "Nothing is entered"),
        (bp(120, 80)[:1], "enter both"),
        (bp(120, 80)[1:], "enter both"),
        (bp(80, 120), "above the diastolic"),
        ([Given("tsh", Decimal(2), "mIU/L"), Given("tsh", Decimal(3), "mIU/L")], "TSH is entered twice"),
    ],
)
def test_results_of_one_time_fit_together(results: list[Given], words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        rules.check_together(results)


def test_a_blood_pressure_and_a_level_fit_together() -> None:
    rules.check_together([*bp(120, 80), Given("lithium", Decimal("0.8"), "mmol/L")])


@pytest.mark.parametrize("taken_at", [NOW + dt.timedelta(minutes=1), dt.datetime(1990, 5, 3, 12, tzinfo=dt.UTC)])
def test_results_are_taken_in_a_life(taken_at: dt.datetime) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_taken_at(taken_at, now=NOW, born_on=BORN)
    assert refused.value.field == "taken_at"
    rules.check_taken_at(NOW, now=NOW, born_on=BORN)


def test_who_withdraws_what() -> None:
    me, other = uuid4(), uuid4()
    assert rules.may_withdraw(recorded_by=other, by=me, role="prescriber")
    assert rules.may_withdraw(recorded_by=None, by=me, role="prescriber")
    assert rules.may_withdraw(recorded_by=me, by=me, role="coordinator")
    assert not rules.may_withdraw(recorded_by=other, by=me, role="coordinator")
    assert not rules.may_withdraw(recorded_by=None, by=me, role="coordinator")
