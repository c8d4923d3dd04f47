"""One medication in place of another: when the new one begins, and both dose plans on one axis of days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Code, Finding, Span, Taken
from clinic.plans.rules import Agreement
from clinic.titration.rules.days import step_on
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.plan import DosePlanResult
from clinic.titration.rules.running import mg_on
from clinic.titration.rules.safety import UNAVAILABLE
from clinic.titration.rules.signing import IsStop, Override
from clinic.titration.rules.steps import Step
from clinic.titration.rules.words import NO_DOSE, with_rhythm

ONE_DAY = timedelta(days=1)


class Begins(StrEnum):
    """When the new medication begins: the day after the old one ended, while it is still taken, after a wash-out."""

    DIRECT = "direct"
    OVERLAP = "overlap"
    WASHOUT = "washout"


class Part(StrEnum):
    """Which of the two medications something is about."""

    LEAVING = "leaving"
    COMING = "coming"


class Together(StrEnum):
    """What is taken of the two on a day."""

    BOTH = "both"
    LEAVING = "leaving"
    COMING = "coming"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Leaving:
    """How the old medication leaves: the whole order as it shall now read, from which day on (None: as it says)."""

    order: Mapping[str, Any]
    on: date | None
    overrides: Sequence[Override] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """How the new medication comes: its order, what it treats, the key of its label schedule, if one.

    `consent` is what was agreed to now; None where consent stands.
    """

    medication_id: UUID
    order: Mapping[str, Any]
    treats: str
    template: str = ""
    overrides: Sequence[Override] = ()
    consent: Agreement | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The first day the wash-out rules allow for the new medication, and the findings that say why."""

    on: date
    because: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PartStop:
    """A stop of one of two medications signed together; its reason is asked for that one alone."""

    part: Part
    medication: str
    stop: IsStop

    @property
    def key(self) -> str:
        return f"{self.part}-{self.stop.key}"

    @property
    def code(self) -> str:
        return self.stop.code

    @property
    def words(self) -> str:
        return f"{self.medication[:1].upper()}{self.medication[1:]}: {self.stop.words}"

    def to_json(self) -> dict[str, Any]:
        return self.stop.to_json()


@dataclass(frozen=True, slots=True)
class SwitchSpan:
    """Days on which the same is taken of both: the step of each that is taken, None where nothing is."""

    first_on: date
    last_on: date | None
    leaving: Step | None
    coming: Step | None

    @property
    def together(self) -> Together:
        """Which of the two is taken; between two doses of one that is not daily it counts as taken."""
        if self.leaving and self.coming:
            return Together.BOTH
        if self.leaving:
            return Together.LEAVING
        return Together.COMING if self.coming else Together.NEITHER

    @property
    def leaving_words(self) -> str:
        """How much is taken of the old medication on a day of it."""
        return _mg_words(self.leaving)

    @property
    def coming_words(self) -> str:
        """How much is taken of the new medication on a day of it."""
        return _mg_words(self.coming)

    @property
    def days(self) -> int | None:
        """How many days; None where there is no end."""
        return (self.last_on - self.first_on).days + 1 if self.last_on else None


def check_another(leaving: str, coming: str) -> None:
    """A switch is to another medication; another dose of the same one is a change of its dose plan."""
    if leaving == coming:
        raise RuleBroken(f"A switch is to another medication. Change the dose plan of {leaving} instead.")


def stops_of_both(leaving: tuple[str, Iterable[IsStop]], coming: tuple[str, Iterable[IsStop]]) -> list[IsStop]:
    """The stops of a switch, each said of its medication; that nothing can be checked is said of both at once."""
    stops: dict[str, IsStop] = {}
    for part, (medication, of_part) in ((Part.LEAVING, leaving), (Part.COMING, coming)):
        for stop in of_part:
            told = stop if stop.key == UNAVAILABLE else PartStop(part, medication, stop)
            stops.setdefault(told.key, told)
    return list(stops.values())


def overrides_of(part: Part, overrides: Iterable[Override]) -> list[Override]:
    """The reasons given for the stops of one of the two, as its own deed names them; "checks unavailable" is both's."""
    prefix = f"{part}-"
    return [
        replace(one, code=one.code.removeprefix(prefix))
        for one in overrides
        if one.code.startswith(prefix) or one.code == UNAVAILABLE
    ]


