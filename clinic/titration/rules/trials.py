"""How each medication that was taken went: how far, how long at an effective dose, with what outcome, why it ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import recognize
from clinic.scales.rules.scoring import INSTRUMENTS
from clinic.titration.rules.numbers import percent_of
from clinic.titration.rules.supply import Days, Fill

ONE_DAY = timedelta(days=1)
DAYS_A_WEEK = 7
# Clinic rule: half the earlier score or less is a response, as the file of the PHQ-9 has it.
RESPONSE_PERCENT = 50
SIDE_EFFECTS = "side_effects"
NO_EFFECT = "no_effect"


class Adequacy(StrEnum):
    """Whether a trial was long enough at an effective dose to be judged by."""

    ADEQUATE = "adequate"
    INADEQUATE = "inadequate"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What became better of it, by score or as told."""

    REMISSION = "remission"
    RESPONSE = "response"
    PARTIAL = "partial"
    NONE = "none"
    WORSE = "worse"
    UNKNOWN = "unknown"

    @property
    def is_benefit(self) -> bool:
        """Remission, or half the score or less."""
        return self in {Outcome.REMISSION, Outcome.RESPONSE}


class Verdict(StrEnum):
    """What a trial says for the choice of the next medication."""

    RUNNING = "running"
    HELPED = "helped"
    PARTIAL = "partial"
    FAILED = "failed"
    INTOLERANCE = "intolerance"
    INADEQUATE = "inadequate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Dosed:
    """Days on which the same was taken: mg on a day of taking, every so many days; `last_on` None is open-ended.

    `words` and `doses` are those of the signed step.
    """

    first_on: date
    last_on: date | None
    mg_per_day: Decimal
    every_days: int = 1
    words: str = ""
    doses: Sequence[dict[str, Any]] = ()

    @property
    def average_mg(self) -> Decimal:
        """The mg a day, spread over the days between two doses."""
        return self.mg_per_day / self.every_days


@dataclass(frozen=True, slots=True)
class Total:
    """The total of one scale on a day; lower is better."""

    instrument: str
    on: date
    total: int


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The last total before a medication and the newest while it was taken."""

    before: Total
    after: Total

    @property
    def percent_better(self) -> Decimal:
        """By how many percent of the earlier total the later one is lower; below zero where it is higher."""
        return percent_of(Decimal(self.before.total - self.after.total), Decimal(self.before.total))

    @property
    def outcome(self) -> Outcome:
        """Response at 50 % lower; remission and worsening by the thresholds of the scale's own file alone."""
        thresholds = INSTRUMENTS[self.after.instrument].change
        remission = thresholds.remission_at_most if thresholds else None
        worse = thresholds.worse_points if thresholds else None
        if remission is not None and self.after.total <= remission:
            return Outcome.REMISSION
        if (self.before.total - self.after.total) * 100 >= self.before.total * RESPONSE_PERCENT:
            return Outcome.RESPONSE
        is_worse = worse is not None and self.after.total - self.before.total >= worse
        return Outcome.WORSE if is_worse else Outcome.NONE


@dataclass(frozen=True, slots=True)
class Own:
    """A dose plan as a trial: `least_mg` is the least effective dose in mg a day (None: not known here).

    `stop_on` is the first day without it, `not_taken` are days whose doses were missed; `why_ended` is a code.
    """

    dose_plan_id: UUID
    medication: str
    ingredient: str
    least_mg: Decimal | None
    dosed: Sequence[Dosed]
    not_taken: Sequence[Days] = ()
    fills: Sequence[Fill] = ()
    stop_on: date | None = None
    why_ended: str = ""
    ended_words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A trial of before as the evaluation has it: highest mg a day and weeks as told, None where not known."""

    trial_id: UUID
    medication: str
    ingredient: str
    least_mg: Decimal | None
    highest_mg: Decimal | None
    weeks: int | None
    outcome: Outcome
    why_ended: str
    is_taken_still: bool
    told_on: date
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One line of the trial ledger. `first_on` is None for a trial that was told, `told_on` for an own one.

    `days_at_dose` are the days at or above `least_mg`; of one that was told, all the days that it was taken.
    """

    key: UUID
    medication: str
    ingredient: str
    first_on: date | None
    last_on: date | None
    told_on: date | None
    highest_mg: Decimal | None
    least_mg: Decimal | None
    days_at_dose: int | None
    adequacy: Adequacy
    outcome: Outcome
    verdict: Verdict
    score: ScoreChange | None
    why_ended: str
    ended_words: str

    @property
    def is_own(self) -> bool:
        """Whether it was prescribed here, so that its days and doses are known."""
        return self.told_on is None


