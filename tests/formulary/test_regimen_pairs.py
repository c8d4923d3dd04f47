"""Two medications that concern each other: interactions, wash-outs, duplicates, to the day."""

from datetime import date, timedelta

import pytest

from clinic.formulary.rules.regimen import Severity, Span, Taken
from clinic.formulary.rules.regimen.catalogue import Ingredient
from clinic.formulary.rules.regimen.rows import PairRule, Side, WashoutRule
from tests.formulary.regimens import RULES, day, days_of, findings, of_code, stepped, taken

INGREDIENTS = sorted(set(RULES.catalogue.by_name.values()), key=lambda ingredient: ingredient.name)
ACTIVE = [rule for rule in RULES.interactions if rule.is_active]
WASHOUTS = [rule for rule in RULES.washouts if rule.is_active]


def meant(side: Side, other_than: str = "") -> Ingredient:
    return next(one for one in INGREDIENTS if side.covers(one) and one.name != other_than)


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.rule)
def test_every_active_interaction_speaks_on_exactly_the_days_both_are_taken(rule: PairRule) -> None:
    one = meant(rule.side_a)
    other = meant(rule.side_b, one.name)
    found = [
        finding
        for finding in of_code("interaction", taken(one.name, -30, 5), taken(other.name, 3))
        if finding.rule == rule.rule
    ]

    assert days_of(found) == [(3, 5)]
    assert found[0].severity is rule.severity
    assert found[0].medications == tuple(sorted((one.name, other.name)))
    assert found[0].source == rule.source
    assert one.name in found[0].text
    assert other.name in found[0].text


@pytest.mark.parametrize("rule", ACTIVE, ids=lambda rule: rule.rule)
def test_no_interaction_speaks_the_day_after(rule: PairRule) -> None:
    one = meant(rule.side_a)
    other = meant(rule.side_b, one.name)
    assert not of_code("interaction", taken(one.name, -30, 5), taken(other.name, 6))
    assert not of_code("interaction", taken(other.name, -30, 5), taken(one.name, 6))


@pytest.mark.parametrize(
    ("one", "other", "rule", "severity"),
    [
        ("phenelzine", "sertraline", "interaction-maoi-ssri", "stop"),
        ("Parnate", "Effexor", "interaction-maoi-snri", "stop"),
        ("emsam", "clomipramine", "interaction-maoi-tca", "stop"),
        ("marplan", "auvelity", "interaction-maoi-bupropion", "stop"),
        ("phenelzine", "auvelity", "interaction-maoi-dextromethorphan", "stop"),
        ("phenelzine", "concerta", "interaction-maoi-stimulant", "stop"),
        ("phenelzine", "sumatriptan", "interaction-maoi-triptan", "stop"),
        ("prozac", "ultram", "interaction-ssri-snri-tramadol", "warn"),
        ("cymbalta", "imitrex", "interaction-ssri-snri-triptan", "note"),
        ("lexapro", "methadone", "interaction-citalopram-qt", "warn"),
        ("celexa", "prilosec", "interaction-citalopram-cyp2c19", "warn"),
        ("paxil", "tamoxifen", "interaction-2d6-tamoxifen", "warn"),
        ("luvox", "cymbalta", "interaction-fluvoxamine-duloxetine", "stop"),
        ("lithium", "advil", "interaction-lithium-nsaid", "warn"),
        ("lithobid", "zestoretic", "interaction-lithium-ace-inhibitor", "warn"),
        ("lithobid", "zestoretic", "interaction-lithium-thiazide", "warn"),
        ("depakote", "lamictal", "interaction-valproate-lamotrigine", "warn"),
        ("tegretol", "birth control pill", "interaction-carbamazepine-contraceptive", "warn"),
        ("xanax", "itraconazole", "interaction-3a4-alprazolam-triazolam", "stop"),
        ("xanax", "clarithromycin", "interaction-3a4-inhibitor-alprazolam", "warn"),
        ("klonopin", "percocet", "interaction-benzodiazepine-opioid", "stop"),
        ("ambien", "oxycodone", "interaction-benzodiazepine-opioid", "stop"),
        ("ativan", "suboxone", "interaction-benzodiazepine-buprenorphine", "warn"),
        ("revia", "suboxone", "interaction-naltrexone-opioid", "stop"),
        ("risperdal", "sinemet", "interaction-antipsychotic-dopaminergic", "warn"),
        ("clozaril", "benadryl", "interaction-anticholinergic-clozapine", "warn"),
        ("benztropine", "amitriptyline", "interaction-anticholinergic-pair", "note"),
        ("wellbutrin", "tramadol", "interaction-bupropion-seizure-threshold", "warn"),
    ],
)
def test_pairs_by_brand_class_and_part_of_a_product(one: str, other: str, rule: str, severity: str) -> None:
    found = {finding.rule: finding for finding in of_code("interaction", taken(one), taken(other))}
    assert found[rule].severity == severity
    assert found[rule].medications == tuple(sorted((one.lower(), other.lower())))


def test_an_unverified_pair_never_speaks() -> None:
    assert not findings(taken("fluvoxamine"), taken("ramelteon"))


