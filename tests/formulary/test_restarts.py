"""After how many missed days a medication begins again."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import AfterGap, Outcome, after_gap, read_formulary, read_restart_rules, read_templates
from clinic.formulary.rules.restarts import FILE, NO_RULE

RULES = read_restart_rules()
TEMPLATES = read_templates()
TODAY = date(2026, 3, 20)


def gap(medication: str, days: int, *taken: str) -> AfterGap:
    last = TODAY - timedelta(days=days)
    return after_gap(RULES, TEMPLATES, medication, taken, last_taken_on=last, today=TODAY, age=40)


def test_every_rule_is_of_a_medication_and_of_known_groups() -> None:
    assert {rule.medication for rule in RULES} <= {entry.name for entry in read_formulary()}
    assert frozenset().union(*(rule.groups for rule in RULES)) <= TEMPLATES.groups.keys()


@pytest.mark.parametrize(
    ("medication", "days", "taken", "outcome"),
    [
        ("clozapine", 1, [], Outcome.RESUME),
        ("clozapine", 2, [], Outcome.RESTART),
        ("iloperidone", 3, [], Outcome.RESUME),
        ("iloperidone", 4, [], Outcome.RESTART),
        ("lamotrigine", 10, ["Depakote"], Outcome.RESUME),
        ("lamotrigine", 11, ["Depakote"], Outcome.RESTART),
        ("lamotrigine", 2, [], Outcome.RESUME),
        ("lamotrigine", 6, [], Outcome.CONFIRM),
        ("lamotrigine", 3, ["Tegretol"], Outcome.RESUME),
        ("lamotrigine", 4, ["Tegretol"], Outcome.CONFIRM),
        ("lamotrigine", 3, ["Tegretol", "Depakote"], Outcome.RESUME),
        ("lamotrigine", 4, ["Tegretol", "Depakote"], Outcome.CONFIRM),
        ("quetiapine IR", 30, [], Outcome.RESUME),
        ("sertraline", 30, [], Outcome.RESUME),
    ],
)
def test_days_and_what_else_is_taken_decide(medication: str, days: int, taken: list[str], outcome: Outcome) -> None:
    assert gap(medication, days, *taken).outcome is outcome


def test_the_reason_is_the_rules_sentence_with_its_way_to_restart() -> None:
    clozapine = gap("clozapine", 2)
    assert "48 hours ago or more" in clozapine.reason
    assert clozapine.source.startswith("https://www.drugs.com")
    with_valproate = gap("lamotrigine", 11, "Depakote")
    assert with_valproate.reason.endswith("(not yet reviewed by the medical director)")
    assert with_valproate.restart_with.template is not None
    assert with_valproate.restart_with.template.key == "lamotrigine-with-valproate"
    assert gap("sertraline", 3).reason == NO_RULE


def test_a_number_that_is_not_confirmed_is_never_shown() -> None:
    alone = gap("lamotrigine", 6)
    assert "not confirmed" in alone.reason
    assert not any(character.isdigit() for character in alone.reason.replace("day 1", ""))
    both = gap("lamotrigine", 6, "Tegretol", "Depakote")
    assert both.reason.endswith("For this combination no number of days is on file.")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("clozapine,,1,X,V,Begin again.,a label", "statuses and a source"),
        ("clozapine,,1,V,V,Begin again.,", "statuses and a source"),
        ("clozapine,,,V,V,Begin again.,a label", "no number of days"),
    ],
)
def test_a_row_that_would_be_wrong_in_use_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    header = "medication,with,more_than_days,number_status,rule_status,sentence,source"
    (tmp_path / FILE).write_text(f"{header}\n{row}\n")
    with pytest.raises(RuleBroken, match=reason):
        read_restart_rules(tmp_path)
