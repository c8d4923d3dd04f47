"""The protocols of the shipped file, and what makes a row refused."""

import re

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import read_formulary
from clinic.monitoring.rules.protocols import (
    Event,
    Person,
    Protocol,
    ingredient_groups,
    protocols_for,
    protocols_of,
    read_protocols,
)

KNOWN = frozenset({"lithium", "sga", "olanzapine"})
ROW = {
    "key": "one",
    "series": "level",
    "applies_to": "lithium",
    "without": "",
    "kinds": "lithium",
    "measured": "Lithium level",
    "event": "change",
    "from_days": "5",
    "to_days": "7",
    "from_months": "",
    "to_months": "",
    "since_months": "",
    "until_months": "",
    "restart_days": "",
    "condition": "",
    "percent": "",
    "above_mg": "",
    "beside": "",
    "stops_start": "",
    "sentence": "5 to 7 days after each change",
    "status": "V2",
    "source": "label",
}


def series_of(ingredient: str) -> set[str]:
    return {rows[0].series for rows in protocols_for(ingredient)}


def test_every_row_is_read_and_unverified_ones_ask_nothing() -> None:
    rows = read_protocols()
    assert {row.status for row in rows} == {"V", "V2", "U"}
    assert {row.is_active for row in rows if row.status == "U"} == {False}
    assert all(row.is_active for row in rows if row.status != "U")


def test_a_secondary_source_says_that_it_is_not_reviewed() -> None:
    by_key = {row.key: row for row in read_protocols()}
    assert by_key["lithium_level_change"].words.endswith("(not yet reviewed by the medical director)")
    assert by_key["clozapine_anc_weekly"].words == "Every week for 6 months"


@pytest.mark.parametrize(
    ("ingredient", "asked"),
    [
        (
            "lithium",
            {
                "lithium_level",
                "lithium_level_beside",
                "lithium_kidney",
                "lithium_thyroid",
                "lithium_sodium",
                "lithium_calcium",
            },
        ),
        ("acamprosate", {"acamprosate_kidney"}),
        ("sertraline", set()),
        ("valproate", set()),
        ("something else", set()),
    ],
)
def test_what_is_asked_of_an_ingredient(ingredient: str, asked: set[str]) -> None:
    assert series_of(ingredient) == asked


@pytest.mark.parametrize(
    ("series", "asked"),
    [
        ("carbamazepine_sodium", ["before", "first 14-42 days", "last 3-6 months"]),
        ("carbamazepine_liver", ["before", "first 14-42 days", "last 3-6 months"]),
        ("carbamazepine_level", ["first 28-None days"]),
        ("naltrexone_liver", ["before", "first 1-3 months", "last None-6 months"]),
        ("buprenorphine_liver", ["before", "last None-6 months"]),
        ("lithium_ecg", ["before"]),
        ("mood_pregnancy", ["before"]),
        ("clozapine_troponin", [f"week None-{days} days" for days in (7, 14, 21, 28)]),
        ("clozapine_crp", [f"week None-{days} days" for days in (7, 14, 21, 28)]),
    ],
)
def test_what_waits_for_a_review_is_there_in_full(series: str, asked: list[str]) -> None:
    rows = [row for row in read_protocols() if row.series == series]
    assert [_window(row) for row in rows] == asked
    assert not any(row.is_active for row in rows)


def _window(row: Protocol) -> str:
    if row.event is Event.BEFORE:
        return "before"
    days = row.from_days is not None or row.to_days is not None
    first, last = (row.from_days, row.to_days) if days else (row.from_months, row.to_months)
    return f"{row.event} {first}-{last} {'days' if days else 'months'}"


def test_a_combination_is_monitored_by_its_parts() -> None:
    assert "sga_weight" in series_of("olanzapine-samidorphan")
    assert {"sga", "olanzapine", "samidorphan"} <= ingredient_groups()["olanzapine-samidorphan"]


def test_rows_of_a_series_ask_for_the_same() -> None:
    asked: dict[str, set[object]] = {}
    for row in read_protocols():
        asked.setdefault(row.series, set()).add(
            (row.kinds, row.measured, row.applies_to, row.without, row.restart_days)
        )
    assert {series for series, ways in asked.items() if len(ways) > 1} == set()


def test_every_medication_that_a_row_names_is_on_the_formulary() -> None:
    groups = frozenset().union(*(ingredient_groups().get(entry.ingredient, frozenset()) for entry in read_formulary()))
    named = {name for row in read_protocols() for name in row.applies_to} - {"buprenorphine"}
    assert named <= groups


def test_without_leaves_out_a_medication_of_a_class() -> None:
    [row] = protocols_of([ROW | {"applies_to": "sga", "without": "olanzapine"}], KNOWN)
    assert (row.covers(frozenset({"sga"})), row.covers(frozenset({"sga", "olanzapine"}))) == (True, False)


@pytest.mark.parametrize(
    ("condition", "person", "holds"),
    [
        ("", Person(30, None), True),
        ("age_over:40", Person(40, None), False),
        ("age_over:40", Person(41, None), True),
        ("age_from:65", Person(65, None), True),
        ("pregnancy_possible", Person(30, None), False),
        ("pregnancy_possible", Person(30, None, may_be_pregnant=True), True),
        ("egfr_below:60", Person(30, None), False),
        ("egfr_below:60", Person(30, 59), True),  # type: ignore[arg-type] - a whole number compares like an amount
    ],
)
def test_a_condition_that_is_not_known_does_not_hold(condition: str, person: Person, holds: bool) -> None:
    [row] = protocols_of([ROW | {"condition": condition}], KNOWN)
    assert row.is_for(person) is holds


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"applies_to": "lithum"}, "lithum is no ingredient or class"),
        ({"kinds": "mood"}, "mood is no kind of result"),
        ({"condition": "kidney:1"}, "kidney is no condition"),
        ({"condition": "age_over:old"}, "invalid literal"),
        ({"status": "W"}, "W is no status"),
        ({"event": "moon"}, "'moon' is not a valid Event"),
        ({"source": ""}, "something is empty"),
        ({"to_months": "3"}, "in days and in months"),
        ({"from_days": "8"}, "its window ends before it begins"),
        ({"event": Event.LAST, "from_days": "", "to_days": ""}, "does not say by when"),
        ({"event": Event.BEFORE}, "what comes before the start has no window"),
        ({"event": Event.GAIN}, "says how many percent"),
        ({"percent": "5"}, "says how many percent"),
        ({"event": Event.BEGUN, "from_days": "", "to_days": ""}, "what is begun beside it"),
        ({"beside": "olanzapine"}, "what is begun beside it"),
        ({"event": Event.RISE, "above_mg": "100"}, "only a change of the dose"),
        ({"stops_start": "yes"}, "only what comes before the start stops it"),
    ],
)
def test_a_row_that_would_be_wrong_in_use_is_refused_by_name(change: dict[str, str], because: str) -> None:
    with pytest.raises(RuleBroken, match=f"The protocol one cannot be used: .*{re.escape(because)}"):
        protocols_of([ROW | change], KNOWN)


def test_a_row_is_there_once_and_whole() -> None:
    with pytest.raises(RuleBroken, match="it is there twice"):
        protocols_of([ROW, ROW], KNOWN)
    with pytest.raises(RuleBroken, match="The protocol None cannot be used"):
        protocols_of([{"series": "level"}], KNOWN)
