"""Medication courses of the demo clinic, within the confirmed numbers of the formulary."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clinic.formulary.models import Medication
from clinic.titration.queries import offered_products


@dataclass(frozen=True, slots=True)
class Course:
    """A medication with its first steps and the daily amount a visit may raise it to, all in mg.

    A step is (amounts at the times of day, "+" between them; days, None for the open-ended last one).
    """

    medication: str
    steps: Sequence[tuple[str, int | None]]
    form: str = "tablet"
    release: str = "IR"
    times: tuple[str, ...] = ("morning",)
    raised_to: str = ""
    treats: str = "low mood and worry"

    def order(self, start_on: dt.date) -> dict[str, Any]:
        """The order as a prescriber would sign it."""
        rows = [
            {"doses": dict(zip(self.times, mg.split("+"), strict=True)), **({"days": days} if days else {})}
            for mg, days in self.steps
        ]
        return {"start_on": start_on.isoformat(), "horizon_days": 30, "products": self._products(), "steps": rows}

    def _products(self) -> list[dict[str, Any]]:
        offered = offered_products(self.prescribed())
        return [one for one in offered if (one["form"], one["release"]) == (self.form, self.release)]

    def prescribed(self) -> Medication:
        return Medication.objects.get(name=self.medication)


SERTRALINE = Course("sertraline", [("50", 14), ("100", None)], raised_to="150")
COURSES = {
    "sertraline": [SERTRALINE],
    "escitalopram": [Course("escitalopram", [("10", None)], raised_to="20", treats="worry and tension")],
    "bupropion": [Course("bupropion XL", [("150", 14), ("300", None)], release="ER", treats="low energy and mood")],
    "lamotrigine": [Course("lamotrigine", [("25", 14), ("50", 14), ("100", 28), ("200", None)], treats="mood swings")],
    "venlafaxine": [
        Course("venlafaxine XR", [("37.5", 7), ("75", 28), ("150", None)], "capsule", "ER", raised_to="225")
    ],
    "mirtazapine": [
        Course("mirtazapine", [("15", 14), ("30", None)], times=("bedtime",), raised_to="45", treats="mood and sleep")
    ],
    "buspirone": [
        Course(
            "buspirone",
            [("7.5+7.5", 7), ("10+10", 7), ("10+15", 7), ("15+15", None)],
            times=("morning", "bedtime"),
            treats="worry and tension",
        )
    ],
    "three": [
        SERTRALINE,
        Course("bupropion XL", [("150", 28), ("300", None)], release="ER", treats="low energy and mood"),
        Course("mirtazapine", [("15", None)], times=("bedtime",), treats="sleep"),
    ],
    "taper": [SERTRALINE],
}
# Begun beside another medication.
LITHIUM = Course(
    "lithium carbonate", [("300+300", 7), ("300+600", None)], times=("morning", "bedtime"), treats="mood swings"
)

# The taper of the one who is well and wishes to stop: two weeks a step, then nothing.
TAPER = [{"doses": {"morning": mg}, "days": 14} for mg in ("75", "50", "25")]
