"""The note of a visit: its parts, the mental status by domain, what must stand in it before it is signed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clinic.core.rules import RuleBroken, StaleRecord, unless
from clinic.intake.rules.evaluation import MENTAL_STATUS, Domain

NOT_ASSESSED = "not assessed"
LONGEST_WORDS = 300
LOOKED_AT = (
    "appearance",
    "behavior",
    "speech",
    "mood",
    "affect",
    "thought_process",
    "thought_content",
    "perception",
    "attention",
    "insight",
    "movements",
)
# What a medication check looks at, in the words of the evaluation: a finding is chosen or told in own words.
DOMAINS: dict[str, Domain] = {domain.key: domain for domain in MENTAL_STATUS if domain.key in LOOKED_AT}
RISK_ANSWERS = {"none": "No thoughts of self-harm or harm to others", "present": "Present: see assessment"}
NOTE_TEXTS = ("subjective", "assessment", "risk_answer", "next_steps", "minutes")
NOTE_MAPS = ("mental_status", "problems", "vitals", "telehealth", "adherence")


class Problem(NamedTuple):
    """What stands between a draft and its signature, and the form field where it is put right."""

    field: str
    words: str

    @property
    def refusal(self) -> RuleBroken:
        """As it is told beside its field."""
        return RuleBroken(self.words, field=self.field)


class NotReady(RuleBroken):
    """The visit cannot be signed yet; `problems` names everything that is missing."""

    def __init__(self, problems: list[Problem]) -> None:
        first, *others = (problem.refusal for problem in problems)
        super().__init__(first.reason, field=first.field, others=others)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Note:
    """What is written in a visit; `mental_status` is `{domain: {"choice": finding, "words": text}}`.

    `problems` is `{problem: {"course": …, "at_goal": …, "text": …}}` for problems of the plan, `vitals` what was
    measured and `minutes` the time spent, both as typed; `telehealth` is the record of a visit by telehealth,
    `adherence` how doses were taken, as told.
    """

    subjective: str = ""
    mental_status: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    assessment: str = ""
    risk_answer: str = ""
    next_steps: str = ""
    problems: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vitals: Mapping[str, str] = field(default_factory=dict)
    telehealth: Mapping[str, str] = field(default_factory=dict)
    adherence: Mapping[str, str] = field(default_factory=dict)
    minutes: str = ""


class DomainWords(NamedTuple):
    """One domain of the mental status as it is read."""

    label: str
    words: str


def refusals_of_note(note: Note) -> list[RuleBroken | None]:
    """Mental status and risk are told by the clinic's own findings; anything else is refused."""
    refusals = []
    for domain, found in note.mental_status.items():
        findings = DOMAINS[domain].findings if domain in DOMAINS else ()
        is_finding = domain in DOMAINS and found.get("choice", "") in {"", NOT_ASSESSED, *findings}
        refusals.append(unless(is_finding, "Choose a finding from the list.", field=f"ms_{domain}"))
    is_answer = not note.risk_answer or note.risk_answer in RISK_ANSWERS
    return [*refusals, unless(is_answer, "Choose an answer from the list.", field="risk_answer")]


def too_long(field: str, what: str, text: str, most: int = LONGEST_WORDS) -> list[Problem]:
    """A draft keeps texts of any length as they were typed; signed they have so many characters at most."""
    words = f"Keep {what} to {most} characters: there are {len(text):,}."
    return [Problem(field, words)] if len(text) > most else []


def missing_in(note: Note) -> list[Problem]:
    """A signed note answers the risk question, says what the prescriber makes of it all, and is brief by domain."""
    problems = []
    for domain, found in note.mental_status.items():
        problems += too_long(f"ms_{domain}_words", f"“{DOMAINS[domain].label}”", found.get("words", ""))
    if not note.assessment.strip():
        problems.append(Problem("assessment", "Write the assessment."))
    if not note.risk_answer:
        problems.append(Problem("risk_answer", "Answer the question about risk."))
    return problems


def tidy(mental_status: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The mental status without domains that nobody touched."""
    return {
        domain: {"choice": found.get("choice", ""), "words": found.get("words", "").strip()}
        for domain, found in mental_status.items()
        if found.get("choice") or found.get("words", "").strip()
    }


def as_signed(mental_status: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The mental status as it is signed: each domain touched or marked as not assessed; none is taken for normal."""
    untouched = {"choice": NOT_ASSESSED, "words": ""}
    return {domain: dict(mental_status.get(domain) or untouched) for domain in DOMAINS}


def mental_status_words(mental_status: Mapping[str, Mapping[str, str]]) -> list[DomainWords]:
    """Each touched domain in the order of the examination: "down; tearful when speaking of work"."""
    lines = []
    for key, domain in DOMAINS.items():
        found = mental_status.get(key, {})
        told = [part for part in (found.get("choice", ""), found.get("words", "")) if part]
        if told:
            lines.append(DomainWords(domain.label, "; ".join(told)))
    return lines


def note_fields(note: Note) -> dict[str, str]:
    """The note by form field, for the form and for showing both texts after a stale save."""
    fields = {name: getattr(note, name) for name in NOTE_TEXTS}
    for domain in DOMAINS:
        found = note.mental_status.get(domain, {})
        fields[f"ms_{domain}"] = found.get("choice", "")
        fields[f"ms_{domain}_words"] = found.get("words", "")
    return fields


def check_version(seen: int, stands: int, theirs: Mapping[str, str], *, what: str = "visit") -> None:
    """A save starts from the version that stands; another one is refused with what stands now."""
    if seen != stands:
        raise StaleRecord(
            f"This {what} was saved elsewhere after you opened it here.", theirs=dict(theirs), version=stands
        )


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of what is signed, as JSON with sorted keys: the same content has the same hash."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
