"""What a psychiatric evaluation asks, what must stand before it is signed, and the hash of what was signed.

Sections and mental-status domains follow the documentation of CPT 90792 and the topics of the APA Practice
Guidelines for the Psychiatric Evaluation of Adults (3rd ed., 2016). The risk questions are the clinic's own
plain wording, not a published instrument.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clinic.core.rules import RuleBroken

NOT_ASSESSED = "not assessed"

# Field of the evaluation: what a reader calls it.
SECTIONS: Mapping[str, str] = {
    "reason": "Reason, in the client's words",
    "present_illness": "History of present illness",
    "psychiatric_history": "Psychiatric history",
    "substance_use": "Substance use",
    "medical_history": "Medical history",
    "family_history": "Family history",
    "social_history": "Social history",
    "risk_formulation": "Risk formulation",
    "formulation": "Formulation",
    "recommendation": "Recommendation",
}


@dataclass(frozen=True)
class RiskQuestion:
    """A question every evaluation answers with yes, no or not clear; `is_danger` if yes means danger now."""

    key: str
    text: str
    is_danger: bool


RISK_ANSWERS: Mapping[str, str] = {"no": "No", "yes": "Yes", "unclear": "Not clear"}
PROTECTIVE = "protective"
RISK_QUESTIONS = (
    RiskQuestion("wish_to_die", "Wishes to be dead, or not to wake up, in the last month", is_danger=True),
    RiskQuestion("thoughts", "Thinks of ending their life, in the last month", is_danger=True),
    RiskQuestion("plan", "Has thought out how they would do it", is_danger=True),
    RiskQuestion("intent", "Intends to act on it, or has begun to prepare", is_danger=True),
    RiskQuestion("attempts", "Has ever tried to end their life", is_danger=False),
    RiskQuestion("self_harm", "Has harmed themselves without wishing to die", is_danger=False),
    RiskQuestion("means", "Has firearms, stored medication or other means within reach", is_danger=False),
    RiskQuestion("harm_to_others", "Thinks of hurting somebody else", is_danger=True),
)
PRESENT_DANGER = frozenset(question.key for question in RISK_QUESTIONS if question.is_danger)


@dataclass(frozen=True)
class Domain:
    """One domain of the mental status and the short findings offered for it; own words go beside them."""

    key: str
    label: str
    findings: tuple[str, ...]


MENTAL_STATUS = (
    Domain("appearance", "Appearance", ("well groomed", "casual", "disheveled", "looks unwell")),
    Domain("behavior", "Behavior and movement", ("calm", "restless", "agitated", "slowed")),
    Domain("attitude", "Attitude", ("cooperative", "guarded", "withdrawn", "hostile")),
    Domain("eye_contact", "Eye contact", ("good", "fleeting", "avoided", "staring")),
    Domain("speech", "Speech", ("normal rate and volume", "slow", "pressured", "soft", "monotone")),
    Domain("mood", "Mood, in the client's words", ("good", "down", "anxious", "irritable", "elated")),
    Domain("affect", "Affect", ("full range", "congruent", "constricted", "flat", "labile")),
    Domain("thought_process", "Thought process", ("linear", "circumstantial", "tangential", "flight of ideas")),
    Domain("thought_content", "Thought content", ("no delusions", "preoccupied", "obsessions", "delusions")),
    Domain("perception", "Perception", ("no hallucinations", "auditory", "visual", "other")),
    Domain("orientation", "Orientation", ("person, place, time and situation", "partly", "disoriented")),
    Domain("attention", "Attention", ("sustained", "distractible", "impaired")),
    Domain("memory", "Memory", ("intact", "recent impaired", "remote impaired")),
    Domain("knowledge", "Fund of knowledge and abstraction", ("as expected", "limited")),
    Domain("insight", "Insight", ("good", "partial", "poor")),
    Domain("judgment", "Judgment", ("good", "fair", "poor")),
    Domain("movements", "Abnormal movements", ("none seen", "tremor", "akathisia", "dyskinesia", "tics")),
    Domain("gait", "Gait", ("steady", "unsteady", "slow")),
)


@dataclass(frozen=True)
class Draft:
    """What a prescriber has written so far; what is left out is empty.

    `sections` by the names of SECTIONS; `risk_answers` {key: {"answer": "no", "detail": ""}}, what protects under
    PROTECTIVE with its detail alone; `mental_status` {key: {"findings": ["calm"], "words": ""}}, where NOT_ASSESSED
    is a finding.
    """

    evaluated_on: date
    sections: Mapping[str, str] = field(default_factory=dict)
    risk_answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mental_status: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    diagnosis_deferred_because: str = ""


@dataclass(frozen=True)
class Diagnosed:
    """A diagnosis as it stands in the evaluation; rank 1 is the principal."""

    code: str
    text: str
    rank: int


@dataclass(frozen=True)
class Content:
    """What an evaluation says in full: what was written, the diagnoses, and the history that stands beside it."""

    draft: Draft
    diagnoses: tuple[Diagnosed, ...]
    history: Mapping[str, Any]


def check_evaluated_on(evaluated_on: date, *, today: date) -> None:
    """An evaluation happened today or before."""
    if evaluated_on > today:
        raise RuleBroken("The day of the evaluation lies in the future.", field="evaluated_on")


def differences(standing: Draft, mine: Draft) -> dict[str, str]:
    """What stands, by field of the page, wherever it reads differently from what was sent."""
    theirs, ours = in_fields(standing), in_fields(mine)
    return {name: text for name, text in theirs.items() if text != ours[name]}


def in_fields(draft: Draft) -> dict[str, str]:
    """A draft as the fields of its page, in words."""
    words = {"evaluated_on": draft.evaluated_on.isoformat()}
    words |= {name: draft.sections.get(name, "") for name in SECTIONS}
    words["diagnosis_deferred_because"] = draft.diagnosis_deferred_because
    for key in [*(question.key for question in RISK_QUESTIONS), PROTECTIVE]:
        answer = draft.risk_answers.get(key, {})
        words[f"risk_{key}"] = answer.get("answer", "")
        words[f"risk_{key}_detail"] = answer.get("detail", "")
    for domain in MENTAL_STATUS:
        found = draft.mental_status.get(domain.key, {})
        words[f"status_{domain.key}"] = ", ".join(found.get("findings", []))
        words[f"status_{domain.key}_words"] = found.get("words", "")
    return words


def dangers(risk_answers: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The risk questions answered yes that mean danger now, in their own words."""
    return [
        question.text
        for question in RISK_QUESTIONS
        if question.is_danger and risk_answers.get(question.key, {}).get("answer") == "yes"
    ]


