"""How long what was filled lasts: the plan's days are walked one by one and each draws its units of each strength.

Never quantity divided by frequency: a step that changes, a pause or a day between two doses draws as the plan says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Protocol

from clinic.core.rules import refuse, unless
from clinic.titration.rules.numbers import percent_of
from clinic.titration.rules.reading import LONGEST_PLAN_DAYS
from clinic.titration.rules.signed import SignedStep, is_running_on, is_taken_on
from clinic.titration.rules.strengths import KeptDoses, Strength, drawn_a_day

ONE_DAY = timedelta(days=1)
HALF = Decimal("0.5")
SMALLEST_ML = Decimal("0.1")
# The clinic's own limits, wide on purpose: they only catch a slip of typing and say nothing clinical.
MOST_UNITS = Decimal(9999)
LONGEST_AGO = timedelta(days=366)
ADHERENT_PERCENT = 80

Counts = Mapping[Strength, Decimal]
# Days from the first to the last, both counted.
Days = tuple[date, date]


class KeptStep(SignedStep, KeptDoses, Protocol):
    """A signed step with what is needed to count its units."""


@dataclass(frozen=True, slots=True)
class Fill:
    """So much of one strength came to the client on a day."""

    on: date
    strength: Strength
    count: Decimal


@dataclass(frozen=True, slots=True)
class Draw:
    """A signed step and the units that one day of it draws; `units` is None where they cannot be counted."""

    step: KeptStep
    units: Counts | None

    def is_due_on(self, day: date) -> bool:
        """Whether the plan takes something of this step on a day."""
        return is_taken_on(self.step, day)


@dataclass(frozen=True, slots=True)
class SupplyDay:
    """One day: what is on hand in the morning, fills of the day among it, and what the plan draws of it.

    `draw` is the step that runs (None: none does). A day that is due is covered when every unit it needs is on
    hand; of a day that is not covered, and of one whose doses were missed, nothing is drawn.
    """

    on: date
    draw: Draw | None
    on_hand: Counts
    is_due: bool
    is_covered: bool
    drawn: Counts

    @property
    def left(self) -> dict[Strength, Decimal]:
        """What is on hand in the evening."""
        return {strength: count - self.drawn.get(strength, Decimal()) for strength, count in self.on_hand.items()}


@dataclass(frozen=True, slots=True)
class Leg:
    """Days of one step that draw the same: from when to when, on how many of them, what each draws, what is left."""

    first_on: date
    last_on: date
    days: int
    a_day: Counts
    left: Counts


@dataclass(frozen=True, slots=True)
class RunOut:
    """The first day that is not covered: what it needs and what is on hand; it needs nothing where not counted."""

    on: date
    needs: Counts
    on_hand: Counts


@dataclass(frozen=True, slots=True)
class Supply:
    """What is on hand this morning by count, how it goes on, and how well the days behind were covered.

    `ends_on` is the last day of a plan that ends; without a run-out the supply lasts until then, or, where the plan
    is open-ended, longer than is looked ahead (ten years).
    """

    today: date
    counted_from: date
    on_hand: Counts
    legs: tuple[Leg, ...]
    run_out: RunOut | None
    ends_on: date | None
    gaps: tuple[Days, ...]
    days_due: int
    days_covered: int
    is_covered_again: bool

    @property
    def run_out_on(self) -> date | None:
        """The first day, today or later, on which the plan needs more than is on hand."""
        return self.run_out.on if self.run_out else None

    @property
    def out_since(self) -> date | None:
        """Where nothing is covered any more: the first day of the gap that still lasts; else None."""
        if self.run_out is None or not self.gaps or self.is_covered_again:
            return None
        return self.gaps[-1][0]

    @property
    def days_ahead(self) -> int | None:
        """Days from today until the run-out; None where nothing runs out."""
        return (self.run_out.on - self.today).days if self.run_out else None

    @property
    def percent_covered(self) -> Decimal | None:
        """Proportion of days covered: of the days since the first fill on which a dose was due, those on which its
        units were on hand, in percent to one decimal; None before the first such day. Source: clinical facts 3, own.
        """
        return percent_of(Decimal(self.days_covered), Decimal(self.days_due)) if self.days_due else None


@dataclass(frozen=True, slots=True)
class Cover:
    """Proportion of days covered (PDC): of the days since the first fill on which a dose was due by the plan, those
    whose units were on hand. Defined as days covered by days; 80 % and more counts as adherent (clinical facts 3).
    """

    since: date
    days_due: int
    days_covered: int

    @property
    def percent(self) -> Decimal:
        """To one decimal."""
        return percent_of(Decimal(self.days_covered), Decimal(self.days_due))

    @property
    def is_adherent(self) -> bool:
        """Whether it reaches 80 %."""
        return self.days_covered * 100 >= self.days_due * ADHERENT_PERCENT


def draws_of(steps: Sequence[KeptStep]) -> tuple[Draw, ...]:
    """The steps of the version in force as they draw on the supply; versions keep their past, so it tells all days."""
    return tuple(Draw(step, drawn_a_day(step)) for step in steps)


def walk(
    draws: Sequence[Draw], fills: Sequence[Fill], last_on: date, not_taken: Sequence[Days] = ()
) -> Iterator[SupplyDay]:
    """Every day from the first fill to `last_on`; `not_taken` are days whose doses are known to be missed."""
    on_hand: dict[Strength, Decimal] = {}
    waiting = sorted(fills, key=lambda fill: fill.on)
    day = waiting[0].on if waiting else last_on + ONE_DAY
    while day <= last_on:
        while waiting and waiting[0].on <= day:
            fill = waiting.pop(0)
            on_hand[fill.strength] = on_hand.get(fill.strength, Decimal()) + fill.count
        today = _supply_day(day, draws, on_hand, not_taken)
        yield today
        on_hand = today.left
        day += ONE_DAY


def _supply_day(day: date, draws: Sequence[Draw], on_hand: Counts, not_taken: Sequence[Days]) -> SupplyDay:
    draw = next((one for one in draws if is_running_on(one.step, day)), None)
    is_due = draw is not None and draw.is_due_on(day)
    needs = draw.units if draw is not None and is_due else None
    is_covered = needs is not None and all(on_hand.get(one, Decimal()) >= count for one, count in needs.items())
    is_missed = any(first <= day <= last for first, last in not_taken)
    drawn = needs if needs is not None and is_covered and not is_missed else {}
    return SupplyDay(day, draw, dict(on_hand), is_due, is_covered, drawn)


def supply_of(
    draws: Sequence[Draw], fills: Sequence[Fill], today: date, not_taken: Sequence[Days] = ()
) -> Supply | None:
    """What fills up to today come to under the signed plan; None where no fill is known, for then nothing is counted.

    Days before the first fill count neither as covered nor as gaps.
    """
    known = [fill for fill in fills if fill.on <= today]
    if not known:
        return None
    ends_on = max((one.step.last_on or date.max for one in draws), default=today)
    last_on = max(today, min(ends_on, today + timedelta(days=LONGEST_PLAN_DAYS)))
    past: list[SupplyDay] = []
    ahead: list[SupplyDay] = []
    run_out = None
    for day in walk(draws, known, last_on, not_taken):
        if day.on < today:
            past.append(day)
        elif day.is_due and not day.is_covered:
            run_out = RunOut(day.on, (day.draw.units if day.draw else None) or {}, day.on_hand)
            break
        else:
            ahead.append(day)
    due = [day for day in past if day.is_due]
    return Supply(
        today=today,
        counted_from=min(fill.on for fill in known),
        on_hand=ahead[0].on_hand if ahead else run_out.on_hand if run_out else {},
        legs=_legs(ahead),
        run_out=run_out,
        ends_on=None if ends_on == date.max else ends_on,
        gaps=_gaps(due),
        days_due=len(due),
        days_covered=sum(day.is_covered for day in due),
        is_covered_again=any(day.is_due for day in ahead) or bool(due and due[-1].is_covered),
    )


def cover_of(draws: Sequence[Draw], fills: Sequence[Fill], until: date, not_taken: Sequence[Days] = ()) -> Cover | None:
    """The proportion of days covered from the first fill to the day before `until`; None without a day to count.

    Days on which nothing is due, and those whose units cannot be counted, are left out.
    """
    days = [day for day in walk(draws, fills, until - ONE_DAY, not_taken) if day.is_due and day.draw and day.draw.units]
    return Cover(days[0].on, len(days), sum(day.is_covered for day in days)) if days else None


def _legs(ahead: Sequence[SupplyDay]) -> tuple[Leg, ...]:
    legs = []
    for draw, group in groupby(ahead, key=lambda day: day.draw):
        days = list(group)
        if draw is not None:
            drawing = sum(bool(day.drawn) for day in days)
            legs.append(Leg(days[0].on, days[-1].on, drawing, draw.units or {}, days[-1].left))
    return tuple(legs)


def _gaps(due: Sequence[SupplyDay]) -> tuple[Days, ...]:
    """Runs of days that were due and not covered; days on which nothing is due do not part them."""
    gaps = []
    for is_covered, group in groupby(due, key=lambda day: day.is_covered):
        days = list(group)
        if not is_covered:
            gaps.append((days[0].on, days[-1].on))
    return tuple(gaps)


def units_between(draws: Sequence[Draw], first_on: date, last_on: date) -> dict[Strength, Decimal] | None:
    """All units that the plan draws from a day to another, both counted; None where some of it cannot be counted."""
    sums: dict[Strength, Decimal] = {}
    for draw in draws:
        days = sum(draw.is_due_on(first_on + timedelta(days=n)) for n in range((last_on - first_on).days + 1))
        if days and draw.units is None:
            return None
        for strength, count in (draw.units or {}).items() if days else ():
            sums[strength] = sums.get(strength, Decimal()) + count * days
    return sums


def strengths_to_fill(draws: Sequence[Draw], ordered: Sequence[Strength], today: date) -> list[Strength]:
    """The strengths that a fill may be of: what today's step draws first, then the other steps', then the order's."""
    running = [draw for draw in draws if is_running_on(draw.step, today)]
    later = [draw for draw in draws if draw.step.first_on > today]
    drawn = [strength for draw in [*running, *later, *draws] for strength in draw.units or ()]
    return list(dict.fromkeys([*drawn, *ordered]))


def check_fill(fill: Fill, offered: Sequence[Strength], *, today: date) -> None:
    """A fill is of a strength of the plan, of countable units, and came today or within the last year."""
    smallest = SMALLEST_ML if fill.strength.is_solution else HALF
    unit = "mL, to one decimal" if fill.strength.is_solution else "pieces, whole or half"
    is_countable = smallest <= fill.count <= MOST_UNITS and not fill.count % smallest
    refuse(
        unless(fill.strength in offered, "Choose a strength of this dose plan.", field="strength"),
        unless(is_countable, f"Enter how much it was, in {unit}, up to {MOST_UNITS}.", field="count"),
        unless(fill.on <= today, "This lies in the future. Enter the day it was filled.", field="filled_on"),
        unless(fill.on >= today - LONGEST_AGO, "This lies more than a year back. Check the day.", field="filled_on"),
    )