def reason_asked_as(part: Part, field: str) -> str:
    """The field of the switch that asks what the deed of one of the two asks in `field`."""
    if field == f"override_{UNAVAILABLE}":
        return field
    return field.replace("override_", f"override_{part}-", 1)


def first_day(
    begins: Begins,
    old: DosePlanResult,
    leaving: DosePlanResult,
    on: date,
    *,
    typed: date | None,
    washed_out_on: date | None,
) -> date:
    """The first day of the new medication.

    Direct: the first day without the old one. After a wash-out: the typed day, or the first that the rules allow.
    A cross-taper: the typed day, on which the old one is still taken, or the day of its first cut from `on` on.
    """
    if begins is Begins.OVERLAP:
        return _within(leaving, typed or _first_cut(old, leaving, on))
    if leaving.end_on is None:
        raise RuleBroken("The old medication has no last day. Taper it to 0, or choose a cross-taper.", field="begins")
    if begins is Begins.DIRECT:
        return leaving.end_on
    day = typed or washed_out_on
    if day is None:
        raise RuleBroken("No wash-out can be proposed without the safety checks: give the first day.", field="start_on")
    if day < leaving.end_on:
        raise RuleBroken("The old medication is still taken on this day. Choose a cross-taper.", field="start_on")
    return day


def proposal(found: Iterable[Finding], name: str, first_on: date) -> Proposal:
    """The day from which on no wash-out holds up the medication called `name`, were it begun on `first_on`."""
    because = tuple(
        one
        for one in found
        if one.code is Code.WASHOUT and name.lower() in one.medications and one.first_on == first_on
    )
    return Proposal(max([first_on, *(one.earliest_on for one in because if one.earliest_on)]), because)


def begun_on(name: str, first_on: date) -> Taken:
    """A medication begun on a day, with no end and no amount: enough to ask for wash-outs."""
    return Taken(name, (Span(first_on, None),))


def side_by_side(leaving: DosePlanResult, coming: DosePlanResult, since: date) -> list[SwitchSpan]:
    """Both plans in one list of days from `since` on until neither is taken, a new row wherever either changes."""
    steps = [*leaving.steps, *coming.steps]
    edges = {since, *(step.first_on for step in steps), *(step.last_on + ONE_DAY for step in steps if step.last_on)}
    days = sorted(day for day in edges if day >= since)
    ends = [following - ONE_DAY for following in days[1:]]
    spans = [
        SwitchSpan(first, last, _taken_on(leaving, first), _taken_on(coming, first))
        for first, last in zip(days, [*ends, None], strict=True)
    ]
    while len(spans) > 1 and spans[-1].together is Together.NEITHER:
        spans.pop()
    return spans


def days_of(spans: Iterable[SwitchSpan], together: Together) -> int:
    """On how many days so much of the two is taken; spans without an end are not counted."""
    return sum(span.days or 0 for span in spans if span.together is together)


def _within(leaving: DosePlanResult, day: date | None) -> date:
    if day is None:
        raise RuleBroken("Give the first day: the old medication is not lowered before its end.", field="start_on")
    if leaving.end_on is not None and day >= leaving.end_on:
        raise RuleBroken(
            "The old medication is no longer taken on this day. Choose a direct switch or a wash-out.",
            field="start_on",
        )
    return day


def _first_cut(old: DosePlanResult, leaving: DosePlanResult, on: date) -> date | None:
    """The first day from `on` on with less than was taken then, while something is still taken."""
    before_mg = mg_on(old, on)
    cuts = (max(step.first_on, on) for step in leaving.steps if 0 < step.mg_per_day < before_mg)
    return next((day for day in cuts if mg_on(leaving, day) < before_mg), None)


def _taken_on(plan: DosePlanResult, day: date) -> Step | None:
    step = step_on(plan, day)
    return step if step and step.doses else None


def _mg_words(step: Step | None) -> str:
    """Such as "75 mg a day", "50 mg, every other day", "no dose"."""
    if step is None:
        return NO_DOSE
    mg = f"{plain(step.mg_per_day)} mg"
    return f"{mg} a day" if step.every_days == 1 else with_rhythm(mg, step.every_days)
