"""What is known before one medication is signed in the place of another, and what the page shows of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.safestring import SafeString

from clinic.formulary.models import Medication
from clinic.formulary.rules.regimen import Span, Taken
from clinic.titration.facts import stops_before
from clinic.titration.models import DosePlan
from clinic.titration.queries.plans import Preview, previewed
from clinic.titration.queries.safety import Before
from clinic.titration.queries.surroundings import PlanTaken, Surroundings
from clinic.titration.queries.trials import warnings_before
from clinic.titration.rules import DosePlanResult, running
from clinic.titration.rules.drawing import draw_switch
from clinic.titration.rules.safety import taken_by_plan
from clinic.titration.rules.signing import IsStop, PlanStop
from clinic.titration.rules.switching import (
    Proposal,
    SwitchSpan,
    Together,
    days_of,
    side_by_side,
    stops_of_both,
)

ONE_DAY = timedelta(days=1)
# What was taken until now stands before what comes.
DAYS_BEFORE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SwitchBefore:
    """What stands before one signature for two medications: of each, what stops it and what was found.

    `settled_own` are findings of the old dose plan itself that have their reason.
    """

    leaving: Before
    coming: Before
    stops: list[IsStop]
    settled_own: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Switching:
    """A running dose plan, the medication that shall come in its place, and all else that both are checked against.

    `earlier` is what earlier trials of the new medication say, `tests` what must be answered for before it begins.
    """

    dose_plan: DosePlan
    medication: Medication
    around: Surroundings
    earlier: tuple[str, ...]
    tests: Sequence[IsStop] = ()

    def washed_out(self, leaving: DosePlanResult) -> Proposal | None:
        """The first day on which no wash-out holds up the new medication; None without rules or a last day."""
        if leaving.end_on is None:
            return None
        return self.around.begun(self.medication, leaving.end_on, self._reading(leaving))

    def asks_for_washout(self, day: date) -> bool:
        """Whether a wash-out would hold up the new medication, were the old one last taken the day before `day`."""
        until_then = Taken(self.dose_plan.medication.ingredient, (Span(None, day - ONE_DAY),))
        found = self.around.begun(self.medication, day, self._in_its_place(until_then))
        return found is not None and bool(found.because)

    def before(self, old: DosePlanResult, leaving: DosePlanResult, day: date, coming: DosePlanResult) -> SwitchBefore:
        """What the two deeds will ask, one after the other: the old medication's change, then the new one's start."""
        old_look = self.around.look(
            self.dose_plan.medication, leaving, needs_reasons=running.is_higher_anywhere(old, leaving, day)
        )
        settled = running.with_moved(self.around.settled_of(self.dose_plan.pk), old, leaving, day)
        own = running.unsettled_stops(running.findings_from(leaving, day), settled)
        first = Before([*map(PlanStop, own), *old_look.stops], old_look)
        new_look = self.around.look(self.medication, coming, beside=self._reading(leaving))
        # What nothing is checked about is the same of both, and told once.
        first = replace(first, regimen=replace(old_look, unchecked=()))
        new_look = replace(new_look, earlier=self.earlier)
        second = Before([*map(PlanStop, coming.stops), *new_look.stops, *self.tests], new_look)
        stops = stops_of_both((self.dose_plan.medication.name, first.stops), (self.medication.name, second.stops))
        return SwitchBefore(first, second, stops, settled)

    def _reading(self, leaving: DosePlanResult) -> PlanTaken:
        """The old dose plan as it is about to read."""
        return self._in_its_place(taken_by_plan(self.dose_plan.medication.ingredient, leaving))

    def _in_its_place(self, taken: Taken) -> PlanTaken:
        return PlanTaken(self.dose_plan.pk, self.dose_plan.medication_id, taken)


@dataclass(frozen=True, slots=True)
class SwitchPreview:
    """Both plans not yet signed as a page shows them: each by itself, and side by side from the first day on."""

    leaving: Preview
    coming: Preview
    spans: list[SwitchSpan]
    picture: SafeString
    overlap_days: int
    gap_days: int


def switching_of(dose_plan: DosePlan, medication: Medication, around: Surroundings, *, now: datetime) -> Switching:
    """Everything a switch is checked against."""
    earlier = warnings_before(dose_plan.client, medication, around.today)
    tests = stops_before(dose_plan.client, medication, now)
    return Switching(dose_plan, medication, around, earlier, tests)


def previewed_switch(
    switching: Switching,
    before: SwitchBefore,
    leaving: DosePlanResult,
    coming: DosePlanResult,
    day: date,
) -> SwitchPreview:
    """Both plans as the page shows them, the old one from the day it changes on."""
    today = switching.around.today
    spans = side_by_side(leaving, coming, min(today, max(leaving.order.start_on, today - DAYS_BEFORE)))
    return SwitchPreview(
        leaving=previewed(leaving, day, before.settled_own, before.leaving.regimen),
        coming=previewed(coming, regimen=before.coming.regimen),
        spans=spans,
        picture=draw_switch(spans, switching.dose_plan.medication.name, switching.medication.name, today),
        overlap_days=days_of(spans, Together.BOTH),
        gap_days=days_of(spans, Together.NEITHER),
    )
