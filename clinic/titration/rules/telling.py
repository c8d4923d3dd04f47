"""What a start, a change or a stop of a dose plan is called, and its plain words for everyone who reads it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from clinic.titration.rules.days import step_on
from clinic.titration.rules.missing import Gap, Onward
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.plan import DosePlanResult
from clinic.titration.rules.running import mg_on
from clinic.titration.rules.steps import Step
from clinic.titration.rules.units import Release
from clinic.titration.rules.words import HOW_RELEASED, NO_DOSE, WHEN, with_rhythm

ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a signed version does to the one before."""

    START = "start"
    INCREASE = "increase"
    DECREASE = "decrease"
    REPLAN = "replan"
    HOLD = "hold"
    STOP = "stop"


class Told(NamedTuple):
    """A change as it is kept: its kind, from and to how many mg a day, in plain words."""

    kind: Kind
    from_mg: Decimal | None
    to_mg: Decimal | None
    words: str


def tell_start(medication: str, plan: DosePlanResult) -> Told:
    """Such as "Sertraline started: 25 mg in the morning from Mar 2, 2026, rising to 100 mg a day by Mar 23"."""
    first = plan.steps[0]
    words = f"{_named(medication)} started: {amount_words(first)} from {_day(first.first_on)}"
    return Told(Kind.START, None, first.mg_per_day, f"{words}{_outlook(plan, first)}")


def tell_change(medication: str, old: DosePlanResult, new: DosePlanResult, on: date) -> Told:
    """Such as "Sertraline increased from 50 mg to 75 mg a day from Mar 20, 2026: 75 mg in the morning".

    Judged by what is taken on the day of the change against the day before and against what was planned.
    """
    name, step = _named(medication), step_on(new, on)
    planned_mg = mg_on(old, on)
    before_mg = mg_on(old, on - ONE_DAY) if on > old.order.start_on else planned_mg
    if step is None:
        return Told(Kind.STOP, before_mg, Decimal(), f"{name} {_stopped(new, on)}")
    to_mg = step.mg_per_day
    if not to_mg:
        return Told(Kind.HOLD, before_mg, to_mg, f"{name} held from {_day(on)}{_until_next(new, step, on)}")
    outlook = _outlook(new, step)
    if to_mg in {planned_mg, before_mg}:
        words = f"{name} schedule changed from {_day(on)}: {amount_words(step)}{outlook}"
        return Told(Kind.REPLAN, to_mg, to_mg, words)
    kind, verb = (Kind.INCREASE, "increased") if to_mg > before_mg else (Kind.DECREASE, "decreased")
    change = f"from {plain(before_mg)} mg to {plain(to_mg)} mg a day from {_day(on)}"
    return Told(kind, before_mg, to_mg, f"{name} {verb} {change}: {amount_words(step)}{outlook}")


def tell_gap(medication: str, old: DosePlanResult, new: DosePlanResult, gap: Gap, onward: Onward) -> Told:
    """Such as "Clozapine not taken from Mar 10 to Mar 12, 2026. Begun again from Mar 13: 12.5 mg at bedtime".

    Judged by the last amount taken, for what was planned in between was not.
    """
    step = step_on(new, gap.today)
    from_mg, to_mg = mg_on(old, gap.last_taken_on), mg_on(new, gap.today)
    until = gap.today - ONE_DAY
    days = _day(until) if gap.first_missed_on == until else f"{_day(gap.first_missed_on, until)} to {_day(until)}"
    missed = f"{_named(medication)} not taken {'on' if gap.first_missed_on == until else 'from'} {days}"
    amount = f"{amount_words(step)}{_outlook(new, step)}" if step else NO_DOSE
    if onward is Onward.RESTART:
        kind = Kind.DECREASE if to_mg < from_mg else Kind.REPLAN
        return Told(kind, from_mg, to_mg, f"{missed}. Begun again from {_day(gap.today)}: {amount}")
    moved = "on its planned days" if onward is Onward.KEEP else f"later days moved by {gap.days}"
    return Told(Kind.REPLAN, from_mg, to_mg, f"{missed}. Goes on from {_day(gap.today)}, {moved}: {amount}")


def written_reason(words: str, seen: str, most: int) -> str:
    """Why, as the portal writes it before the prescriber edits it: what is laid out, then what is known, `seen`.

    What is known is left out whole where both are longer than `most` characters: no sentence is told by half.
    """
    told = f"{words}."
    both = f"{told} {seen}".strip()
    return next((text for text in (both, told) if len(text) <= most), "")


def amount_words(step: Step) -> str:
    """The amounts of a step without their units: "25 mg in the morning, 50 mg at bedtime, every other day"."""
    doses = ", ".join(f"{plain(dose.mg)} mg {WHEN[dose.time]}" for dose in step.doses)
    return with_rhythm(doses, step.every_days) if doses else NO_DOSE


def _outlook(plan: DosePlanResult, step: Step) -> str:
    """Where the plan leads from a step: its last amount and when that is reached, or the last day."""
    last = plan.steps[-1]
    words = ""
    if last.first_on > step.first_on and last.mg_per_day and last.mg_per_day != step.mg_per_day:
        way = "rising" if last.mg_per_day > step.mg_per_day else "falling"
        words = f", {way} to {plain(last.mg_per_day)} mg a day by {_day(last.first_on, step.first_on)}"
    return f"{words}, last dose on {_day(plan.end_on - ONE_DAY, step.first_on)}" if plan.end_on else words


def _until_next(plan: DosePlanResult, step: Step, on: date) -> str:
    following = next((one for one in plan.steps if one.first_on > step.first_on), None)
    if following is None:
        return ": no dose until further notice"
    return f": no dose until {_day(following.first_on, on)}, then {amount_words(following)}"


def _stopped(plan: DosePlanResult, on: date) -> str:
    if not plan.steps:
        return "stopped before it began"
    return f"stopped: last dose on {_day(on - ONE_DAY)}"


def _named(medication: str) -> str:
    return f"{medication[:1].upper()}{medication[1:]}"


def _day(day: date, beside: date | None = None) -> str:
    """A day; the year is left out beside another day of the same year."""
    words = f"{day:%b} {day.day}"
    return words if beside is not None and beside.year == day.year else f"{words}, {day.year}"


def dispensed_words(one: Mapping[str, Any]) -> str:
    """What to hand out of one product, as the contract writes it: "42 x 25 mg tablet"."""
    kind = f"{HOW_RELEASED[Release(one['release'])]}{one['form']}"
    if "mg_per_ml" in one:
        return f"{one['count']} mL of {one['mg_per_ml']} mg/mL {kind}"
    return f"{one['count']} x {one['strength_mg']} mg {kind}"
