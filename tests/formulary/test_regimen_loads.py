"""Medications that add up, counted for each day; of one load only the gravest rule speaks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from clinic.formulary.rules.regimen import Person, Sex, Taken
from tests.formulary.regimens import ADULT, day, days_of, of_code, stepped, taken

OLD = replace(ADULT, birth_on=day(-1).replace(year=1961))


def entries(names: str) -> list[Taken]:
    return [taken(name) for name in names.split(", ")]


@pytest.mark.parametrize(
    ("code", "names", "severity"),
    [
        ("additive_serotonergic", "sertraline", None),
        ("additive_serotonergic", "sertraline, buspirone", "note"),
        ("additive_serotonergic", "sertraline, buspirone, tramadol", "warn"),
        ("additive_serotonergic", "sertraline, ibuprofen", None),
        ("additive_qt", "citalopram", None),
        ("additive_qt", "ziprasidone, methadone", "warn"),
        ("additive_sedative", "lorazepam, quetiapine", "note"),
        ("additive_sedative", "lorazepam, quetiapine, gabapentin", "warn"),
        ("additive_anticholinergic", "benztropine", None),
        ("additive_anticholinergic", "benztropine, amitriptyline", "note"),
        ("additive_anticholinergic", "benztropine, amitriptyline, diphenhydramine", "note"),
    ],
)
def test_a_load_counts_what_is_taken_together(code: str, names: str, severity: str | None) -> None:
    found = of_code(code, *entries(names))
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    for finding in found:
        assert set(finding.medications) <= set(names.split(", "))


@pytest.mark.parametrize(
    ("code", "names", "rule"),
    [
        ("additive_sedative", "sertraline, quetiapine, lamotrigine", "load-sedative-cns-active-old"),
        ("additive_anticholinergic", "benztropine, amitriptyline", "load-anticholinergic-old"),
    ],
)
def test_from_65_years_on_loads_weigh_more(code: str, names: str, rule: str) -> None:
    [found] = of_code(code, *entries(names), person=OLD)
    assert (found.rule, found.severity) == (rule, "warn")
    assert rule not in {one.rule for one in of_code(code, *entries(names), person=ADULT)}
    assert rule not in {one.rule for one in of_code(code, *entries(names), person=replace(OLD, birth_on=None))}


@pytest.mark.parametrize(
    ("qtc_ms", "sex", "rule"),
    [
        (None, Sex.FEMALE, None),
        ("459", Sex.FEMALE, None),
        ("460", Sex.FEMALE, "load-qt-460-women"),
        ("449", Sex.MALE, None),
        ("450", Sex.MALE, "load-qt-450-men"),
        ("450", None, "load-qt-450-men"),
        ("499", Sex.MALE, "load-qt-460-women"),
        ("500", Sex.FEMALE, "load-qt-500"),
        ("510", None, "load-qt-500"),
    ],
)
def test_a_long_qtc_makes_one_medication_enough(qtc_ms: str | None, sex: Sex | None, rule: str | None) -> None:
    client = replace(ADULT, sex=sex, qtc_ms=Decimal(qtc_ms) if qtc_ms else None)
    found = of_code("additive_qt", taken("citalopram"), person=client)
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    for finding in found:
        assert f"QTc is {qtc_ms} ms" in finding.text
        assert finding.severity == ("stop" if rule == "load-qt-500" else "warn")
    assert not of_code("additive_qt", taken("sertraline"), person=client)


def test_low_potassium_makes_one_medication_enough() -> None:
    client = replace(ADULT, conditions=("E87.6",))
    assert [one.rule for one in of_code("additive_qt", taken("citalopram"), person=client)] == ["load-qt-electrolytes"]


def test_only_the_gravest_rule_of_a_load_speaks_on_a_day() -> None:
    found = of_code("additive_serotonergic", taken("sertraline"), taken("buspirone", 2), taken("tramadol", 5, 6))
    said = {(one.rule, tuple(days_of([one]))) for one in found}
    assert said == {
        ("load-serotonergic-two", ((2, 4),)),
        ("load-serotonergic-three", ((5, 6),)),
        ("load-serotonergic-two", ((7, None),)),
    }


def test_other_medications_are_another_finding() -> None:
    found = of_code("additive_serotonergic", taken("sertraline"), taken("buspirone", 0, 4), taken("lithium", 5))
    assert {(one.medications, tuple(days_of([one]))) for one in found} == {
        (("buspirone", "sertraline"), ((0, 4),)),
        (("lithium", "sertraline"), ((5, None),)),
    }


def test_little_trazodone_beside_an_ssri_is_no_load() -> None:
    assert not of_code("additive_serotonergic", taken("sertraline"), taken("trazodone", mg="50"))
    raised = stepped("trazodone", (0, 6, "100"), (7, None, "150"))
    assert days_of(of_code("additive_serotonergic", taken("sertraline"), raised)) == [(7, None)]


def test_a_birthday_within_the_days_begins_the_graver_rule() -> None:
    client = replace(ADULT, birth_on=day(5).replace(year=1961))
    found = of_code("additive_anticholinergic", taken("benztropine"), taken("amitriptyline"), person=client)
    assert [(one.rule, days_of([one])) for one in found] == [
        ("load-anticholinergic-old", [(5, None)]),
        ("load-anticholinergic-two", [(0, 4)]),
    ]


def test_a_load_is_over_with_its_medications() -> None:
    assert not of_code("additive_qt", taken("ziprasidone", -90, -60), taken("methadone", -90, -60), person=Person())
    assert of_code("additive_qt", taken("ziprasidone", -90, -60), taken("methadone", -90), person=Person())
