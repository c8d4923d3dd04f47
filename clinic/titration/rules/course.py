"""From an order to the course of its doses: written out, rising, falling, split over the times of a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.titration.rules.numbers import round_up
from clinic.titration.rules.order import Order, Taper, TaperMethod, Time, Titration, WrittenStep
from clinic.titration.rules.reading import LONGEST_PLAN_DAYS, BadOrder


@dataclass(frozen=True, slots=True)
class Stretch:
    """One amount for some days running, open-ended where `days` is None.

    `full_days` is how long it would have been, had no change cut it; `rung` counts the order's steps from 0,
    so that a step taken again is known as the same.
    """

    doses: tuple[tuple[Time, Decimal], ...]
    every_days: int
    days: int | None
    full_days: int | None
    rung: int


@dataclass(frozen=True, slots=True)
class Course:
    """All stretches, one after the other from the first day; `stops`: the medication ends with the last."""

    start_on: date
    stretches: tuple[Stretch, ...]
    stops: bool

    @property
    def bounded_days(self) -> int:
        """The days of all stretches but an open-ended one."""
        return sum(stretch.days or 0 for stretch in self.stretches)

    @property
    def end_on(self) -> date | None:
        """The first day after the course, None when it is open-ended."""
        if self.stretches and self.stretches[-1].days is None:
            return None
        return self.start_on + timedelta(days=self.bounded_days)

    def first_days(self) -> Iterator[tuple[Stretch, date]]:
        """Each stretch with its first day."""
        on = self.start_on
        for stretch in self.stretches:
            yield stretch, on
            on += timedelta(days=stretch.days or 0)

    def check_length(self, field: str) -> None:
        """A plan is at most 3,660 days long and ends within the calendar."""
        _check_days(self.bounded_days, field)
        if self.start_on > date.max - timedelta(days=self.bounded_days):
            raise BadOrder("start_on", "The plan runs past the end of the calendar.")


def lay_out(order: Order) -> Course:
    """The course as ordered, before any change."""
    if isinstance(order.regimen, Titration):
        return _titrated(order, order.regimen)
    if isinstance(order.regimen, Taper):
        return _tapered(order, order.regimen)
    return _written(order, order.regimen)


def split_over_times(
    amount_mg: Decimal, times: Sequence[Time], smallest_mg: Decimal
) -> tuple[tuple[Time, Decimal], ...]:
    """A day's amount over its times, evenly in multiples of the smallest makeable; the rest goes last."""
    pieces, rest = divmod(amount_mg, smallest_mg)
    each, left_over = divmod(int(pieces), len(times))
    doses = []
    for place, time in enumerate(times):
        has_one_more = place >= len(times) - left_over
        mg = (each + has_one_more) * smallest_mg + (rest if place == len(times) - 1 else 0)
        if mg:
            doses.append((time, mg))
    return tuple(doses)


def _written(order: Order, steps: tuple[WrittenStep, ...]) -> Course:
    days = 0
    for place, step in enumerate(steps):
        days += step.days or 0
        _check_days(days, f"steps[{place}].days")
    stretches = [Stretch(step.doses, step.every_days, step.days, step.days, rung) for rung, step in enumerate(steps)]
    return _course(order, stretches, stops=False)


def _titrated(order: Order, titration: Titration) -> Course:
    rise_mg = round_up(titration.to_mg - titration.from_mg, titration.step_mg)
    _check_days(int(rise_mg // titration.step_mg) * titration.interval_days, "titration.interval_days")
    amounts = [titration.from_mg]
    while amounts[-1] < titration.to_mg:
        amounts.append(min(amounts[-1] + titration.step_mg, titration.to_mg))
    return _course(order, _daily_stretches(order, amounts, titration, is_open=True), stops=False)


def _tapered(order: Order, taper: Taper) -> Course:
    amounts = [taper.from_mg]
    while amounts[-1] > taper.to_mg:
        _check_days(len(amounts) * taper.interval_days, "taper.interval_days")
        amounts.append(_next_lower(amounts[-1], taper))
    if taper.to_mg:
        return _course(order, _daily_stretches(order, amounts, taper, is_open=True), stops=False)
    return _course(order, _daily_stretches(order, amounts[:-1], taper, is_open=False), stops=True)


def _next_lower(current_mg: Decimal, taper: Taper) -> Decimal:
    """Rounded up, so that no cut is larger than asked; lower by a unit where rounding leaves no cut."""
    cut_mg = taper.amount
    if taper.method is TaperMethod.PERCENT_OF_START:
        cut_mg = taper.from_mg * taper.amount / 100
    elif taper.method is TaperMethod.PERCENT_OF_CURRENT:
        cut_mg = current_mg * taper.amount / 100
    rounded = round_up(current_mg - cut_mg, taper.unit_mg)
    return max(rounded if rounded < current_mg else current_mg - taper.unit_mg, taper.to_mg)


def _daily_stretches(
    order: Order, amounts: Sequence[Decimal], regimen: Titration | Taper, *, is_open: bool
) -> list[Stretch]:
    smallest_mg = order.shelf.smallest_mg
    stretches = []
    for rung, amount_mg in enumerate(amounts):
        days = None if is_open and rung == len(amounts) - 1 else regimen.interval_days
        doses = split_over_times(amount_mg, regimen.times, smallest_mg)
        stretches.append(Stretch(doses, 1, days, days, rung))
    return stretches


def _course(order: Order, stretches: Sequence[Stretch], *, stops: bool) -> Course:
    course = Course(order.start_on, tuple(stretches), stops)
    course.check_length("start_on")
    return course


def _check_days(days: int, field: str) -> None:
    if days > LONGEST_PLAN_DAYS:
        raise BadOrder(field, f"The plan is longer than {LONGEST_PLAN_DAYS} days.")
