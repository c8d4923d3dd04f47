"""What happened since the last visit: rows of many kinds turned into dated lines, each naming its source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic.checkins.rules import BOTHER, FEELINGS
from clinic.monitoring.rules import label_of, result_words, shown_unit
from clinic.scales.rules.change import Sign, change_words
from clinic.scales.rules.scoring import FOLLOWED, INSTRUMENTS, Score
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.side_effects import DONE, SEVERITIES

SOURCES = {
    "score": "Scales",
    "measurement": "Results",
    "fill": "Supply",
    "checkin": "Check-in",
    "silent": "Check-in",
    "change": "Dose plan",
    "observation": "Observations",
    "effect": "Side effects",
    "no_show": "Appointment",
    "refill": "Refill request",
}
# Where what is kept by client alone is found, by the kind of its line.
PAGES = {"score": "scales:record", "measurement": "monitoring:results", "fill": "titration:supply"}
ORDER = ("score", "checkin", "silent", "effect", "change", "observation", "measurement", "refill", "fill", "no_show")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened on a day. `tone` is quiet, note, good, warn or stop; `short` sums it up for a sentence.

    `view_name` and `source_id` lead to the row it was taken from; without them the chart is its source.
    """

    kind: str
    on: date
    words: str
    tone: str = "quiet"
    who: str = ""
    short: str = ""
    view_name: str = ""
    source_id: UUID | None = None

    @property
    def source_words(self) -> str:
        """What the link to the source is called."""
        return SOURCES.get(self.kind, "Chart")


def with_source(line: Line, client_id: UUID) -> Line:
    """A line that names no row leads to the client's page of its kind, where there is one."""
    page = PAGES.get(line.kind, "")
    return replace(line, view_name=page, source_id=client_id) if page and not line.view_name else line


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """A check-in answer: `feeling` 1 much worse to 5 much better, doses missed in the last 7 days."""

    id: UUID
    on: date
    medication: str
    step_mg: Decimal
    feeling: int
    doses_missed: int
    side_effects: Sequence[Mapping[str, Any]]
    in_crisis: bool
    words: str
    worries: Sequence[str]
    is_worrying: bool


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """One scored questionnaire as it stands in the record."""

    instrument: str
    version: str
    total: int | None
    band: str
    flags: Sequence[str]
    on: date


@dataclass(frozen=True, slots=True)
class MeasurementFact:
    """One value with its unit, a vital sign or a laboratory result; `critical` says why it must be seen at once."""

    kind: str
    value: Decimal
    unit: str
    on: date
    critical: str = ""


def answer_lines(facts: Iterable[AnswerFact]) -> list[Line]:
    """Each answer as a line; facts come newest first, and the newest is summed up for rationales."""
    return [_answer_line(fact, is_newest=place == 0) for place, fact in enumerate(facts)]


def _answer_line(fact: AnswerFact, *, is_newest: bool) -> Line:
    """Such as "On sertraline 50 mg: feels a little better, 1 dose missed in 7 days, Headache (a lot)"."""
    effects = ", ".join(_effects(fact)) or "no side effects"
    parts = [f"feels {FEELINGS[fact.feeling].lower()}", _missed(fact.doses_missed), effects]
    words = f"On {fact.medication} {plain(fact.step_mg)} mg: {', '.join(parts)}."
    if fact.words:
        words = f"{words} “{fact.words}”"
    if fact.worries:
        words = f"{words} {' '.join(fact.worries)}"
    tone = "stop" if fact.in_crisis else "warn" if fact.is_worrying else "quiet"
    short = f"{_missed(fact.doses_missed)}, {effects} reported" if is_newest else ""
    return Line("checkin", fact.on, words, tone, short=short, view_name="checkins:review", source_id=fact.id)


def effect_words(effect: Mapping[str, Any]) -> str:
    """A side effect in the client's words with how much it bothers: "Headache (quite a bit)"."""
    return f"{effect['words']} ({BOTHER[effect['bother']].lower()})"


def _effects(fact: AnswerFact) -> list[str]:
    """The side effects that bother, the worst first."""
    felt = [effect for effect in fact.side_effects if effect["bother"]]
    return [effect_words(effect) for effect in sorted(felt, key=lambda effect: -effect["bother"])]


def _missed(doses: int) -> str:
    return "no dose missed" if not doses else f"{doses} {'dose' if doses == 1 else 'doses'} missed in 7 days"


