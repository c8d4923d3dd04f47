"""A regimen kept to be used again: what of an order is not bound to a client or to days of the calendar."""

from collections.abc import Mapping, Sequence
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.titration.rules.parsing import REGIMENS
from clinic.titration.rules.plan import build_plan
from clinic.titration.rules.running import rest_of
from clinic.titration.rules.signing import check_products


def regimen_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """The products with steps, titration or taper of an order; with changes, the steps as they came to be.

    RuleBroken for a plan that never takes anything.
    """
    plan = build_plan(order)
    if not any(step.doses for step in plan.steps):
        raise RuleBroken("This plan takes nothing: there is nothing to keep.", field="favourite_name")
    if order.get("changes"):
        return {"products": order["products"], "steps": rest_of(plan, plan.order.start_on)}
    return {"products": order["products"], **{name: order[name] for name in REGIMENS if order.get(name)}}


def check_still_listed(products: Sequence[Mapping[str, Any]], listed: Sequence[Mapping[str, Any]]) -> None:
    """A favourite is used only while the formulary lists each of its products."""
    try:
        check_products(products, listed)
    except RuleBroken as refusal:
        words = "This favourite uses a strength that is listed no more. Keep a new one and remove this."
        raise RuleBroken(words, field="way") from refusal