def own_trial(own: Own, totals: Sequence[Total], *, weeks_needed: int, today: date) -> Trial | None:
    """A dose plan as a trial; None for one that has not begun. Days count until yesterday or its last day.

    Adequate: `weeks_needed` weeks at or above the least effective dose without a break in the plan; days of missed
    doses do not count and break nothing.
    """
    first_on = min((one.first_on for one in own.dosed if one.mg_per_day), default=None)
    if first_on is None or first_on > today or (own.stop_on is not None and own.stop_on <= first_on):
        return None
    has_ended = own.stop_on is not None and own.stop_on <= today
    end_on = own.stop_on if own.stop_on is not None and has_ended else today
    begun = [one for one in own.dosed if one.first_on <= end_on]
    days = days_at_or_above(begun, own.least_mg, own.not_taken, until=end_on - ONE_DAY)
    adequacy = _adequacy(days, weeks_needed)
    change = score_change(totals, first_on, end_on)
    outcome = change.outcome if change else Outcome.UNKNOWN
    return Trial(
        key=own.dose_plan_id,
        medication=own.medication,
        ingredient=own.ingredient,
        first_on=first_on,
        last_on=end_on - ONE_DAY if has_ended else None,
        told_on=None,
        highest_mg=max(one.mg_per_day for one in begun),
        least_mg=own.least_mg,
        days_at_dose=days,
        adequacy=adequacy,
        outcome=outcome,
        verdict=verdict_of(adequacy, outcome, own.why_ended) if has_ended else Verdict.RUNNING,
        score=change,
        why_ended=own.why_ended if has_ended else "",
        ended_words=own.ended_words if has_ended else "",
    )


def told_trial(told: Told, *, weeks_needed: int) -> Trial:
    """A trial of before, judged by what was told: too short or too low for certain, adequate as told, or not known."""
    adequacy = _told_adequacy(told, weeks_needed)
    return Trial(
        key=told.trial_id,
        medication=told.medication,
        ingredient=told.ingredient,
        first_on=None,
        last_on=None,
        told_on=told.told_on,
        highest_mg=told.highest_mg,
        least_mg=told.least_mg,
        days_at_dose=None if told.weeks is None else told.weeks * DAYS_A_WEEK,
        adequacy=adequacy,
        outcome=told.outcome,
        verdict=Verdict.RUNNING if told.is_taken_still else verdict_of(adequacy, told.outcome, told.why_ended),
        score=None,
        why_ended=told.why_ended,
        ended_words=told.detail,
    )


def _told_adequacy(told: Told, weeks_needed: int) -> Adequacy:
    if told.weeks is not None and told.weeks < weeks_needed:
        return Adequacy.INADEQUATE
    if told.highest_mg is None or told.least_mg is None:
        return Adequacy.UNKNOWN
    if told.highest_mg < told.least_mg:
        return Adequacy.INADEQUATE
    return Adequacy.UNKNOWN if told.weeks is None else Adequacy.ADEQUATE


def verdict_of(adequacy: Adequacy, outcome: Outcome, why_ended: str) -> Verdict:
    """What an ended trial says. Stopped for side effects before it was adequate is intolerance, not failure.

    Failed is only what was adequate and brought no response, or was stopped because it did not help.
    """
    if outcome.is_benefit:
        return Verdict.HELPED
    if why_ended == SIDE_EFFECTS and adequacy is not Adequacy.ADEQUATE:
        return Verdict.INTOLERANCE
    if adequacy is Adequacy.INADEQUATE:
        return Verdict.INADEQUATE
    if adequacy is Adequacy.UNKNOWN:
        return Verdict.UNKNOWN
    if why_ended == NO_EFFECT or outcome in {Outcome.NONE, Outcome.WORSE}:
        return Verdict.FAILED
    return Verdict.PARTIAL if outcome is Outcome.PARTIAL else Verdict.UNKNOWN