def test_a_dose_every_other_day_counts_throughout_its_days() -> None:
    entries = (taken("phenelzine", 0, 9, every=2), taken("sertraline", 1, 1))
    assert days_of(of_code("interaction", *entries)) == [(1, 1)]


def test_each_unbroken_run_is_one_finding() -> None:
    one = stepped("sertraline", (0, 4, "50"), (5, 9, "100"), (20, 24, "50"))
    found = of_code("interaction", one, taken("phenelzine", None, None))
    assert days_of(found) == [(0, 9), (20, 24)]


def test_since_always_and_without_end_are_said_as_such() -> None:
    found = of_code("interaction", taken("sertraline", None), taken("phenelzine", None))
    assert days_of(found) == [(None, None)]


def test_what_ended_before_today_is_left_out_and_what_one_of_them_still_goes_on_with_is_not() -> None:
    over = (taken("sertraline", -100, -50), taken("phenelzine", -60, -40))
    assert findings(*over) == []
    going_on = (taken("sertraline", -100, -50), taken("phenelzine", -60))
    assert days_of(of_code("interaction", *going_on)) == [(-60, -50)]


def test_what_is_unknown_is_said_and_nothing_else() -> None:
    [found] = findings(taken(" Moonflower Extract", 0, 6), taken("moonflower extract", 7, 9))
    assert (found.code, found.severity, found.medications) == (
        "unknown_medication",
        Severity.WARN,
        ("moonflower extract",),
    )
    assert days_of([found]) == [(0, 9)]
    assert "nothing was checked" in found.text


@pytest.mark.parametrize("rule", WASHOUTS, ids=lambda rule: rule.rule)
def test_every_wash_out_stops_the_day_before_its_end_and_not_on_it(rule: WashoutRule) -> None:
    stopped = meant(rule.stopped).name
    started = meant(rule.started, stopped).name
    too_soon = [
        finding
        for finding in of_code("washout", taken(stopped, -90, 0), taken(started, rule.days - 1))
        if finding.rule == rule.rule
    ]

    assert [finding.earliest_on for finding in too_soon] == [day(rule.days)]
    assert days_of(too_soon) == [(rule.days - 1, rule.days - 1)]
    assert too_soon[0].severity is Severity.STOP
    assert day(rule.days).isoformat() in too_soon[0].text
    in_time = of_code("washout", taken(stopped, -90, 0), taken(started, rule.days))
    assert rule.rule not in {finding.rule for finding in in_time}


def entry(name: str, first_on: str, last_on: str | None) -> Taken:
    return Taken(name, (Span(date.fromisoformat(first_on), date.fromisoformat(last_on) if last_on else None),))


@pytest.mark.parametrize(
    ("stopped", "last_on", "started", "first_on", "earliest_on"),
    [
        ("fluoxetine", "2026-01-05", "phenelzine", "2026-02-08", "2026-02-09"),
        ("vortioxetine", "2026-03-02", "tranylcypromine", "2026-03-10", "2026-03-23"),
        ("phenelzine", "2026-03-06", "sertraline", "2026-03-09", "2026-03-20"),
        ("phenelzine", "2026-10-25", "venlafaxine", "2026-11-02", "2026-11-08"),
        ("duloxetine", "2026-03-06", "phenelzine", "2026-03-07", "2026-03-11"),
        ("venlafaxine", "2026-03-06", "phenelzine", "2026-03-12", "2026-03-13"),
        ("phenelzine", "2026-03-06", "tranylcypromine", "2026-03-07", "2026-03-13"),
        ("oxycodone", "2026-03-06", "naltrexone", "2026-03-10", "2026-03-13"),
    ],
)
def test_wash_outs_by_the_calendar_clock_changes_or_not(
    stopped: str, last_on: str, started: str, first_on: str, earliest_on: str
) -> None:
    [found] = of_code("washout", entry(stopped, "2025-06-01", last_on), entry(started, first_on, None))
    assert found.earliest_on == date.fromisoformat(earliest_on)
    assert found.first_on == date.fromisoformat(first_on)
    before = (found.earliest_on - timedelta(days=1)).isoformat()
    assert of_code("washout", entry(stopped, "2025-06-01", last_on), entry(started, before, None))
    assert not of_code("washout", entry(stopped, "2025-06-01", last_on), entry(started, earliest_on, None))


def test_beginning_while_the_other_is_still_taken_asks_for_the_same_days() -> None:
    [found] = of_code("washout", taken("phenelzine", -90, 5), taken("sertraline", 3))
    assert (found.earliest_on, days_of([found])) == (day(19), [(3, 18)])


def test_a_wash_out_counts_from_the_last_dose_and_each_beginning_counts() -> None:
    every_other_day = taken("phenelzine", 0, 9, every=2)
    [found] = of_code("washout", every_other_day, taken("sertraline", 12))
    assert found.earliest_on == day(22)
    twice = stepped("sertraline", (12, 13, "50"), (15, 18, "50"), (40, None, "50"))
    assert days_of(of_code("washout", every_other_day, twice)) == [(12, 13), (15, 18)]


