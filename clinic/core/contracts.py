"""What the contract commands share: questions in, answers out, and one bad one spoils no other."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.core.rules import RuleBroken

Answer = Callable[[dict[str, Any]], dict[str, Any]]
logger = logging.getLogger(__name__)


class BadField(RuleBroken):
    """A question that cannot be answered: `field` is the path of what is wrong, such as "steps[1].days"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)


class NotAnArray(Exception):  # noqa: N818 - read as a sentence
    """What was given is not a JSON array in UTF-8; nothing can be answered."""


def read_questions(source: str) -> list[Any]:
    """The questions of a file, or of standard input for "-"; NotAnArray says why it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        questions = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as error:
        raise NotAnArray(f"{source}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise NotAnArray(f"{source}: not JSON in UTF-8 ({' '.join(str(error).split())})") from error
    if not isinstance(questions, list):
        raise NotAnArray(f"{source}: not a JSON array")
    return questions


def answer_all(questions: list[Any], answer: Answer) -> list[dict[str, Any]]:
    """Answer each question in order. `answer` takes the question and returns its answer without `id`."""
    return [_answer_one(question, answer) for question in questions]


def _answer_one(question: Any, answer: Answer) -> dict[str, Any]:
    if not isinstance(question, dict):
        return _error(None, "", "A question is an object with its fields.")
    given_id = question.get("id")
    if not isinstance(given_id, str):
        return _error(given_id, "id", "Give the question an id: any text.")
    try:
        return {"id": given_id, **answer(question)}
    except RuleBroken as broken:
        return _error(given_id, broken.field or "", broken.reason)
    except Exception:
        logger.exception("a question could not be answered")
        return _error(given_id, "", "This question could not be answered: an error in the portal, not in yours.")


def _error(given_id: Any, field: str, message: str) -> dict[str, Any]:
    return {"id": given_id, "error": {"field": field, "message": message}}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


class ContractCommand(BaseCommand):
    """A command that reads an array of questions and prints their answers; it touches no client's record.

    A subclass gives `help` and `answer(question)`. What is no JSON array: one line on standard error, exit 2.
    """

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One argument: the file of questions, or - for standard input."""
        parser.add_argument("file", help="a JSON array of questions in UTF-8; - reads standard input")

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question without its `id`; RuleBroken with a `field` where there is none."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answers as one JSON array, in the order of the questions."""
        try:
            questions = read_questions(options["file"])
        except NotAnArray as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self.stdout.write(json.dumps(answer_all(questions, self.answer), indent=1))
