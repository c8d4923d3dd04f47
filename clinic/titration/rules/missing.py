"""Doses that were missed: what was due and not taken, and how the plan goes on from today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import AfterGap, Outcome, Template
from clinic.titration.rules.days import day_of
from clinic.titration.rules.findings import Code
from clinic.titration.rules.plan import DosePlanResult, build_plan
from clinic.titration.rules.running import mg_on, order_from, rest_of

ONE_DAY = timedelta(days=1)


class Onward(StrEnum):
    """How a plan goes on: moved by the missed days, on its planned days, or begun again by a label schedule."""

    RESUME = "resume"
    KEEP = "keep"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without doses that were due: from `first_missed_on` to the day before `today`, when it goes on."""

    last_taken_on: date
    first_missed_on: date
    today: date

    @property
    def days(self) -> int:
        """How many days the plan moves when it goes on where it was left."""
        return (self.today - self.first_missed_on).days


def gap_of(plan: DosePlanResult, last_taken_on: date, today: date) -> Gap:
    """The gap since the last dose; refused where nothing was due between that day and today."""
    field = "last_taken_on"
    if last_taken_on >= today:
        raise RuleBroken("The last dose is before today, or nothing is missed.", field=field)
    if last_taken_on < plan.order.start_on:
        raise RuleBroken("This is before the dose plan began.", field=field)
    day = last_taken_on + ONE_DAY
    while day < today:
        due = day_of(plan, day)
        if due is not None and due.doses:
            return Gap(last_taken_on, day, today)
        day += ONE_DAY
    raise RuleBroken("Nothing was due between that day and today, so nothing is missed.", field=field)


def check_onward(onward: Onward, after: AfterGap, *, is_confirmed: bool) -> None:
    """A restart rule refuses to go on; where its days are not confirmed, the prescriber says that it may."""
    if onward is Onward.RESTART or after.outcome is Outcome.RESUME:
        return
    if after.outcome is Outcome.RESTART:
        raise RuleBroken(f"It cannot go on. {after.reason} Begin again instead.", field="onward")
    if not is_confirmed:
        raise RuleBroken(f"{after.reason} Begin again, or confirm that it may go on.", field="is_confirmed")


def order_after(
    onward: Onward,
    order: Mapping[str, Any],
    gap: Gap,
    *,
    template: Template | None = None,
    offered: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The whole order as it shall read after a gap; days before today stay as they were planned.

    Going on moves every later day by the missed ones, so that no step is cut short. Planned days are kept only
    where today's amount is not above the last one taken. A restart lays the template's steps out from today.
    """
    plan = build_plan(order)
    if onward is Onward.RESUME:
        return order_from(gap.today, order, rest_of(plan, gap.first_missed_on))
    if onward is Onward.KEEP:
        if mg_on(plan, gap.today) > mg_on(plan, gap.last_taken_on):
            raise RuleBroken(
                "On its planned days the dose would rise right after missed doses. Move the plan instead.",
                field="onward",
            )
        return dict(order)
    if template is None or "steps" not in template.regimen:
        raise RuleBroken("Choose the schedule to begin again with.", field="template")
    steps = template.regimen["steps"]
    return order_from(gap.today, order, steps, products=_products_for(steps, order["products"], offered))


def _products_for(
    steps: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]], offered: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The plan's own products where they make every amount, else with all that is offered: solids, then liquids."""
    solids = [one for one in offered if one["form"] != "solution"]
    every: list[list[Mapping[str, Any]]] = [list(own), [*own, *solids], [*own, *offered]]
    return next((one for one in every if _makes_all(steps, one)), every[-1])


def _makes_all(steps: Sequence[Mapping[str, Any]], products: Sequence[Mapping[str, Any]]) -> bool:
    plan = build_plan({"start_on": "2000-01-01", "products": list(products), "steps": list(steps)})
    return all(finding.code is not Code.NOT_MAKEABLE for finding in plan.findings)
