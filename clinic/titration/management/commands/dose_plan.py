"""The `dose_plan` contract: orders from a file become dated plans, without touching any client's record."""

from typing import Any

from clinic.core.contracts import ContractCommand
from clinic.titration.rules import build_plan


class Command(ContractCommand):
    help = "Compute dose plans: a JSON array of orders in, an array of plans with units and findings out."

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        return {"plan": build_plan(question).to_json()}
