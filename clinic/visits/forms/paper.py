"""A signed visit on paper: the same parts as on its page, as values for the sheet."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from clinic.core.templatetags.clinic_ui import day, instant
from clinic.visits.models import CoSignature, FollowUpVisit, MedicationDecision, VisitAddendum
from clinic.visits.rules.note import DomainWords

NOTHING = "Nothing written."


def on_paper(
    *,
    visit: FollowUpVisit,
    mental_status: Sequence[DomainWords],
    not_assessed: Sequence[str],
    problems: Sequence[DomainWords],
    vitals: Sequence[DomainWords],
    telehealth: Sequence[DomainWords],
    adherence: Sequence[DomainWords],
    decisions: Iterable[MedicationDecision],
    addenda: Iterable[VisitAddendum],
    cosignature: CoSignature | None,
) -> dict[str, Any]:
    """The values of the sheet. What is not there is said, so that nobody takes it for forgotten."""
    found = [*map(_line, mental_status), *([f"Not assessed: {'; '.join(not_assessed)}"] if not_assessed else [])]
    parts = [
        ("Telehealth", [*map(_line, telehealth)]),
        ("What the client reports", _text(visit.subjective)),
        ("How doses were taken", [*map(_line, adherence)]),
        ("Vital signs", [*map(_line, vitals)] or ["Not recorded"]),
        ("Mental status", found or ["Not recorded"]),
        ("Assessment", [*map(_line, problems), *_text(visit.assessment)]),
        ("Risk to self or others", [visit.get_risk_answer_display()]),
        ("Medications", [*map(_decision, decisions)] or ["No medication was running."]),
        ("Time spent", [f"{visit.minutes} minutes"] if visit.minutes else []),
        ("What follows", _text(visit.next_steps)),
    ]
    return {
        "title": f"{visit.get_kind_display()}, {visit.get_modality_display().lower()}",
        "client": visit.client.name,
        "born": day(visit.client.birth_on),
        "visited": day(visit.visited_on),
        "paper": "us-letter",
        "clinic": {"name": settings.CLINIC_NAME, "phone": settings.CLINIC_PHONE, "hours": settings.CLINIC_HOURS},
        "parts": [{"title": title, "lines": lines} for title, lines in parts if lines],
        "signatures": _signatures(visit, cosignature),
        "addenda": [
            {"title": f"{one.written_by.title}, {instant(one.written_at)}", "lines": _text(one.text)} for one in addenda
        ],
    }


def _line(one: DomainWords) -> str:
    return f"{one.label}: {one.words}"


def _text(text: str) -> list[str]:
    return text.splitlines() if text.strip() else [NOTHING]


def _decision(row: MedicationDecision) -> str:
    told = [f"{row.get_decision_display()} {row.dose_plan.medication.name}" if row.dose_plan else ""]
    told += [row.change.words if row.change else "", row.rationale]
    return ". ".join(part.rstrip(".") for part in told if part) + "."


def _signatures(visit: FollowUpVisit, cosignature: CoSignature | None) -> list[str]:
    signed = visit.signed_by.title if visit.signed_by else ""
    lines = [f"Signed by {signed}, {instant(visit.signed_at)}."]
    if cosignature is not None:
        lines.append(f"Co-signed by {cosignature.by.title}, {instant(cosignature.at)}.")
    elif visit.supervisor is not None:
        lines.append(f"Waits for the signature of {visit.supervisor.title}.")
    return lines
