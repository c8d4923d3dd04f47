"""What the regimen check found about one medication, as a prescriber settles it before signing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clinic.formulary.rules.regimen import (
    UNKNOWN,
    Finding,
    Person,
    Pregnancy,
    RuleSet,
    Severity,
    Sex,
    Span,
    Taken,
    check,
    name_to_check,
)
from clinic.formulary.rules.regimen import Code as RegimenCode
from clinic.formulary.rules.regimen.limits import GENERAL
from clinic.titration.rules.findings import Code
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.person import PersonFacts, Reported
from clinic.titration.rules.plan import DosePlanResult

UNAVAILABLE = "checks_unavailable"
UNAVAILABLE_WORDS = (
    "The safety checks are unavailable: nothing was checked about interactions, allergies or conditions."
)


@dataclass(frozen=True, slots=True)
class RegimenStop:
    """A finding that stops the signing of one medication: which rule in which version, and the highest doses in it.

    `doses` are the highest mg a day of each medication of the finding from the day of the check on; one that is
    not known is left out.
    """

    finding: Finding
    rule_version: str
    doses: Mapping[str, Decimal]

    @property
    def key(self) -> str:
        """What an override names: the rule and the medications."""
        return re.sub("[^a-z0-9]+", "-", "-".join([self.finding.rule, *self.finding.medications]))[:120]

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def words(self) -> str:
        """The sentence a prescriber reads, with its days."""
        return dated_words(self.finding)

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside its override, to tell later whether the same is found again."""
        doses = {name: plain(mg) for name, mg in sorted(self.doses.items())}
        return {**self.finding.to_json(), "rule_version": self.rule_version, "doses": doses}


@dataclass(frozen=True, slots=True)
class ChecksUnavailable:
    """There are no rules to check with: nothing is signed without that very reason."""

    key: str = UNAVAILABLE
    code: str = UNAVAILABLE
    words: str = UNAVAILABLE_WORDS

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside its override."""
        return {"code": self.code}


@dataclass(frozen=True, slots=True)
class RegimenLook:
    """What the check says about one medication among all that a client takes; `stops` are those not yet settled.

    `earlier` is what earlier trials of the same ingredient say to one who starts it; it warns and never stops.
    `unchecked` says what else the client takes that nothing was checked about.
    """

    findings: tuple[Finding, ...]
    stops: tuple[RegimenStop | ChecksUnavailable, ...]
    version: str
    earlier: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def is_available(self) -> bool:
        """Whether anything was checked at all."""
        return bool(self.version)

    @property
    def settled(self) -> list[Finding]:
        """Findings that say stop and that an earlier reason settled."""
        open_now = [stop.finding for stop in self.stops if isinstance(stop, RegimenStop)]
        return [one for one in self.findings if one.severity is Severity.STOP and one not in open_now]

    def of_tier(self, severity: Severity) -> list[Finding]:
        """The findings of one tier."""
        return [finding for finding in self.findings if finding.severity is severity]

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the version that was signed."""
        kept = {"version": self.version, "findings": [finding.to_json() for finding in self.findings]}
        told = {"earlier": list(self.earlier), "unchecked": list(self.unchecked)}
        return kept | {name: sentences for name, sentences in told.items() if sentences}


NOT_CHECKED = RegimenLook((), (ChecksUnavailable(),), "")


def look(
    name: str,
    person: Person,
    taken: Sequence[Taken],
    rules: RuleSet,
    settled: Sequence[Mapping[str, Any]],
    *,
    is_above_own_maximum: bool,
    needs_reasons: bool,
    today: date,
) -> RegimenLook:
    """Check everything taken together and keep what concerns the medication called `name`, today or later.

    The adult maximum is not told twice where the plan itself is above it. Without `needs_reasons` (a change that
    only lowers or stops) findings are told and hold nothing up.
    """
    checked = check(person, taken, rules, today)
    found = [
        finding
        for finding in concerning(checked, name, today=today)
        if not (is_above_own_maximum and finding.rule.startswith(GENERAL))
    ]
    versions = _versions(rules)
    stops = [
        RegimenStop(finding, versions.get(finding.rule, ""), highest_doses(taken, finding, today=today))
        for finding in found
        if finding.severity is Severity.STOP
    ]
    return RegimenLook(
        tuple(found),
        tuple(unsettled(stops, settled)) if needs_reasons else (),
        rules.version,
        unchecked=unchecked_words([one for one in checked if one not in found], today=today),
    )


def is_above_maximum(plan: DosePlanResult) -> bool:
    """Whether the plan by itself takes more than its medication's maximum on some day."""
    return any(finding.code is Code.ABOVE_MAX for finding in plan.findings)


