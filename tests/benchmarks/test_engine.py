"""What the engine's measurement asks can be answered, so that it cannot rot; no time is judged here."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from clinic.formulary.rules.regimen import read_rules
from clinic.titration.rules.regimen import answer_question
from clinic.titration.rules.units import Form, Release, Shelf, Solid
from tests.benchmarks import engine


def test_the_drawn_regimens_are_five_medications_and_can_be_answered() -> None:
    drawn = random.Random(1)
    for number in range(30):
        question = engine.regimen(drawn, str(number))
        assert len(question["medications"]) == 5
        assert answer_question(question, read_rules())["checked"]["rules"] > 200


def test_the_year_is_fifty_two_weeks_of_five_medications_with_things_to_find() -> None:
    findings = answer_question(engine.year_of_five(), read_rules())["findings"]
    assert {"interaction", "duplicate_therapy", "above_max"} <= {finding["code"] for finding in findings}
    assert {len(one["plan"]["steps"]) for one in engine.year_of_five()["medications"]} == {52}


def test_the_command_is_measured_and_a_failure_is_not_taken_for_speed(tmp_path: Path) -> None:
    with pytest.raises(engine.subprocess.CalledProcessError):
        engine.command_seconds(tmp_path, {"id": "no array"})  # type: ignore[arg-type]


def test_units_and_the_rest_are_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ROUNDS", 1)
    engine.year()
    engine.search(Shelf.of([Solid(Form.TABLET, Release.IR, Decimal(7))]), Decimal(13))
    assert "260 steps" in capsys.readouterr().out
