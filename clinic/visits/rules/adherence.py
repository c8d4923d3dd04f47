"""Whether a medication is taken: by check-ins, by fills and by what was recorded at visits; each names its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.checkins.rules.adherence import DosesTold, told_words
from clinic.titration.rules.gates import day_words
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.supply import Cover, Days, cover_of, draws_of
from clinic.titration.rules.trials import Own
from clinic.visits.rules.doses_told import NONE_MISSED
from clinic.visits.rules.doses_told import missed_words as doses_missed_words


@dataclass(frozen=True, slots=True)
class Said:
    """One thing known about taking it; `view_name` and `source_id` lead to where it was taken from."""

    words: str
    tone: str
    source: str
    view_name: str
    source_id: UUID


@dataclass(frozen=True, slots=True)
class VisitTold:
    """What a client told at a visit of how doses were taken, of all medications together."""

    visit_id: UUID
    on: date
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Adherence:
    """What is known about whether one medication is taken; nothing at all is said, never guessed."""

    dose_plan_id: UUID
    medication: str
    said: tuple[Said, ...]


def adherence_of(
    own: Own, told: Sequence[DosesTold], client_id: UUID, *, today: date, at_visit: VisitTold | None = None
) -> Adherence:
    """The newest check-ins (answers of this dose plan, the newest first), the newest signed visit at which it was
    asked while this plan ran, the days covered by fills, missed days.
    """
    said = []
    if at_visit and own.dosed and own.dosed[0].first_on <= at_visit.on <= (own.stop_on or today):
        tone = "quiet" if at_visit.told.get("missed", NONE_MISSED) == NONE_MISSED else "warn"
        said.append(Said(visit_words(at_visit), tone, "Visit", "visits:visit", at_visit.visit_id))
    if told:
        tone = "warn" if told[0].missed else "quiet"
        words = told_words([(one.on, one.missed) for one in told], told[0].because)
        said.append(Said(words, tone, "Check-in", "checkins:review", told[0].answer_id))
    cover = cover_of(draws_of(own.dosed), own.fills, min(own.stop_on or today, today), own.not_taken)
    if cover is not None:
        tone = "quiet" if cover.is_adherent else "warn"
        said.append(Said(cover_words(cover), tone, "Supply", "titration:supply", client_id))
    if own.not_taken:
        words = missed_words(own.not_taken)
        said.append(Said(words, "quiet", "Dose plan", "titration:dose_plan", own.dose_plan_id))
    return Adherence(own.dose_plan_id, own.medication, tuple(said))


def visit_words(at_visit: VisitTold) -> str:
    """Such as "at the visit of Mar 5, 2026, of all medications: doses missed in 7 days: 2; helps: a pill box"."""
    told = at_visit.told
    parts = [f"doses missed in 7 days: {doses_missed_words(told)}"] if told.get("missed") else []
    parts += [f"helps: {told['helped']}"] if told.get("helped") else []
    return f"at the visit of {day_words(at_visit.on)}, of all medications: {'; '.join(parts)}"


def cover_words(cover: Cover) -> str:
    """Such as "supply covered 92 % of days, 33 of 36 since Feb 1, 2026"."""
    below = "" if cover.is_adherent else ", under 80 %"
    counted = f"{cover.days_covered} of {cover.days_due} since {day_words(cover.since)}"
    return f"supply covered {plain(cover.percent)} % of days, {counted}{below}"


def missed_words(missed: Sequence[Days]) -> str:
    """The days that a prescriber recorded as missed, the newest of them and how many there were."""
    first, last = max(missed)
    days = day_words(first) if first == last else f"{day_words(first)} to {day_words(last)}"
    others = len(missed) - 1
    more = f" and {others} time{'s' if others > 1 else ''} before" if others else ""
    return f"recorded as missed: {days}{more}"
