"""Small orders for the tests of the engine: what a test does not name is out of its way."""

from datetime import date
from decimal import Decimal
from typing import Any

from clinic.titration.rules import DosePlanResult, build_plan

START = date(2026, 3, 2)


def tablets(*strengths_mg: str, scored: bool = False, form: str = "tablet", release: str = "IR") -> dict[str, Any]:
    return {"form": form, "release": release, "strengths_mg": list(strengths_mg), "scored": scored}


def solution(mg_per_ml: str, ml_step: str) -> dict[str, Any]:
    return {"form": "solution", "release": "IR", "mg_per_ml": mg_per_ml, "ml_step": ml_step}


def step(days: int | None = None, /, *, every_days: int = 1, **doses: str) -> dict[str, Any]:
    return {"doses": doses, "every_days": every_days} | ({"days": days} if days else {})


def order(*products: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"start_on": START.isoformat(), "products": list(products), **fields}


def amounts(plan: DosePlanResult) -> list[str]:
    return [f"{one.mg_per_day.normalize():f}" for one in plan.steps]


def lengths(plan: DosePlanResult) -> list[int | None]:
    return [(one.last_on - one.first_on).days + 1 if one.last_on else None for one in plan.steps]


def counts(plan: DosePlanResult) -> dict[str, Decimal]:
    """What is dispensed, by strength or concentration."""
    dispensed = (one.to_json() for one in plan.dispense)
    return {one.get("strength_mg") or one["mg_per_ml"]: Decimal(one["count"]) for one in dispensed}


def found(plan: DosePlanResult) -> list[tuple[str, str, str, str, str | None]]:
    rows = (finding.to_json() for finding in plan.findings)
    return [(row["code"], row["severity"], row["first_on"], row["value"], row["limit"]) for row in rows]


def taken(*products: dict[str, Any], mg: str) -> list[str]:
    """The units of one morning dose, as "count form strength"."""
    plan = build_plan(order(*products, steps=[step(morning=mg)]))
    units = (unit.to_json() for unit in plan.steps[0].doses[0].units)
    return [f"{unit['count']} {unit['form']} {unit.get('strength_mg') or unit['mg_per_ml']}" for unit in units]
