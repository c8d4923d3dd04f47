"""Gates of steps: what a step may wait for, when it is good, and when the step before goes on instead."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeVar

from clinic.core.rules import refuse, unless
from clinic.titration.rules.numbers import plain

ONE_DAY = timedelta(days=1)
# The clinic's own: what is not good by the evening before does not begin in the morning.
EVENING_BEFORE = time(18)
LONGEST_STAY_DAYS = 180


class GateKind(StrEnum):
    """What a step waits for."""

    RESULT = "result"
    ANSWER = "answer"
    DECISION = "decision"

    @property
    def label(self) -> str:
        return {
            GateKind.RESULT: "A result within a range",
            GateKind.ANSWER: "A check-in without worry",
            GateKind.DECISION: "The prescriber's decision",
        }[self]


class Measured(NamedTuple):
    """A kind of result by its name and the unit in which it is kept."""

    label: str
    unit: str


# The kinds of the results' own catalogue that a dose waits for; a test holds the two together.
MEASURED = {
    "qtc": Measured("QTc", "ms"),
    "systolic": Measured("Systolic blood pressure", "mmHg"),
    "diastolic": Measured("Diastolic blood pressure", "mmHg"),
    "heart_rate": Measured("Heart rate", "bpm"),
    "weight": Measured("Weight", "kg"),
    "sodium": Measured("Sodium", "mmol/L"),
    "potassium": Measured("Potassium", "mmol/L"),
    "creatinine": Measured("Creatinine", "mg/dL"),
    "egfr": Measured("eGFR", "mL/min/1.73 m²"),
    "alt": Measured("ALT", "U/L"),
    "tsh": Measured("TSH", "mIU/L"),
    "anc": Measured("Neutrophils (ANC)", "cells/µL"),
    "platelets": Measured("Platelets", "10³/µL"),
    "lithium": Measured("Lithium level", "mmol/L"),
    "valproate": Measured("Valproate level", "mcg/mL"),
    "carbamazepine": Measured("Carbamazepine level", "mcg/mL"),
    "clozapine": Measured("Clozapine level", "ng/mL"),
    "nortriptyline": Measured("Nortriptyline level", "ng/mL"),
}


class Wish(NamedTuple):
    """What a prescriber asks of a gate; a result is good from `good_from` to `good_to`, ends included."""

    waits_for: GateKind
    measured: str = ""
    good_from: Decimal | None = None
    good_to: Decimal | None = None


class IsStep(Protocol):
    """A step as a gate sees it."""

    @property
    def first_on(self) -> date: ...
    @property
    def last_on(self) -> date | None: ...
    @property
    def mg_per_day(self) -> Decimal: ...


Step = TypeVar("Step", bound=IsStep)


def steps_to_gate(steps: Sequence[Step], today: date) -> list[Step]:
    """The steps that a gate can hold: those that begin after today, with doses before them to stay on."""
    return [step for before, step in pairwise(steps) if step.first_on > today and before.mg_per_day]


def check_wish(wish: Wish, stay_days: int) -> None:
    """A result needs a kind and a range that is one; the step before goes on for 1 to 180 days at a time.

    Raises RuleBroken on the field. The range is the prescriber's own: no number is proposed.
    """
    is_any = wish.waits_for is not GateKind.RESULT
    low, high = wish.good_from, wish.good_to
    has_range = low is not None or high is not None
    is_range = low is None or high is None or low <= high
    refuse(
        unless(1 <= stay_days <= LONGEST_STAY_DAYS, f"Choose 1 to {LONGEST_STAY_DAYS} days.", field="stay_days"),
        unless(is_any or wish.measured in MEASURED, "Choose which result the step waits for.", field="measured"),
        unless(is_any or has_range, "Say from or up to which value it is good.", field="good_from"),
        unless(is_any or is_range, "The upper value lies below the lower one.", field="good_to"),
    )


def is_good(value: Decimal, good_from: Decimal | None, good_to: Decimal | None) -> bool:
    """Whether a result, in the unit of its kind, lies within the range, ends included."""
    return (good_from is None or value >= good_from) and (good_to is None or value <= good_to)


def holds_from(step_first_on: date) -> datetime:
    """The local time at which a gate that has not passed makes the step before go on: 6 pm of the day before."""
    return datetime.combine(step_first_on - ONE_DAY, EVENING_BEFORE)


def moved_to(
    before: Iterable[IsStep], after: Iterable[IsStep], mg_per_day: Decimal, first_on: date, day: date
) -> date | None:
    """When the step of a gate begins in the plan as it now reads from `day` on; None where it is no longer in it.

    Of steps with one daily amount it stays the first, second … of them, so that no two gates meet on one step.
    """
    place = sum(step.mg_per_day == mg_per_day and day <= step.first_on < first_on for step in before)
    coming = [step.first_on for step in after if step.first_on >= day and step.mg_per_day == mg_per_day]
    return coming[place] if place < len(coming) else None


def wish_words(wish: Wish) -> str:
    """Such as "lithium level from 0.6 to 0.8 mmol/L", "a check-in without worry", "the prescriber's decision"."""
    if wish.waits_for is not GateKind.RESULT:
        return wish.waits_for.label[0].lower() + wish.waits_for.label[1:]
    kind = MEASURED[wish.measured]
    return f"{_in_a_sentence(kind.label)} {range_words(wish.good_from, wish.good_to)} {kind.unit}"


def value_words(measured: str, value: Decimal) -> str:
    """Such as "Lithium level 0.9 mmol/L"."""
    kind = MEASURED[measured]
    return f"{kind.label} {plain(value)} {kind.unit}"


def day_words(day: date) -> str:
    """Such as "Mar 4, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"


def range_words(good_from: Decimal | None, good_to: Decimal | None) -> str:
    """Such as "from 0.6 to 0.8", "from 1500", "up to 450"."""
    low = f"from {plain(good_from)}" if good_from is not None else ""
    high = (f"to {plain(good_to)}" if low else f"up to {plain(good_to)}") if good_to is not None else ""
    return " ".join(filter(None, (low, high)))


def _in_a_sentence(label: str) -> str:
    """A label within a sentence; abbreviations stay as they are."""
    return label if label[:2].isupper() or label[1:2].isupper() else label[0].lower() + label[1:]
