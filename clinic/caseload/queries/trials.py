"""The page on how each medication of a client went."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.intake.models.history import WhyStopped
from clinic.titration.queries.side_effects import EffectLine
from clinic.titration.rules.trial_words import (
    VERDICTS,
    adequacy_words,
    days_words,
    dose_words,
    evidence_words,
    score_words,
)
from clinic.titration.rules.trials import Trial, Verdict
from clinic.visits.queries.response import response_of
from clinic.visits.rules.adherence import Said


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One trial in words; `dose_plan_id` is None for one that was told."""

    dose_plan_id: UUID | None
    medication: str
    verdict: tuple[str, str, str]
    days: str
    dose: str
    adequacy: str
    outcome: str
    why_code: str
    why_ended: str
    ended_words: str
    can_say_why: bool
    is_taken_now: bool
    adherence: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class TrialsPage:
    """Every trial of a client, the adequate failures with their evidence, side effects; `taken` may have some."""

    client: Client
    today: date
    weeks_needed: int
    trials: list[TrialLine]
    failures: list[tuple[str, str]]
    effects: list[EffectLine]
    taken: list[tuple[UUID, str]]


def trials_page(client: Client, now: datetime) -> TrialsPage:
    """The trial ledger of a client as the page shows it; a flat number of queries."""
    today = local_day(now)
    response = response_of(client.pk, today)
    ledger = response.ledger
    return TrialsPage(
        client=client,
        today=today,
        weeks_needed=ledger.weeks_needed,
        trials=[_line(trial, response.said_of(trial), ledger.weeks_needed) for trial in ledger.trials],
        failures=[(trial.medication, evidence_words(trial)) for trial in ledger.failures],
        effects=response.effects,
        taken=[(trial.key, trial.medication) for trial in ledger.trials if trial.is_own],
    )


def _line(trial: Trial, adherence: tuple[Said, ...], weeks_needed: int) -> TrialLine:
    return TrialLine(
        dose_plan_id=trial.key if trial.is_own else None,
        medication=trial.medication,
        verdict=VERDICTS[trial.verdict],
        days=days_words(trial),
        dose=dose_words(trial),
        adequacy=adequacy_words(trial, weeks_needed),
        outcome=score_words(trial.score, trial.outcome),
        why_code=trial.why_ended,
        why_ended=WhyStopped(trial.why_ended).label if trial.why_ended else "",
        ended_words=trial.ended_words,
        can_say_why=trial.is_own and trial.last_on is not None,
        is_taken_now=trial.verdict is Verdict.RUNNING,
        adherence=adherence,
    )
