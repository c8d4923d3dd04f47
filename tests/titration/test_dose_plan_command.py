"""The `dose_plan` command: files in, plans out, no database."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.titration.orders import order, step, tablets


def asked(tmp_path: Path, questions: Any) -> Any:
    source, answers = tmp_path / "orders.json", io.StringIO()
    source.write_text(json.dumps(questions), encoding="utf-8")
    call_command("dose_plan", str(source), stdout=answers)
    return json.loads(answers.getvalue())


def test_each_order_is_answered_in_its_place_and_a_bad_one_spoils_no_other(tmp_path: Path) -> None:
    good = order(tablets("25"), steps=[step(7, morning="25")])
    first, second, third = asked(tmp_path, [good | {"id": "a"}, good | {"id": "b", "steps": []}, good | {"id": "c"}])

    assert first["plan"]["dispense"] == [{"form": "tablet", "release": "IR", "strength_mg": "25", "count": "7"}]
    assert second == {"id": "b", "error": {"field": "steps", "message": "Give at least one."}}
    assert third == first | {"id": "c"}


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        asked(tmp_path, {"id": "a"})

    assert refused.value.returncode == 2


def test_a_hundred_long_tapers_take_under_two_seconds(tmp_path: Path) -> None:
    fall = {"from_mg": "20", "to_mg": "0", "method": "percent_of_current", "amount": "10", "interval_days": 14}
    taper = fall | {"unit_mg": "1", "times": ["morning", "bedtime"]}
    long = order(tablets("2", "5", scored=True), taper=taper, limits={"max_reduction_percent": "25"})
    questions = [long | {"id": str(number)} for number in range(100)]
    began = time.process_time()
    answers = asked(tmp_path, questions)

    assert time.process_time() - began < 2
    assert all("plan" in answer for answer in answers)
