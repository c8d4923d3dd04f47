"""Signed steps and fills for tests of supply, made without a database."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from clinic.titration.models import DoseStep
from clinic.titration.rules import DosePlanResult, build_plan, step_words
from clinic.titration.rules.strengths import Strength
from clinic.titration.rules.supply import Draw, Fill, draws_of

MARCH_2 = dt.date(2026, 3, 2)
MG_25 = Strength("tablet", "IR", Decimal(25))
MG_50 = Strength("tablet", "IR", Decimal(50))
TABLETS = {"form": "tablet", "release": "IR", "strengths_mg": ["25", "50"], "scored": True}
DAY = dt.timedelta(days=1)


def plan_of(*steps: Mapping[str, Any], start_on: dt.date = MARCH_2, **order: Any) -> DosePlanResult:
    """A plan of written steps from tablets of 25 and 50 mg that may be halved."""
    return build_plan({"id": "x", "start_on": start_on.isoformat(), "products": [TABLETS], "steps": [*steps], **order})


def step(mg: str, days: int | None = None, every_days: int = 1) -> dict[str, Any]:
    """An amount in the morning."""
    bounded = {"days": days} if days else {}
    return {"doses": {"morning": mg}, "every_days": every_days, **bounded}


def signed(plan: DosePlanResult) -> list[DoseStep]:
    """The rows that signing a plan would write."""
    return [
        DoseStep(
            first_on=one.first_on,
            last_on=one.last_on,
            every_days=one.every_days,
            mg_per_day=one.mg_per_day,
            doses=one.to_json()["doses"],
            words=step_words(one),
        )
        for one in plan.steps
    ]


def draws(*steps: Mapping[str, Any], **order: Any) -> tuple[Draw, ...]:
    return draws_of(signed(plan_of(*steps, **order)))


def fill(count: str | int, on: dt.date = MARCH_2, strength: Strength = MG_25) -> Fill:
    return Fill(on, strength, Decimal(count))
