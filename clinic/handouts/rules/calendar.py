"""The dose calendar: all of a client's signed plans day by day, as print, page by link and staff's page show it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

from clinic.handouts.rules.watching import ANYTHING_NEW
from clinic.titration.rules.signed import SignedStep, day_words, is_running_on, is_taken_on
from clinic.titration.rules.spanish import day_words_in_spanish
from clinic.titration.rules.unit_pictures import Drawn, Taken, taken_of

WEEKS = 8
DAYS_A_WEEK = 7
ONE_DAY = timedelta(days=1)
STOPPED = {"en": "no longer taken", "es": "ya no se toma"}


class DrawableStep(SignedStep, Protocol):
    """A signed step with its doses as the contract writes them."""

    @property
    def doses(self) -> Sequence[Mapping[str, Any]]: ...


class Mark(StrEnum):
    """What is new on a day, in the words that stand on it; empty where the day goes on as the one before."""

    NONE = ""
    STARTS = "starts"
    CHANGES = "new dose"
    WAITS = "only if we say so"
    PAUSES = "pause"
    STOPS = "stop"

    def said(self, language: str) -> str:
        """What stands on the day in the client's language."""
        return MARKS_IN_SPANISH[self] if language == "es" else self.value


MARKS_IN_SPANISH = {
    Mark.NONE: "",
    Mark.STARTS: "empieza",
    Mark.CHANGES: "dosis nueva",
    Mark.WAITS: "solo si se lo decimos",
    Mark.PAUSES: "pausa",
    Mark.STOPS: "fin",
}


@dataclass(frozen=True, slots=True)
class PlanOnPaper:
    """One dose plan in force as it is printed; `letter` stands for the medication, `watch` says what to watch for.

    Steps that begin on `waits_on` begin only once the clinic has said so.
    """

    letter: str
    medication: str
    treats: str
    version: int
    signed_on: date
    prescriber: str
    steps: Sequence[DrawableStep]
    stop_on: date | None
    watch: Sequence[str]
    waits_on: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One medication on one day: what is taken in words and drawings (nothing on a day without a dose).

    `mark_words` is the mark in the client's language.
    """

    plan: PlanOnPaper
    words: str
    taken: tuple[Taken, ...]
    mark: Mark
    mark_words: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day with every medication that the plans speak of on it."""

    on: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one plan on which the same is said: a step from `first_on` to `last_on`, None where it has no end."""

    first_on: date
    last_on: date | None
    words: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Eight weeks of days, the plans they are made of, and a key to what is drawn, in English or Spanish."""

    first_on: date
    last_on: date
    plans: tuple[PlanOnPaper, ...]
    days: tuple[Day, ...]
    language: str

    @property
    def anything_new(self) -> str:
        """What everybody is asked to watch for."""
        return ANYTHING_NEW[self.language]

    @property
    def weeks(self) -> tuple[tuple[Day, ...], ...]:
        """The days, seven by seven; a week begins on the weekday of the first day."""
        return tuple(self.days[place : place + DAYS_A_WEEK] for place in range(0, len(self.days), DAYS_A_WEEK))

    def key_of(self, plan: PlanOnPaper) -> tuple[Drawn, ...]:
        """Each different piece that is drawn for a plan, once, the strongest first; counts mean nothing in it."""
        drawn = {
            (one.shape, one.mg_each, one.kind): one
            for day in self.days
            for entry in day.entries
            if entry.plan is plan
            for taken in entry.taken
            for one in taken.drawn
        }
        return tuple(sorted(drawn.values(), key=lambda one: (-one.mg_each, one.shape)))


def calendar_of(plans: Iterable[PlanOnPaper], first_on: date, weeks: int = WEEKS, *, language: str = "en") -> Calendar:
    """Lay out `weeks` weeks from a day. A plan stands on its days from its first step to the day of its stop."""
    printed = tuple(plans)
    days = [first_on + timedelta(days=number) for number in range(weeks * DAYS_A_WEEK)]
    laid_out = tuple(Day(on, _entries(printed, on, language)) for on in days)
    return Calendar(first_on, days[-1], printed, laid_out, language)


def stretches_of(plan: PlanOnPaper, first_on: date, last_on: date) -> tuple[Stretch, ...]:
    """The steps that fall between two days, in words, and from when the medication is no longer taken."""
    steps = [
        Stretch(max(step.first_on, first_on), step.last_on, step.words)
        for step in plan.steps
        if step.first_on <= last_on and (step.last_on is None or step.last_on >= first_on)
    ]
    if plan.stop_on is not None and first_on <= plan.stop_on <= last_on:
        steps.append(Stretch(plan.stop_on, None, STOPPED["en"]))
    return tuple(steps)


def _entries(plans: Sequence[PlanOnPaper], on: date, language: str) -> tuple[Entry, ...]:
    return tuple(entry for plan in plans if (entry := _entry(plan, on, language)) is not None)


def _entry(plan: PlanOnPaper, on: date, language: str) -> Entry | None:
    """None before a plan begins and after the day of its stop."""
    if plan.stop_on is not None and on >= plan.stop_on:
        stops = Mark.STOPS
        return Entry(plan, STOPPED[language], (), stops, stops.said(language)) if on == plan.stop_on else None
    step = next((one for one in plan.steps if is_running_on(one, on)), None)
    if step is None:
        return None
    taken = taken_of(step.doses) if is_taken_on(step, on) else ()
    words = day_words_in_spanish(step, on) if language == "es" else day_words(step, on)
    if step.first_on in plan.waits_on and step.first_on != on:
        words = f"{words}, {Mark.WAITS.said(language)}"
    mark = _mark(plan, step, on)
    return Entry(plan, words, taken, mark, mark.said(language))


def _mark(plan: PlanOnPaper, step: DrawableStep, on: date) -> Mark:
    if step.first_on != on:
        return Mark.NONE
    if not step.mg_per_day:
        return Mark.PAUSES
    if on in plan.waits_on:
        return Mark.WAITS
    return Mark.CHANGES if any(one.first_on < on for one in plan.steps) else Mark.STARTS