def _versions(rules: RuleSet) -> dict[str, str]:
    """The version of each rule; a general maximum has no row of its own, so that its number stands for it."""
    of_rows = {rule.rule: rule.version for kind in rules.by_kind.values() for rule in kind if rule.version}
    return of_rows | {limit.rule: plain(limit.max_mg) for limit in rules.limits if not limit.version}


def person_to_check(facts: PersonFacts) -> Person:
    """The person as the check wants them; what is not known stays not known."""
    measured = facts.measured
    return Person(
        birth_on=facts.birth_on,
        sex=Sex(facts.sex) if facts.sex in set(Sex) else None,
        pregnancy=Pregnancy(facts.pregnancy),
        conditions=facts.conditions or (),
        allergies=facts.allergies or (),
        egfr=measured.egfr,
        qtc_ms=Decimal(measured.qtc_ms) if measured.qtc_ms is not None else None,
    )


def taken_as_reported(reported: Reported) -> Taken:
    """What others prescribed or the client buys, under its ingredient where it is linked to one, else as written."""
    name = name_to_check(reported.name, reported.ingredient)
    return Taken(name, (Span(reported.first_on, reported.last_on, reported.mg_per_day),))


def dated_words(finding: Finding) -> str:
    """A finding with its days; what stands in brackets already takes them in."""
    text, days = finding.text, _span_words(finding)
    return f"{text[:-1]}; {days[1:]}" if text.endswith(")") else f"{text} {days}"


def _span_words(finding: Finding) -> str:
    """The days of a finding in brackets: "(Mar 5 to Mar 10, 2026)", "(from Mar 5, 2026)"."""
    first, last = finding.first_on, finding.last_on
    if first is None:
        return f"(until {_day(last)})" if last else "(at all times)"
    if last is None:
        return f"(from {_day(first)})"
    return f"(on {_day(first)})" if first == last else f"({_day(first)} to {_day(last)})"


def taken_by_plan(name: str, plan: DosePlanResult) -> Taken:
    """A dose plan as the check reads it: the days of each amount; a pause or a stop is not taken."""
    spans = tuple(
        Span(step.first_on, step.last_on, step.mg_per_day, step.every_days) for step in plan.steps if step.mg_per_day
    )
    return Taken(name, spans)


def concerning(findings: Iterable[Finding], name: str, *, today: date) -> list[Finding]:
    """The findings that name a medication and reach today or later; the others are settled where they arise."""
    wanted = name.lower()
    return [
        finding
        for finding in findings
        if wanted in finding.medications and (finding.last_on is None or finding.last_on >= today)
    ]


def unchecked_words(findings: Iterable[Finding], *, today: date) -> tuple[str, ...]:
    """What of all that is taken today or later nothing was checked about, each medication as it was written."""
    unknown = [
        one
        for one in findings
        if one.code is RegimenCode.UNKNOWN_MEDICATION and (one.last_on is None or one.last_on >= today)
    ]
    whole = dict.fromkeys(f"“{name}”" for one in unknown if one.rule == UNKNOWN for name in one.medications)
    parts = dict.fromkeys(one.text for one in unknown if one.rule != UNKNOWN)
    if not whole:
        return tuple(parts)
    return (f"Not in the formulary, so nothing was checked about: {', '.join(whole)}. Check by hand.", *parts)


def highest_doses(taken: Iterable[Taken], finding: Finding, *, today: date) -> dict[str, Decimal]:
    """The highest mg a day of each medication of a finding from today on; unknown amounts are left out."""
    doses: dict[str, Decimal] = {}
    for entry in taken:
        name = entry.name.strip().lower()
        for span in entry.spans:
            to_come = span.last_on is None or span.last_on >= today
            if name in finding.medications and to_come and span.mg_per_day is not None:
                doses[name] = max(doses.get(name, Decimal()), span.mg_per_day)
    return doses


def unsettled(stops: Iterable[RegimenStop], settled: Sequence[Mapping[str, Any]]) -> list[RegimenStop]:
    """The stops that no earlier override has settled.

    An override settles the same rule in the same version about the same medications, as long as no dose is
    higher and the days reach no further than those it was given for.
    """
    return [stop for stop in stops if not any(_settles(written, stop) for written in settled)]


def _settles(written: Mapping[str, Any], stop: RegimenStop) -> bool:
    finding = stop.finding
    same = (written.get("rule"), written.get("rule_version"), written.get("medications"))
    if same != (finding.rule, stop.rule_version, list(finding.medications)):
        return False
    doses = written.get("doses", {})
    is_higher = any(name not in doses or mg > Decimal(doses[name]) for name, mg in stop.doses.items())
    return not is_higher and not _reaches_further(finding.last_on, written.get("last_on"))


def _reaches_further(last_on: date | None, written: str | None) -> bool:
    if written is None:
        return False
    return last_on is None or last_on > date.fromisoformat(written)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