def missing_before_signing(content: Content, *, asked_about_allergies: bool) -> list[tuple[str, str]]:
    """What still keeps an evaluation from being signed: (place on the page, sentence), in the order of the page.

    Every section has text, every risk question an answer and what protects is told, each domain of the mental
    status is described or said to be not assessed, allergies were asked, and there is a diagnosis or the
    reason why none is made yet.
    """
    missing = [(name, f"{label}: nothing written.") for name, label in SECTIONS.items() if not _said(content, name)]
    if not asked_about_allergies:
        missing.append(("allergies", "Allergies: not asked yet. “None known” is an answer."))
    for question in RISK_QUESTIONS:
        if content.draft.risk_answers.get(question.key, {}).get("answer") not in RISK_ANSWERS:
            missing.append((f"risk_{question.key}", f"Risk: “{question.text}” has no answer."))
    if not content.draft.risk_answers.get(PROTECTIVE, {}).get("detail", "").strip():
        missing.append((f"risk_{PROTECTIVE}", "Risk: what protects the client is not told."))
    for domain in MENTAL_STATUS:
        found = content.draft.mental_status.get(domain.key, {})
        if not (found.get("findings") or found.get("words", "").strip()):
            missing.append((f"status_{domain.key}", f"Mental status: {domain.label} is not described."))
    if not content.diagnoses and not content.draft.diagnosis_deferred_because.strip():
        missing.append(("diagnoses", "Diagnoses: none chosen, and no reason why it is deferred."))
    return missing


def hash_of(content: Content, *, client_id: str, prescriber_id: str) -> str:
    """SHA-256 (hex) of the canonical form of what is signed: sorted keys, UTF-8, no white space."""
    canonical = {
        "client": client_id,
        "prescriber": prescriber_id,
        "evaluated_on": content.draft.evaluated_on.isoformat(),
        "sections": dict(content.draft.sections),
        "risk_answers": content.draft.risk_answers,
        "mental_status": content.draft.mental_status,
        "diagnoses": [[d.rank, d.code, d.text] for d in sorted(content.diagnoses, key=lambda d: (d.rank, d.code))],
        "diagnosis_deferred_because": content.draft.diagnosis_deferred_because,
        "history": content.history,
    }
    text = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _said(content: Content, name: str) -> bool:
    return bool(content.draft.sections.get(name, "").strip())
