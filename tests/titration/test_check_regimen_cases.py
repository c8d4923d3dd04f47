"""The public cases of the `check_regimen` contract, when they lie beside the project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from clinic.core.contracts import answer_all
from clinic.formulary.rules.regimen import read_rules
from clinic.titration.rules.regimen import answer_question

CASES = Path(__file__).parents[2].parent / "shared" / "contracts" / "cases" / "check_regimen.json"


def public_cases() -> list[Any]:
    return json.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else []


def fits(finding: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether a finding has the keys that are given; no medications in a row stands for any."""
    return all(finding.get(key) == value for key, value in wanted.items() if (key, value) != ("medications", []))


def unmet(answer: dict[str, Any], case: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a case that an answer does not fulfil."""
    found = answer["findings"]
    missing = [row for row in case["must"] if not any(fits(finding, row) for finding in found)]
    return missing + [row for row in case["must_not"] if any(fits(finding, row) for finding in found)]


def test_the_cases_are_here() -> None:
    if not CASES.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"no contract cases at {CASES}")
    assert len(public_cases()) >= 11


@pytest.mark.parametrize("case", [pytest.param(row, id=row["question"]["id"]) for row in public_cases()])
def test_a_public_case_is_answered(case: dict[str, Any]) -> None:
    [answer] = answer_all([case["question"]], lambda question: answer_question(question, read_rules()))
    assert answer["id"] == case["question"]["id"]
    assert unmet(answer, case) == []


def test_a_planted_fault_is_seen() -> None:
    finding = {"code": "washout", "medications": ["a", "b"], "first_on": "2026-02-08"}
    answer = {"findings": [finding]}
    assert unmet(answer, {"must": [finding], "must_not": []}) == []
    assert unmet(answer, {"must": [finding | {"first_on": "2026-02-09"}], "must_not": []})
    assert unmet(answer, {"must": [], "must_not": [{"code": "washout", "medications": []}]})
    assert unmet({"findings": []}, {"must": [finding], "must_not": []})
