"""The `score` contract: rating scales from a file, without touching any client's record."""

from typing import Any

from clinic.core.contracts import ContractCommand
from clinic.scales.rules import score


class Command(ContractCommand):
    help = "Score rating scales: a JSON array of questions in, an array of totals, bands and flags out."

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        return score(question)
