"""Reading questions and answering each: what every contract command promises."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from clinic.core.contracts import BadField, ContractCommand, NotAnArray, answer_all, read_questions


class Doubled(ContractCommand):
    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["number"] < 0:
            raise BadField("number", "Give 0 or more.")
        return {"doubled": 2 * question["number"]}


def run(source: str) -> str:
    printed = io.StringIO()
    Doubled(stdout=printed).handle(file=source)
    return printed.getvalue()


@pytest.fixture
def given(tmp_path: Path) -> Any:
    def write(content: bytes) -> str:
        path = tmp_path / "questions.json"
        path.write_bytes(content)
        return str(path)

    return write


def test_answers_stand_in_the_order_of_the_questions(given: Any) -> None:
    questions = [{"id": "b", "number": 2}, {"id": "a", "number": 1}]

    answers = json.loads(run(given(json.dumps(questions).encode())))
    assert answers == [{"id": "b", "doubled": 4}, {"id": "a", "doubled": 2}]


def test_an_empty_array_has_an_empty_answer(given: Any) -> None:
    assert json.loads(run(given(b"[]"))) == []


@pytest.mark.parametrize(
    ("question", "given_id", "field"),
    [
        ({"id": "x", "number": -1}, "x", "number"),
        ({"number": 1}, None, "id"),
        ({"id": 7, "number": 1}, 7, "id"),
        ("what?", None, ""),
        ({"id": "x"}, "x", ""),
    ],
)
def test_a_bad_question_is_answered_with_its_error_and_spoils_no_other(
    question: Any, given_id: Any, field: str
) -> None:
    bad, good = answer_all([question, {"id": "y", "number": 1}], Doubled().answer)

    assert (bad["id"], bad["error"]["field"]) == (given_id, field)
    assert bad["error"]["message"]
    assert good == {"id": "y", "doubled": 2}


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"7", b"null", b'[{"id": ]', b"[NaN]", b"\xff\xfe[]", b"[" * 100_000],
    ids=["empty", "object", "number", "null", "broken", "not-a-number", "not-utf-8", "too-deep"],
)
def test_what_is_no_array_of_json_exits_2_with_one_line(given: Any, content: bytes) -> None:
    with pytest.raises(CommandError) as refused:
        run(given(content))

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(NotAnArray, match="No such file"):
        read_questions("/nowhere/questions.json")


def test_a_byte_order_mark_is_no_harm(given: Any) -> None:
    assert read_questions(given(b"\xef\xbb\xbf[]")) == []


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'[{"id": "z", "number": 3}]')))

    assert json.loads(run("-")) == [{"id": "z", "doubled": 6}]


def test_a_command_without_an_answer_is_unfinished() -> None:
    with pytest.raises(NotImplementedError):
        ContractCommand().answer({})


def test_the_file_is_the_one_argument() -> None:
    assert Doubled().create_parser("manage.py", "doubled").parse_args(["-"]).file == "-"
