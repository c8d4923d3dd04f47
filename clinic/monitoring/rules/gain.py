"""Weight gained since a medication began; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clinic.core.rules import RuleBroken

TENTH = Decimal("0.1")
HUNDRED = Decimal(100)
LONGEST_REVIEW = 500


class Weighed(NamedTuple):
    """One weight in kg on one day."""

    on: date
    kg: Decimal


@dataclass(frozen=True, slots=True)
class Gain:
    """How much heavier somebody is than at the start of a medication, in percent of the weight then."""

    start: Weighed
    newest: Weighed
    percent: Decimal

    @property
    def words(self) -> str:
        """Such as "Weight gain of 7.5 %: 80.0 kg on Jan 5, 2026, 86.0 kg on Mar 2, 2026"."""
        return f"Weight gain of {_tenth(self.percent)} %: {_weighed(self.start)}, {_weighed(self.newest)}"

    def times(self, percent: int) -> int:
        """How many times so many percent of the weight at the start were gained."""
        return int(self.percent // percent)


def gain_since(weights: Sequence[Weighed], began_on: date, today: date) -> Gain | None:
    """What was gained (kg, in percent) since a medication began; None unless weighed then and later.

    The weight at the start is the last one until the day it began, else the first one after. Weights come in order.
    """
    known = [one for one in weights if one.on <= today]
    before = [one for one in known if one.on <= began_on]
    start = before[-1] if before else next(iter(known), None)
    if start is None or began_on > today or known[-1].on <= max(start.on, began_on):
        return None
    newest = known[-1]
    return Gain(start, newest, (newest.kg - start.kg) / start.kg * HUNDRED)


def check_review(words: str) -> str:
    """Weight that was gained is seen to only by saying what was looked at and decided; answers the words."""
    if not words.strip():
        raise RuleBroken("Say what was looked at and decided.", field="words")
    return words.strip()


def _weighed(one: Weighed) -> str:
    return f"{_tenth(one.kg)} kg on {one.on:%b} {one.on.day}, {one.on.year}"


def _tenth(value: Decimal) -> str:
    return f"{value.quantize(TENTH, ROUND_HALF_UP)}"