def test_no_wash_out_without_a_known_end_or_a_known_beginning_or_together() -> None:
    assert not of_code("washout", taken("phenelzine", -90), taken("sertraline", 3))
    assert not of_code("washout", taken("phenelzine", -90, 5), taken("sertraline", None))
    assert not of_code("washout", taken("phenelzine", 0, 5), taken("sertraline", 0))


def test_a_wash_out_is_over_with_the_medication_that_began() -> None:
    before = taken("fluoxetine", -200, -60)
    assert of_code("washout", before, taken("phenelzine", -40))
    assert not of_code("washout", before, taken("phenelzine", -40, -20))


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("sertraline", "paroxetine", "duplicate-serotonin-reuptake-inhibitor"),
        ("sertraline", "duloxetine", "duplicate-serotonin-reuptake-inhibitor"),
        ("venlafaxine", "duloxetine", "duplicate-serotonin-reuptake-inhibitor"),
        ("amitriptyline", "nortriptyline", "duplicate-tca"),
        ("adderall", "concerta", "duplicate-stimulant"),
        ("lorazepam", "zolpidem", "duplicate-benzodiazepine-z-drug"),
        ("lorazepam", "clonazepam", "duplicate-benzodiazepine-z-drug"),
        ("zolpidem", "suvorexant", "duplicate-hypnotic"),
        ("quetiapine", "olanzapine", "duplicate-antipsychotic"),
    ],
)
def test_two_of_one_class_are_a_warning_on_the_days_of_both(one: str, other: str, rule: str) -> None:
    [found] = of_code("duplicate_therapy", taken(one, -5, 5), taken(other, 2, 9))
    assert (found.rule, found.severity, days_of([found])) == (rule, Severity.WARN, [(2, 5)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("methylphenidate", "dexmethylphenidate"),
        ("adderall xr", "dextroamphetamine"),
        ("sertraline", "zoloft"),
        ("concerta", "ritalin"),
        ("sertraline", "mirtazapine"),
        ("sertraline", "bupropion"),
        ("gabapentin", "pregabalin"),
    ],
)
def test_these_two_are_no_duplicates(one: str, other: str) -> None:
    assert not of_code("duplicate_therapy", taken(one), taken(other))


@pytest.mark.parametrize(("mg", "is_one"), [("50", False), ("100", False), ("150", True), (None, True)])
def test_trazodone_counts_only_above_100_mg_or_when_nobody_knows(mg: str | None, is_one: bool) -> None:
    assert bool(of_code("duplicate_therapy", taken("sertraline", mg="50"), taken("trazodone", mg=mg))) is is_one


def test_trazodone_counts_on_the_days_on_which_it_is_above_100_mg() -> None:
    raised = stepped("trazodone", (0, 6, "100"), (7, 9, "150"), (10, None, "50"))
    assert days_of(of_code("duplicate_therapy", taken("sertraline", mg="50"), raised)) == [(7, 9)]


FALLING = stepped("sertraline", (-30, 6, "100"), (7, 13, "50"), (14, 20, "25"))
RISING = stepped("venlafaxine", (7, 13, "37.5"), (14, None, "75"))


@pytest.mark.parametrize(
    ("one", "other", "severity", "why"),
    [
        (FALLING, RISING, "note", "one falls, one rises"),
        (RISING, FALLING, "note", "in whatever order they are named"),
        (FALLING, taken("venlafaxine", 10, None, "75"), "note", "beginning is rising"),
        (FALLING, stepped("venlafaxine", (-60, 9, "75"), (10, None, "150")), "note", "raised within the overlap"),
        (FALLING, taken("venlafaxine", -60, None, "75"), "warn", "the other neither begins nor rises"),
        (FALLING, taken("venlafaxine", None, None, "75"), "warn", "both since long ago"),
        (FALLING, stepped("venlafaxine", (7, 9, "150"), (10, None, "75")), "warn", "the other is lowered"),
        (FALLING, taken("venlafaxine", 7, None), "warn", "nobody knows how much of the other"),
        (taken("sertraline", -30, 20), RISING, "warn", "nobody knows how much of the first"),
        (taken("sertraline", -30, 20, "50"), RISING, "warn", "the first ends but does not fall"),
        (stepped("sertraline", (-30, 9, "100"), (10, None, "50")), RISING, "warn", "the first falls but does not end"),
        (stepped("sertraline", (-30, 6, "50"), (7, 9, "25"), (10, 20, "50")), RISING, "warn", "the first rises again"),
        (stepped("sertraline", (-30, 2, "100"), (3, 20, "50")), RISING, "note", "it was lowered before the overlap"),
        (FALLING, stepped("venlafaxine", (7, 9, "75")), "warn", "the second ends before the first"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_overlap_of_a_planned_cross_taper_is_a_note(one: Taken, other: Taken, severity: str, why: str) -> None:
    assert [found.severity for found in of_code("duplicate_therapy", one, other)] == [severity], why


def test_fewer_days_is_falling_too() -> None:
    thinning = Taken("sertraline", (*taken("x", -30, 6, "50").spans, *taken("x", 7, 20, "50", every=2).spans))
    assert [found.severity for found in of_code("duplicate_therapy", thinning, RISING)] == ["note"]
