"""The rule files and how they are read: every row has a source, and one that would be wrong in use is refused."""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import read_formulary
from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import KINDS, read_rows, read_rules, rule_set
from clinic.formulary.rules.regimen.limits import GENERAL
from tests.formulary.regimens import RULES

Rows = dict[str, list[dict[str, str]]]


@pytest.fixture
def rows() -> Rows:
    return {kind: read_rows(DATA, kind) for kind in KINDS}


def row_of(rows: Rows, kind: str, rule: str) -> dict[str, str]:
    return next(row for row in rows[kind] if row.get("rule") == rule or row.get("ingredient") == rule)


def test_every_rule_has_a_name_of_its_own_a_source_and_a_status() -> None:
    rules = [rule for kind in RULES.by_kind.values() for rule in kind]
    assert max(Counter(rule.rule for rule in rules).values()) == 1
    for rule in rules:
        assert rule.source
        assert rule.status in {"V", "V2", "U"}
        assert rule.is_active is (rule.status != "U")
    assert RULES.active_count == sum(rule.is_active for rule in rules)
    assert RULES.version == "2026-11-26"


def test_the_pairs_of_the_clinical_facts_are_all_there() -> None:
    statuses = Counter(rule.status for rule in RULES.interactions)
    assert statuses["U"] == 5
    assert statuses["V"] >= 64
    assert {kind: len(rules) > 0 for kind, rules in RULES.by_kind.items()} == dict.fromkeys(RULES.by_kind, True)


def test_every_name_of_the_formulary_means_its_ingredient() -> None:
    for entry in read_formulary():
        for written in (entry.name, entry.ingredient, *entry.aliases):
            found = RULES.catalogue.recognize(written)
            assert found is not None, written
            assert (found.ingredient.name, found.rest) == (entry.ingredient, ()), written


@pytest.mark.parametrize(
    ("written", "ingredient"),
    [
        ("Sertraline", "sertraline"),
        ("ZOLOFT", "sertraline"),
        ("sertraline hcl", "sertraline"),
        ("venlafaxine", "venlafaxine"),
        ("venlafaxine hydrochloride er", "venlafaxine"),
        ("lithium carbonate", "lithium"),
        ("Lithium", "lithium"),
        ("divalproex", "valproate"),
        ("valproic acid", "valproate"),
        ("valproate", "valproate"),
        ("Depakote ER", "valproate"),
        ("St. John's Wort", "st john's wort"),
        ("St. John\u2019s wort", "st john's wort"),
        ("  advil ", "ibuprofen"),
        ("quetiapine xr", "quetiapine"),
    ],
)
def test_a_medication_is_known_by_generic_salt_brand_and_synonym(written: str, ingredient: str) -> None:
    found = RULES.catalogue.recognize(written)
    assert found
    assert (found.ingredient.name, found.rest) == (ingredient, ())


@pytest.mark.parametrize("written", ["moonflower extract", "", "hcl", "400 mg", "sertralineforte"])
def test_what_is_no_name_means_nothing(written: str) -> None:
    assert RULES.catalogue.recognize(written) is None


def test_two_ingredients_in_one_product_are_meant_by_the_names_and_classes_of_both() -> None:
    auvelity = RULES.catalogue.recognize("Auvelity")
    assert auvelity
    assert {"bupropion", "dextromethorphan", "serotonergic", "cyp2d6_strong_inhibitor"} <= auvelity.ingredient.tokens


@pytest.mark.parametrize(
    ("ingredient", "max_mg"),
    [
        ("sertraline", "200"),
        ("paroxetine", "75"),
        ("bupropion", "450"),
        ("quetiapine", "800"),
        ("doxepin", None),
        ("valproate", None),
        ("haloperidol", None),
        ("selegiline", None),
        ("olanzapine-samidorphan", None),
    ],
)
def test_the_general_maximum_is_the_greatest_confirmed_one_of_an_ingredient(
    ingredient: str, max_mg: str | None
) -> None:
    general = {limit.ingredient: str(limit.max_mg) for limit in RULES.limits if limit.is_general}
    assert general.get(ingredient) == max_mg


def test_a_rule_that_nobody_reviewed_says_so_and_a_review_makes_an_unverified_one_active(rows: Rows) -> None:
    row_of(rows, "interactions", "interaction-maoi-ssri")["reviewed_on"] = "2026-12-01"
    row_of(rows, "interactions", "interaction-fluvoxamine-ramelteon")["reviewed_on"] = "2026-12-01"
    rules = {rule.rule: rule for rule in rule_set(rows, "2026-12-01").interactions}

    assert rules["interaction-maoi-ssri"].words(a="x", b="y").endswith("between them.")
    assert rules["interaction-maoi-snri"].words(a="x", b="y").endswith("(not yet reviewed by the medical director)")
    assert rules["interaction-fluvoxamine-ramelteon"].is_active
    assert not rules["interaction-fluvoxamine-tizanidine"].is_active


