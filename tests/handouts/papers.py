"""Dose plans to print that need no database: orders laid out as the database keeps them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic.handouts.rules.calendar import PlanOnPaper
from clinic.handouts.rules.paper import Letterhead
from clinic.titration.rules import build_plan, step_words
from tests.titration.orders import order, step, tablets

MONDAY = dt.date(2026, 3, 2)
SCORED = tablets("25", "50", "100", scored=True)


@dataclass(frozen=True)
class Kept:
    """A step as the database keeps it."""

    first_on: dt.date
    last_on: dt.date | None
    every_days: int
    mg_per_day: Decimal
    words: str
    doses: Sequence[dict[str, Any]]


def on_paper(wanted: dict[str, Any], *, letter: str = "A", medication: str = "sertraline", **more: Any) -> PlanOnPaper:
    """An order as it is printed."""
    plan = build_plan(wanted)
    steps = [
        Kept(one.first_on, one.last_on, one.every_days, one.mg_per_day, step_words(one), one.to_json()["doses"])
        for one in plan.steps
    ]
    stop_on = plan.stop_on or (plan.last_on + dt.timedelta(days=1) if plan.last_on else None)
    printed = {"treats": "Depression", "version": 2, "signed_on": MONDAY, "prescriber": "Paula Prescriber, MD"}
    return PlanOnPaper(
        letter=letter, medication=medication, steps=steps, stop_on=stop_on, **{"watch": (), **printed, **more}
    )


def changing() -> PlanOnPaper:
    """Every other day for 4 days, then daily for 2, a pause of 2, half tablets for 4, then stopped on Mar 14."""
    return on_paper(
        order(
            SCORED,
            steps=[
                step(4, every_days=2, morning="25"),
                step(2, morning="25", bedtime="75"),
                step(2),
                step(4, noon="12.5"),
            ],
        )
    )


def head(client: str = "Ada Byron") -> Letterhead:
    return Letterhead(client, MONDAY, "Wasatch Care Clinic", "(801) 555-0100", "Monday to Friday, 8 am to 6 pm")
