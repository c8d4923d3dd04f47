import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(source: str) -> Any:
    out = io.StringIO()
    call_command("score", source, stdout=out)
    return json.loads(out.getvalue())


def test_answers_stand_in_the_order_of_their_questions_and_one_bad_one_spoils_none(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text(
        json.dumps(
            [
                {"id": "a", "instrument": "phq2", "answers": [1, 2]},
                {"id": "b", "instrument": "nope", "answers": []},
                {"id": "c", "instrument": "phq2", "answers": [0, None]},
            ]
        )
    )
    first, bad, last = run(str(file))
    assert first == {
        "id": "a",
        "instrument": "phq2",
        "total": 3,
        "minimum": 0,
        "maximum": 6,
        "band": "positive",
        "complete": True,
        "flags": [],
    }
    assert (bad["id"], bad["error"]["field"]) == ("b", "instrument")
    assert (last["id"], last["total"]) == ("c", None)


def test_standard_input_is_read_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[]")))
    assert run("-") == []


def test_what_is_no_array_ends_with_status_two(tmp_path: Path) -> None:
    file = tmp_path / "questions.json"
    file.write_text("{}")
    with pytest.raises(CommandError) as refusal:
        run(str(file))
    assert refusal.value.returncode == 2