@pytest.mark.parametrize(
    ("kind", "rule", "change", "said"),
    [
        ("interactions", "interaction-maoi-ssri", {"side_b": "ssrri"}, "'ssrri' is neither an ingredient nor a class"),
        ("interactions", "interaction-maoi-ssri", {"side_a": ""}, "it names no medication"),
        ("interactions", "interaction-maoi-ssri", {"side_a": "-maoi"}, "it names no medication"),
        ("interactions", "interaction-maoi-ssri", {"severity": "grave"}, "'grave' is not a valid Severity"),
        ("interactions", "interaction-maoi-ssri", {"status": "X"}, "'X' is no status"),
        ("interactions", "interaction-maoi-ssri", {"source": ""}, "a source and a version"),
        ("interactions", "interaction-maoi-ssri", {"version": ""}, "a source and a version"),
        ("interactions", "interaction-maoi-ssri", {"text": "{a} with {c} is bad."}, "no sentence"),
        ("interactions", "interaction-maoi-ssri", {"text": "{a} with {b} is bad"}, "no sentence"),
        ("interactions", "interaction-maoi-ssri", {"text": "They are bad."}, "no sentence"),
        ("interactions", "interaction-maoi-ssri", {"rule": "interaction-maoi-snri"}, "used twice"),
        ("interactions", "interaction-maoi-ssri", {"rule": ""}, "missing or used twice"),
        ("washouts", "washout-fluoxetine-maoi", {"days": "0"}, "at least one day"),
        ("washouts", "washout-fluoxetine-maoi", {"days": "five weeks"}, "invalid literal"),
        ("dose_limits", "limit-citalopram-age", {"max_mg": "0"}, "not above zero"),
        ("dose_limits", "limit-citalopram-age", {"max_mg": "NaN"}, "cannot be used"),
        ("dose_limits", "limit-citalopram-age", {"age_from": ""}, "for whom it is"),
        ("duplicates", "duplicate-tca", {"not_counted": "nothing<=1"}, "neither an ingredient"),
        ("conditions", "condition-bupropion-seizure", {"conditions": ""}, "names no condition"),
        ("pregnancy", "pregnancy-valproate", {"severity_unknown": "maybe"}, "'maybe' is not a valid Severity"),
        ("ages", "age-tca-old", {"age_from": ""}, "it names no age"),
        ("loads", "load-qt-two", {"at_least": "0"}, "at least one medication"),
        ("loads", "load-qt-two", {"load": "caffeine"}, "'additive_caffeine' is not a valid Code"),
        ("loads", "load-qt-two", {"sex": "unsaid"}, "'unsaid' is not a valid Sex"),
        ("ingredients", "sertraline", {"classes": "sssri"}, "sssri is no class"),
        ("ingredients", "sertraline", {"contains": "bliss"}, "bliss is no ingredient"),
        ("ingredients", "sertraline", {"names": "prozac"}, "prozac means another one"),
    ],
)
def test_a_row_that_would_be_wrong_in_use_is_refused_by_name(
    rows: Rows, kind: str, rule: str, change: dict[str, str], said: str
) -> None:
    row_of(rows, kind, rule).update(change)
    with pytest.raises(RuleBroken) as refused:
        rule_set(rows, "2026-11-26")

    assert said in refused.value.reason
    named = {rule, *change.values(), "prozac", "without a name", "fluoxetine"}
    assert any(name and name in refused.value.reason for name in named)


def without_a_column(rows: Rows) -> None:
    for row in rows["ingredients"]:
        del row["contains"]


def with_a_maximum_that_is_no_number(rows: Rows) -> None:
    row_of(rows, "medications", "sertraline")["max_mg"] = "much"


def without_severities(rows: Rows) -> None:
    for row in rows["ages"]:
        del row["severity"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_a_column, "contains"),
        (with_a_maximum_that_is_no_number, "The maximum of sertraline"),
        (without_severities, "age-antidepressant-young"),
    ],
)
def test_rows_without_what_they_need_are_refused(rows: Rows, spoil: Callable[[Rows], None], said: str) -> None:
    spoil(rows)
    with pytest.raises(RuleBroken, match=said):
        rule_set(rows, "2026-11-26")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_without_any_rule_is_refused(rows: Rows, kind: str) -> None:
    rows[kind] = []
    with pytest.raises(RuleBroken, match=f"there are no {kind.replace('_', ' ')}"):
        rule_set(rows, "2026-11-26")


def copied(rows: Rows, folder: Path) -> Path:
    for kind, entries in rows.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, entries[0].keys())
            writer.writeheader()
            writer.writerows(entries)
    return folder


def test_files_give_the_same_rules_wherever_they_lie(rows: Rows, tmp_path: Path) -> None:
    rules = read_rules(copied(rows, tmp_path))
    assert rules.version == RULES.version
    assert rules.interactions == RULES.interactions
    assert rules.limits == RULES.limits


def test_a_missing_a_broken_and_an_empty_file_are_refused(rows: Rows, tmp_path: Path) -> None:
    folder = copied(rows, tmp_path)
    loads = folder / "loads.csv"
    loads.write_bytes(b"rule,load\n\xff\xfe,qt\n")
    with pytest.raises(RuleBroken, match=r"loads\.csv cannot be read"):
        read_rules.__wrapped__(folder)
    loads.write_text("", encoding="utf-8")
    with pytest.raises(RuleBroken, match="there are no loads"):
        read_rules.__wrapped__(folder)
    loads.unlink()
    with pytest.raises(RuleBroken, match=r"loads\.csv cannot be read"):
        read_rules.__wrapped__(folder)


def test_the_names_of_general_limits_never_meet_those_of_rows() -> None:
    assert not [limit.rule for limit in RULES.limits if limit.rule.startswith(GENERAL) and not limit.is_general]
