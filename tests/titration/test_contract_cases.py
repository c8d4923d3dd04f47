"""The public cases of the `dose_plan` contract, word for word, when they lie beside the project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from clinic.core.contracts import answer_all
from clinic.titration.management.commands.dose_plan import Command

CASES = Path(__file__).parents[2].parent / "shared" / "contracts" / "cases" / "dose_plan.json"


def public_cases() -> list[Any]:
    return json.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else []


def test_the_cases_are_here() -> None:
    if not CASES.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"no contract cases at {CASES}")
    assert len(public_cases()) >= 18


@pytest.mark.parametrize("case", [pytest.param(row, id=row["order"]["id"]) for row in public_cases()])
def test_a_public_case_is_answered_exactly(case: dict[str, Any]) -> None:
    (answer,) = answer_all([case["order"]], Command().answer)

    if "plan" in case["expect"]:
        assert answer == case["expect"]
    else:
        assert answer["id"] == case["expect"]["id"]
        assert case["expect"]["error_field"] in (answer["error"]["field"], None)
