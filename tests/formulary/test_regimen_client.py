"""One medication and one client: maximum, allergy, condition, pregnancy, age, and what is not known of the client."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from clinic.formulary.rules.regimen import Person, Pregnancy, Severity, Sex, Span, Taken
from clinic.formulary.rules.regimen.rows import LimitRule, Side
from tests.formulary.regimens import ADULT, RULES, day, days_of, findings, of_code, stepped, taken

NOBODY = Person()
NARROWER = [limit for limit in RULES.limits if limit.is_active and not limit.is_general]


def aged(years: int, *, birthday: int = -100) -> Person:
    """Somebody who is so many years old, with the last birthday so many days from the usual first day."""
    last = day(birthday)
    return replace(ADULT, birth_on=last.replace(year=last.year - years))


def meant(side: Side | None) -> list[Taken]:
    if side is None:
        return []
    one = next(one for one in RULES.catalogue.by_name.values() if side.covers(one))
    return [taken(one.name, None)]


def person_of(limit: LimitRule) -> Person:
    """Somebody to whom a maximum applies."""
    age = limit.age_from or (limit.age_below - 1 if limit.age_below else 40)
    egfr = limit.egfr_from or (limit.egfr_below - 1 if limit.egfr_below else None)
    conditions = limit.conditions.wanted[:1] if limit.conditions else ()
    return replace(aged(age), egfr=egfr, conditions=conditions)


@pytest.mark.parametrize("limit", NARROWER, ids=lambda limit: limit.rule)
def test_every_narrower_maximum_counts_for_whom_it_is_and_for_nobody_else(limit: LimitRule) -> None:
    over = taken(limit.ingredient, 0, None, str(limit.max_mg + Decimal("0.1")))
    just = taken(limit.ingredient, 0, None, str(limit.max_mg))
    beside = [*meant(limit.taken_with), *meant(limit.taken_with_too)]

    found = of_code("above_max", over, *beside, person=person_of(limit))
    assert [finding.rule for finding in found] == [limit.rule]
    assert days_of(found) == [(0, None)]
    assert found[0].severity is Severity.STOP
    assert found[0].medications == (limit.ingredient,)
    assert not of_code("above_max", just, *beside, person=person_of(limit))
    if not limit.replaces_general:
        assert not of_code("above_max", over, person=ADULT)
        assert not of_code("above_max", over, person=NOBODY)


@pytest.mark.parametrize(
    ("egfr", "max_mg"),
    [("60", "120"), ("59", "80"), ("30", "80"), ("29.9", "40"), ("15", "40"), ("14", "120"), (None, "120")],
)
def test_the_kidney_function_decides_the_maximum(egfr: str | None, max_mg: str) -> None:
    client = replace(ADULT, egfr=Decimal(egfr) if egfr else None)
    just, over = (taken("levomilnacipran", 0, None, str(Decimal(max_mg) + more)) for more in (0, 1))
    assert not of_code("above_max", just, person=client)
    [found] = of_code("above_max", over, person=client)
    assert f"over {max_mg} mg" in found.text


@pytest.mark.parametrize(("years", "is_over"), [(60, False), (61, True)])
def test_citalopram_40_is_too_much_above_60_years(years: int, is_over: bool) -> None:
    assert bool(of_code("above_max", taken("citalopram", mg="40"), person=aged(years))) is is_over


def test_a_birthday_within_the_days_begins_the_maximum() -> None:
    client = aged(60, birthday=5 - 365)
    assert client.birthday(61) == day(5)
    for last in (30, None):
        assert days_of(of_code("above_max", taken("citalopram", 0, last, "40"), person=client)) == [(5, last)]


def test_a_birthday_long_after_the_last_day_named_is_for_a_later_question() -> None:
    assert of_code("above_max", taken("citalopram", mg="40"), person=aged(60, birthday=90 - 365))
    assert not of_code("above_max", taken("citalopram", mg="40"), person=aged(60, birthday=91 - 365))


def test_born_on_29_february_is_a_year_older_on_1_march() -> None:
    client = replace(ADULT, birth_on=date(1964, 2, 29))
    assert client.birthday(61) == date(2025, 3, 1)
    assert client.birthday(64) == date(2028, 2, 29)
    assert client.birthday(9000) is None
    assert NOBODY.birthday(61) is None


def test_nobody_reaches_an_age_after_the_end_of_the_calendar() -> None:
    client = replace(ADULT, birth_on=date(9990, 1, 1))
    last_days = Taken("citalopram", (Span(date(9999, 1, 1), None, Decimal(40)),))
    assert not of_code("above_max", last_days, person=client)


def test_two_entries_of_one_ingredient_are_summed_from_the_first_such_day() -> None:
    [found] = of_code("above_max", taken("Zoloft", 0, None, "150"), taken("sertraline", 10, None, "100"))
    assert (days_of([found]), found.medications) == ([(10, None)], ("sertraline", "zoloft"))
    assert "sertraline and zoloft come to 250 mg a day, over 200 mg" in found.text
    assert not findings(taken("sertraline", 0, None, "100"), taken("sertraline", 10, None, "100"))


def test_an_interacting_medication_lowers_the_maximum_on_its_days() -> None:
    entries = (taken("citalopram", 0, None, "40"), taken("omeprazole", 7, 20))
    assert days_of(of_code("above_max", *entries)) == [(7, 20)]


def test_one_run_over_one_maximum_is_one_finding_with_its_highest_amount() -> None:
    found = of_code("above_max", stepped("sertraline", (0, 4, "250"), (5, 9, "300"), (10, 11, "200"), (12, 12, "225")))
    assert days_of(found) == [(0, 9), (12, 12)]
    assert "300 mg" in found[0].text


def test_another_maximum_broken_is_another_finding() -> None:
    client = aged(60, birthday=5 - 365)
    found = of_code("above_max", taken("citalopram", 0, 9, "60"), person=client)
    assert [(finding.rule, days_of([finding])) for finding in found] == [
        ("limit-general-citalopram", [(0, 4)]),
        ("limit-citalopram-age", [(5, 9)]),
    ]


def test_lamotrigine_may_be_higher_with_an_inducer_but_not_with_valproate_too() -> None:
    high, inducer, valproate = taken("lamotrigine", mg="400"), taken("tegretol"), taken("depakote")
    assert of_code("above_max", high)
    assert not of_code("above_max", high, inducer)
    assert of_code("above_max", high, inducer, valproate)
    assert of_code("above_max", taken("lamotrigine", mg="401"), inducer)


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        ([("150", 0, 9, 1), ("100", 0, 9, 2)], [(0, 8)]),
        ([("150", 0, 9, 1), ("100", 1, 9, 2)], [(1, 9)]),
        ([("150", 0, 9, 2), ("100", 0, 9, 2)], [(0, 8)]),
        ([("150", 0, 9, 2), ("100", 1, 9, 2)], []),
        ([("150", 0, None, 2), ("100", 1, None, 3)], [(4, None)]),
        ([("150", 0, 20, 2), ("100", 1, 20, 3)], [(4, 16)]),
        ([("250", 0, 9, 3)], [(0, 9)]),
        ([("250", 0, 9, 4)], [(0, 8)]),
        ([("250", 5, None, 61), ("1", 5, None, 61), ("1", 0, None, 3659)], [(5, None)]),
        ([("150", 0, None, 61), ("100", 1, None, 60), ("1", 2, None, 59)], [(61, None)]),
        ([("250", 0, 9000, 9000), ("1", 1, 9000, 7)], [(0, 0)]),
    ],
)
def test_every_other_day_adds_up_only_on_days_taken(
    entries: list[tuple[str, int, int | None, int]], days: list[tuple[int, int | None]]
) -> None:
    found = of_code("above_max", *(taken("sertraline", first, last, mg, every) for mg, first, last, every in entries))
    assert days_of(found) == days


def test_amounts_that_nobody_knows_add_nothing() -> None:
    assert not of_code("above_max", taken("sertraline"), taken("sertraline", mg="200"))
    assert of_code("above_max", taken("sertraline"), taken("sertraline", mg="201"))
    assert not of_code("above_max", taken("sertraline", every=2))


def test_a_maximum_is_over_with_the_medication() -> None:
    assert not of_code("above_max", taken("sertraline", -90, -60, "300"))
    assert of_code("above_max", taken("sertraline", -90, -8, "300"))
    lowered = stepped("sertraline", (-90, -9, "300"), (-8, None, "200"))
    assert not of_code("above_max", lowered)


@pytest.mark.parametrize(
    ("allergy", "name", "is_hit"),
    [
        ("lamotrigine", "lamotrigine", True),
        ("Lamictal", "lamotrigine", True),
        ("SSRI", "sertraline", True),
        ("ssris", "zoloft", True),
        ("penicillin", "amoxicillin", True),
        ("Sulfa", "bactrim", True),
        ("bupropion", "auvelity", True),
        ("ssri", "venlafaxine", False),
        ("penicillin", "lamotrigine", False),
        ("peanuts", "lamotrigine", False),
        ("carbamazepine", "oxcarbazepine", False),
    ],
)
def test_an_allergy_counts_by_ingredient_and_class(allergy: str, name: str, is_hit: bool) -> None:
    found = of_code("allergy", taken(name, 2, 9), person=replace(ADULT, allergies=(allergy,)))
    assert days_of(found) == ([(2, 9)] if is_hit else [])
    for finding in found:
        assert (finding.severity, finding.medications) == (Severity.STOP, (name,))
        assert allergy in finding.text


def test_two_allergies_to_one_medication_are_one_finding() -> None:
    [found] = of_code("allergy", taken("sertraline"), person=replace(ADULT, allergies=("ssri", "zoloft")))
    assert "ssri and zoloft" in found.text


@pytest.mark.parametrize(
    ("name", "codes", "severity"),
    [
        ("bupropion", ("F50.2",), "stop"),
        ("bupropion", ("f50.01",), "stop"),
        ("wellbutrin xl", ("F502",), "stop"),
        ("contrave", ("F50.2",), "stop"),
        ("bupropion", ("F50.81",), "warn"),
        ("bupropion", ("F50",), "warn"),
        ("bupropion", ("G40.909",), "stop"),
        ("bupropion", ("F5",), None),
        ("bupropion", ("F51.01",), None),
        ("sertraline", ("F50.2",), None),
        ("valproate", ("K74.60",), "stop"),
        ("adderall", ("F20.9",), "warn"),
        ("adderall", ("I10",), "note"),
        ("adderall", ("F17.210",), None),
        ("clozapine", ("D70.2",), "warn"),
        ("quetiapine", ("F03.90",), "warn"),
        ("sertraline", ("F31.81",), "note"),
        ("propranolol", ("J45.909",), None),
        ("amitriptyline", ("I45.81",), "warn"),
        ("citalopram", ("I45.81",), "warn"),
        ("sertraline", ("I45.81",), None),
        ("lithium", ("N18.4",), "stop"),
        ("lithium", ("N18.30",), None),
    ],
)
def test_a_condition_counts_by_the_beginning_of_its_code(
    name: str, codes: tuple[str, ...], severity: str | None
) -> None:
    found = of_code("condition", taken(name, 2, 9), person=replace(ADULT, conditions=codes))
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    assert days_of(found) == ([(2, 9)] if severity else [])


@pytest.mark.parametrize(
    ("name", "egfr", "severity"),
    [
        ("lithium", "29", "stop"),
        ("lithium", "30", None),
        ("lithium", None, None),
        ("duloxetine", "29.9", "warn"),
        ("acamprosate", "29", "stop"),
    ],
)
def test_a_low_kidney_function_is_a_condition(name: str, egfr: str | None, severity: str | None) -> None:
    client = replace(ADULT, egfr=Decimal(egfr) if egfr else None)
    assert [found.severity for found in of_code("condition", taken(name), person=client)] == (
        [severity] if severity else []
    )


@pytest.mark.parametrize(
    ("name", "pregnancy", "sex", "severity"),
    [
        ("divalproex", Pregnancy.YES, Sex.FEMALE, "stop"),
        ("divalproex", Pregnancy.POSSIBLE, Sex.FEMALE, "stop"),
        ("divalproex", Pregnancy.UNKNOWN, Sex.FEMALE, "warn"),
        ("divalproex", Pregnancy.UNKNOWN, None, "warn"),
        ("divalproex", Pregnancy.UNKNOWN, Sex.OTHER, "warn"),
        ("divalproex", Pregnancy.UNKNOWN, Sex.MALE, None),
        ("divalproex", Pregnancy.NO, Sex.FEMALE, None),
        ("lithium", Pregnancy.YES, Sex.FEMALE, "warn"),
        ("lithium", Pregnancy.UNKNOWN, Sex.FEMALE, None),
        ("zuranolone", Pregnancy.YES, Sex.FEMALE, None),
    ],
)
def test_pregnancy_counts_when_there_is_or_may_be_one(
    name: str, pregnancy: Pregnancy, sex: Sex | None, severity: str | None
) -> None:
    client = replace(ADULT, sex=sex, pregnancy=pregnancy)
    found = of_code("pregnancy", taken(name, 2, 9), person=client)
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    assert days_of(found) == ([(2, 9)] if severity else [])


@pytest.mark.parametrize(
    ("name", "years", "rule"),
    [
        ("sertraline", 24, "age-antidepressant-young"),
        ("sertraline", 25, None),
        ("lorazepam", 64, None),
        ("lorazepam", 65, "age-benzodiazepine-z-drug-old"),
        ("zolpidem", 80, "age-benzodiazepine-z-drug-old"),
        ("amitriptyline", 65, "age-tca-old"),
        ("benadryl", 65, "age-antihistamine-old"),
    ],
)
def test_a_rule_on_age_counts_from_its_birthday(name: str, years: int, rule: str | None) -> None:
    found = of_code("age", taken(name), person=aged(years))
    assert [finding.rule for finding in found] == ([rule] if rule else [])


def test_a_birthday_begins_or_ends_a_rule_on_age_within_the_days() -> None:
    assert days_of(of_code("age", taken("lorazepam"), person=aged(64, birthday=5 - 365))) == [(5, None)]
    assert days_of(of_code("age", taken("sertraline"), person=aged(24, birthday=5 - 365))) == [(0, 4)]


def test_what_the_client_and_one_medication_had_before_today_is_left_out() -> None:
    client = replace(ADULT, allergies=("sertraline",), conditions=("F31.0",))
    twice = stepped("sertraline", (-90, -60, "50"), (0, 5, "50"))
    assert days_of(of_code("allergy", twice, person=client)) == [(0, 5)]
    assert days_of(of_code("condition", twice, person=client)) == [(0, 5)]
    assert not of_code("age", taken("sertraline", None), person=ADULT)


def test_nothing_known_of_the_client_is_never_read_as_no_and_never_as_yes() -> None:
    everything = [taken(name, None) for name in ("citalopram", "lithium", "adderall", "lorazepam", "bupropion")]
    codes = {finding.code for finding in findings(*everything, person=NOBODY)}
    assert not codes & {"above_max", "condition", "age", "allergy"}
    assert of_code("pregnancy", taken("valproate"), person=NOBODY)


def test_an_entry_without_days_is_not_taken() -> None:
    assert findings(Taken("sertraline"), Taken("moonflower extract"), taken("phenelzine")) == []


def test_findings_stand_gravest_first_then_by_day_code_and_name() -> None:
    client = replace(ADULT, allergies=("sertraline",), conditions=("F31.0",))
    found = findings(
        taken("sertraline", 3, None, "300"),
        taken("phenelzine", 5),
        taken("ibuprofen", None),
        taken("moonflower extract"),
        person=client,
    )
    order = [(("stop", "warn", "note").index(one.severity), one.first_on or date.min, one.code) for one in found]
    assert order == sorted(order)
    assert found[0].first_on == day(3)
    assert {one.code for one in found[:2]} == {"above_max", "allergy"}
