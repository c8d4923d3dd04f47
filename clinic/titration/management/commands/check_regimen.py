"""The `check_regimen` contract: regimens from a file are checked, without touching any client's record."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from clinic.core.contracts import ContractCommand
from clinic.core.rules import RuleBroken
from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import read_rules
from clinic.titration.rules.regimen import answer_question


class Command(ContractCommand):
    help = "Check regimens: a JSON array of clients with all they take in, an array of findings out."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file of questions, and where the rule files lie when it is not in the formulary."""
        super().add_arguments(parser)
        parser.add_argument("--rules", type=Path, default=DATA, help="the folder of the rule files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the rules first: without them nothing is answered, because silence would read as safe."""
        try:
            self.rules = read_rules(options["rules"])
        except RuleBroken as broken:
            raise CommandError(" ".join(broken.reason.split()), returncode=2) from broken
        super().handle(*args, **options)

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        return answer_question(question, self.rules)