def days_at_or_above(
    dosed: Sequence[Dosed], least_mg: Decimal | None, not_taken: Sequence[Days], *, until: date
) -> int | None:
    """The days of the longest unbroken run at or above a dose, up to a day; None where the dose is not known."""
    if least_mg is None:
        return None
    longest = 0
    for first, last in _runs(dosed, least_mg, until):
        missed = {day for gap in not_taken for day in _days(max(first, gap[0]), min(last, gap[1]))}
        longest = max(longest, (last - first).days + 1 - len(missed))
    return longest


def _runs(dosed: Sequence[Dosed], least_mg: Decimal, until: date) -> list[Days]:
    runs: list[Days] = []
    for one in sorted(dosed, key=lambda one: one.first_on):
        last_on = min(one.last_on or until, until)
        if one.average_mg < least_mg or last_on < one.first_on:
            continue
        if runs and runs[-1][1] + ONE_DAY == one.first_on:
            runs[-1] = (runs[-1][0], last_on)
        else:
            runs.append((one.first_on, last_on))
    return runs


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _adequacy(days: int | None, weeks_needed: int) -> Adequacy:
    if days is None:
        return Adequacy.UNKNOWN
    return Adequacy.ADEQUATE if days >= weeks_needed * DAYS_A_WEEK else Adequacy.INADEQUATE


def score_change(totals: Sequence[Total], first_on: date, end_on: date) -> ScoreChange | None:
    """The change of the scale on which the client stood furthest up its range when a medication began.

    From the newest total up to the first day to the newest after it, up to `end_on`; None where one is wanting, or
    where the first lay in the lowest band of its scale: there was nothing to respond.
    """
    changes = []
    for instrument in sorted({one.instrument for one in totals}):
        own = sorted((one for one in totals if one.instrument == instrument), key=lambda one: one.on)
        before = [one for one in own if one.on <= first_on]
        after = [one for one in own if first_on < one.on <= end_on]
        if before and after and before[-1].total >= _least_to_lose(instrument):
            changes.append(ScoreChange(before[-1], after[-1]))
    return max(changes, key=_share_of_range, default=None)


def _least_to_lose(instrument: str) -> int:
    """The total at which the second band of a scale begins; of one without bands, the first above its lowest."""
    scale = INSTRUMENTS[instrument]
    return next((band.at_least for band in scale.bands.get("", ())[1:]), scale.minimum + 1)


def _share_of_range(change: ScoreChange) -> Decimal:
    scale = INSTRUMENTS[change.before.instrument]
    return Decimal(change.before.total - scale.minimum) / (scale.maximum - scale.minimum)


def check_ended(stop_on: date | None, today: date) -> None:
    """Why a medication ended can be said once it has: `stop_on` is the first day without it."""
    if stop_on is None or stop_on > today:
        raise RuleBroken("This medication is still taken. Say why it ended once it has.", field="why")


def adequate_failures(trials: Iterable[Trial]) -> list[Trial]:
    """The trials that were adequate and failed: the evidence that the next step is asked by."""
    return [trial for trial in trials if trial.verdict is Verdict.FAILED]


def of_ingredient(trials: Iterable[Trial], ingredient: str) -> list[Trial]:
    """The trials of one active ingredient, whatever its form or release, also within a combination."""
    return [trial for trial in trials if names_ingredient(trial.ingredient, ingredient)]


def names_ingredient(written: str, ingredient: str) -> bool:
    """Whether a name or text is of an ingredient: it is its name, or names it among others."""
    wanted = ingredient.casefold()
    found = recognize(written)
    return written.casefold() == wanted or (found is not None and wanted in found.names)
