"""What a decision would do, shown before it is signed: the days, the units, what a prescriber must know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules import Step, build_plan, running, step_words
from clinic.titration.rules.safety import UNAVAILABLE, RegimenLook, dated_words
from clinic.titration.rules.schedules import Held
from clinic.titration.rules.signing import IsStop, PlanStop, finding_words
from clinic.titration.rules.telling import tell_change
from clinic.visits.rules.decisions import Asked, Proposed, propose, token_of, written_rationale

TONES = {Severity.STOP: "stop", Severity.WARN: "warn", Severity.NOTE: "note"}


class StepLine(NamedTuple):
    """Days and what is taken on them, with the units that make it."""

    first_on: date
    last_on: date | None
    words: str


class FindingLine(NamedTuple):
    """One finding in its tier."""

    tier: str
    words: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision looked at, `told` in plain words.

    `problem` (beside `problem_field`) says why no dose plan can be made of it.
    `stops` are findings that need a reason; `falls_away`: steps planned after the change are no longer taken.
    `rationale` is the portal's own text, `token` what this look stands for.
    """

    asked: Asked
    proposed: Proposed | None
    problem: str
    problem_field: str
    told: str
    steps: tuple[StepLine, ...]
    findings: tuple[FindingLine, ...]
    stops: tuple[IsStop, ...]
    falls_away: bool
    rationale: str
    token: str

    @property
    def lacks_reason(self) -> bool:
        """Whether a finding says stop and no coded reason with words is given."""
        if any((stop.key == UNAVAILABLE) != (self.asked.reason_code == UNAVAILABLE) for stop in self.stops):
            return True
        return bool(self.stops) and not (self.asked.reason_code and self.asked.reason_words.strip())


def look_at(
    asked: Asked,
    order: Mapping[str, Any],
    hold: Callable[[Mapping[str, Any]], Held],
    *,
    medication: str,
    mg_today: Decimal,
    settled: Sequence[Mapping[str, Any]],
    seen: str,
    today: date,
) -> Decided:
    """Look at a decision before it is signed; `settled`: findings with a reason from before, `seen`: what happened."""
    problem = problem_field = told = ""
    proposed = None
    try:
        proposed = propose(asked, order, hold, medication=medication, today=today)
        told = _told(order, proposed, medication) if proposed else ""
    except RuleBroken as refusal:
        problem, problem_field, proposed = refusal.reason, refusal.field or "decision", None
    findings = running.findings_from(proposed.plan, proposed.on) if proposed else ()
    if proposed:
        settled = running.with_moved(settled, build_plan(order), proposed.plan, proposed.on)
    return Decided(
        asked=asked,
        proposed=proposed,
        problem=problem,
        problem_field=problem_field,
        told=told,
        steps=tuple(_line(step) for step in proposed.steps) if proposed else (),
        findings=tuple(FindingLine(TONES[one.severity], finding_words(one)) for one in findings),
        stops=tuple(map(PlanStop, running.unsettled_stops(findings, settled))),
        falls_away=proposed is not None and _falls_away(order, proposed, asked),
        rationale=written_rationale(asked.decision, medication, mg_today, proposed, seen),
        token=token_of(asked),
    )


def with_regimen(decided: Decided, regimen: RegimenLook) -> Decided:
    """The same decision held against all that is taken: what was found is told, what stops needs a reason too."""
    lines = [FindingLine(one.severity.value, dated_words(one)) for one in regimen.findings]
    lines += [FindingLine("warn", sentence) for sentence in regimen.unchecked]
    if not regimen.is_available:
        lines = [FindingLine("stop", stop.words) for stop in regimen.stops]
    return replace(decided, findings=(*decided.findings, *lines), stops=(*decided.stops, *regimen.stops))


def _told(order: Mapping[str, Any], proposed: Proposed, medication: str) -> str:
    old = build_plan(order)
    if running.takes_effect_on(old, proposed.plan) is None:
        raise RuleBroken("This changes nothing: the plan says the same already. Choose Continue.", field="decision")
    return tell_change(medication, old, proposed.plan, proposed.on).words


def _line(step: Step) -> StepLine:
    return StepLine(step.first_on, step.last_on, step_words(step))


def _falls_away(order: Mapping[str, Any], proposed: Proposed, asked: Asked) -> bool:
    """Whether the plan had another amount to come after the day of the change, which is now given up."""
    if asked.decision == "hold" and asked.resume_on:
        return False
    planned = build_plan(order).steps
    return any(step.first_on > proposed.on for step in planned)
