"""Reads of what a client brings along."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.formulary.models import Medication
from clinic.formulary.rules import folded
from clinic.intake.models import (
    Allergy,
    HistoryEvent,
    MedicationTrial,
    PregnancyAnswer,
    ProblemHistory,
    ReportedMedication,
)
from clinic.intake.rules import may_be_pregnant
from clinic.scales.models import ScaleResponse

ANSWERS_SHOWN = 10
EVENTS_SHOWN = 50
PROBLEMS_SHOWN = 100
MEDICATIONS_SHOWN = 100


@dataclass(frozen=True)
class History:
    """A client's history as it stands; nothing in `allergies` means that nobody has asked yet.

    Nor in `pregnancy`, whose newest answer comes first.
    """

    allergies: list[Allergy]
    pregnancy: list[PregnancyAnswer]
    may_be_pregnant: bool
    medications: list[ReportedMedication]
    past_medications: list[ReportedMedication]
    trials: list[MedicationTrial]
    problems: list[ProblemHistory]
    events: list[HistoryEvent]

    @property
    def none_known(self) -> Allergy | None:
        """The statement that no allergy is known, where it stands."""
        return next((row for row in self.allergies if row.is_none_known), None)

    @property
    def known_allergies(self) -> list[Allergy]:
        return [row for row in self.allergies if not row.is_none_known]


def history(client: Client) -> History:
    """Everything told, found or imported about a client before us, in six queries."""
    medications = list(
        ReportedMedication.objects.filter(client=client)
        .select_related("medication", "recorded_by")
        .order_by("-last_on", "name")[:MEDICATIONS_SHOWN]
    )
    trials = MedicationTrial.objects.filter(client=client, withdrawn_at=None)
    return History(
        allergies=live_allergies(client),
        pregnancy=list(
            PregnancyAnswer.objects.filter(client=client).newest_first().select_related("recorded_by")[:ANSWERS_SHOWN]
        ),
        may_be_pregnant=may_be_pregnant(client.sex),
        medications=[row for row in medications if row.last_on is None],
        past_medications=[row for row in medications if row.last_on is not None],
        trials=list(trials.select_related("medication", "recorded_by").order_by("recorded_at", "created_at")),
        problems=list(ProblemHistory.objects.filter(client=client)[:PROBLEMS_SHOWN]),
        events=list(HistoryEvent.objects.filter(client=client)[:EVENTS_SHOWN]),
    )


def live_allergies(client: Client) -> list[Allergy]:
    """Allergies that stand, or the statement that none is known; none at all means not asked."""
    return list(Allergy.objects.filter(client=client, withdrawn_at=None).select_related("medication", "recorded_by"))


def newest_pregnancy_answer(client: Client) -> PregnancyAnswer | None:
    """What was last told about being pregnant; None where nobody asked."""
    return PregnancyAnswer.objects.filter(client=client).newest_first().first()


def asked_about_allergies(client: Client) -> bool:
    """Whether anybody has asked: an allergy stands, or the statement that there is none."""
    return Allergy.objects.filter(client=client, withdrawn_at=None).exists()


def latest_scores(client: Client) -> list[ScaleResponse]:
    """The newest response of each instrument."""
    return list(
        ScaleResponse.objects.filter(client=client).order_by("instrument", "-answered_at", "-id").distinct("instrument")
    )


def snapshot(client: Client) -> Mapping[str, Any]:
    """Allergies, medications, trials and newest scores in words, as they stand now: what is signed with the text."""
    told = history(client)
    return {
        "allergies": [[row.substance, row.reaction, row.get_severity_display()] for row in told.allergies],
        "medications": [[row.name, row.dose_text, row.prescribed_by] for row in told.medications],
        "pregnancy": [
            [row.get_status_display(), row.due_on.isoformat() if row.due_on else ""] for row in told.pregnancy[:1]
        ],
        "trials": [
            [
                row.name,
                "" if row.highest_mg is None else f"{row.highest_mg.normalize():f} mg",
                "" if row.weeks is None else f"{row.weeks} week{'' if row.weeks == 1 else 's'}",
                row.get_response_display(),
                row.get_why_stopped_display(),
            ]
            for row in told.trials
        ],
        "scores": [
            [row.instrument, row.total, row.band, local_day(row.answered_at).isoformat()]
            for row in latest_scores(client)
        ],
    }


def medication_named(name: str) -> Medication | None:
    """The medication of the formulary that goes by exactly this name, brand or salt; None for any other text."""
    wanted = folded(name)
    if not wanted:
        return None
    found = Medication.objects.prescribable().filter(Q(names__name=wanted) | Q(name__iexact=wanted)).distinct()[:2]
    return found[0] if len(found) == 1 else None


def medication_names() -> list[str]:
    """Names to offer while a medication is typed."""
    return list(Medication.objects.prescribable().order_by("name").values_list("name", flat=True))