def score_lines(facts: Iterable[ScoreFact], since: date | None) -> list[Line]:
    """For each followed scale the newest score beside the one of the last visit; facts come oldest first."""
    lines = []
    by_scale: dict[str, list[ScoreFact]] = {}
    for fact in facts:
        by_scale.setdefault(fact.instrument, []).append(fact)
    for code in FOLLOWED:
        if by_scale.get(code):
            lines.append(_score_line(by_scale[code], since))
    return lines


def _score_line(facts: list[ScoreFact], since: date | None) -> Line:
    *earlier, newest = facts
    title = INSTRUMENTS[newest.instrument].title
    before = [fact for fact in earlier if since is None or fact.on <= since]
    old = before[-1] if since and before else (earlier[0] if earlier else None)
    if old is None or (since is not None and newest.on < since):
        told = "the only score so far" if old is None else "not answered since"
        return Line("score", newest.on, f"{title} {_total(newest)}, {told}", _score_tone(newest, ""))
    change = change_words(_score(old), _score(newest))
    words = f"{title} {old.total} to {_total(newest)} since {day_beside(old.on, newest.on)}: {change}"
    short = f"{title} {old.total} to {newest.total} ({change})"
    return Line("score", newest.on, words, _score_tone(newest, change), short=short)


def _total(fact: ScoreFact) -> str:
    if fact.total is None:
        return "not scored: too few answers"
    flagged = ", with thoughts of death or self-harm" if fact.flags else ""
    return f"{fact.total}{f' ({fact.band})' if fact.band else ''}{flagged}"


def _score_tone(newest: ScoreFact, change: str) -> str:
    if newest.flags or change.endswith(Sign.WORSE):
        return "warn"
    return "good" if change.endswith((Sign.RESPONSE, Sign.REMISSION)) else "quiet"


def _score(fact: ScoreFact) -> Score:
    scale = INSTRUMENTS[fact.instrument]
    return Score(
        fact.instrument, fact.version, fact.total, scale.minimum, scale.maximum, fact.band, True, tuple(fact.flags)
    )


def measurement_lines(facts: Iterable[MeasurementFact]) -> list[Line]:
    """The newest value of each kind beside the first of the time; facts come oldest first."""
    by_kind: dict[str, list[MeasurementFact]] = {}
    for fact in facts:
        by_kind.setdefault(fact.kind, []).append(fact)
    return [_measurement_line(values) for values in by_kind.values()]


def _measurement_line(values: list[MeasurementFact]) -> Line:
    first, newest = values[0], values[-1]
    words = f"{label_of(newest.kind)} {_result(newest)}"
    if first is not newest and shown_unit(first.kind, first.unit) == shown_unit(newest.kind, newest.unit):
        words = f"{words}, was {_result(first)} on {day_beside(first.on, newest.on)}"
    if newest.critical:
        return Line("measurement", newest.on, newest.critical, "stop")
    return Line("measurement", newest.on, words)


def _result(fact: MeasurementFact) -> str:
    return result_words(fact.kind, fact.value, fact.unit)


def noted_words(effect: str, medication: str, mg_per_day: Decimal, severity: int, done: str, remark: str) -> str:
    """A side effect as staff noted it: on how much a day (mg), how much it bothers (0-3), what was done about it."""
    parts = [f"{effect} on {medication} {plain(mg_per_day)} mg: {SEVERITIES[severity].lower()}"]
    parts += [part for part in (DONE.get(done, ""), remark.rstrip(".")) if part]
    return ". ".join(parts)


def refill_words(medication: str, days: int | None, asked_by: str, outcome: str) -> str:
    """Who asked to renew the supply of a medication, for how many days, and how it ended."""
    how_long = f", {days} days" if days else ""
    return f"Refill of {medication} asked by {asked_by.lower()}{how_long}: {outcome.lower() or 'waits for a decision'}"


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Newest first; on one day scores before check-ins, changes and the rest."""
    return sorted(lines, key=lambda line: (-line.on.toordinal(), ORDER.index(line.kind) if line.kind in ORDER else 99))


def summary(lines: Iterable[Line]) -> str:
    """What happened in one sentence for a rationale: scores first, then the newest check-in."""
    parts = [line.short for line in sorted(lines, key=lambda line: line.kind != "score") if line.short]
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def day_beside(day: date, other: date) -> str:
    """A day as it is told beside another: without its year where both are of one."""
    return f"{day:%b} {day.day}" if day.year == other.year else f"{day:%b} {day.day}, {day.year}"
