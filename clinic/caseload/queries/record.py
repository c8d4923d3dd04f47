"""The newest rows of one client's record, each list by its composite index; `chart` brings them in one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from clinic.caseload.queries.who import MINE
from clinic.caseload.rules.courses import Course, Missed, StepRow, courses
from clinic.checkins.models import CheckInAnswer
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.core.rows import Rows, RowsWithin
from clinic.intake.models import EvaluationDiagnosis, PsychiatricEvaluation
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries import due_parts
from clinic.plans.models import (
    Goal,
    Intervention,
    InterventionKind,
    MedicationConsent,
    PlanAcknowledgement,
    PlanStatus,
    Problem,
    TreatmentPlan,
)
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment
from clinic.staff.queries import name_of
from clinic.titration.models import DoseChange, DosePlanVersion, MissedDoses, StepGate
from clinic.visits.models import FollowUpVisit

ONE_DAY = timedelta(days=1)
EXCERPT = 200
ANSWERS = 40
RESPONSES = 160
EVALUATIONS = 4
VISITS = 60
CHANGES = 8
OBSERVATIONS = 5
MISSED = 20
APPOINTMENTS = 80


def record_parts(since: datetime) -> dict[str, Subquery]:
    """The lists of a client's record, for a statement about that client; appointments since an instant."""
    return {
        "step_rows": Rows(_steps()),
        "agreed_rows": Rows(MedicationConsent.objects.standing().filter(**MINE).values("medication_id")),
        "gate_rows": Rows(_gates()),
        "missed_rows": Rows(_missed()),
        "appointment_rows": Rows(_appointments(since)),
        "answer_rows": Rows(_answers()),
        "response_rows": Rows(_responses()),
        "plan_rows": Rows(_plans()),
        "evaluation_rows": Rows(_evaluations()),
        "measurement_rows": Rows(_measurements()),
        "visit_rows": Rows(_visits()),
        "change_rows": Rows(_changes()),
        "observation_rows": Rows(_observations()),
        **due_parts(),
    }


def _steps() -> QuerySet[DosePlanVersion, Any]:
    """Every dose plan's doses as signed, newest plan first."""
    return (
        DosePlanVersion.objects.filter(dose_plan__client=OuterRef("pk"), superseded_at=None)
        .order_by("-dose_plan__began_on", "dose_plan_id", "steps__number")
        .values(
            "dose_plan_id", "stop_on", medication=F("dose_plan__medication__name"), treats=F("dose_plan__treats"),
            medication_id=F("dose_plan__medication_id"), ingredient=F("dose_plan__medication__ingredient"),
            step_first_on=F("steps__first_on"), step_last_on=F("steps__last_on"), every_days=F("steps__every_days"),
            day_mg=F("steps__mg_per_day"), words=F("steps__words"),
        )
    )  # fmt: skip


def _gates() -> QuerySet[StepGate, Any]:
    """The steps that wait, and for what."""
    waiting = StepGate.objects.waiting().filter(dose_plan__client=OuterRef("pk"))
    return waiting.values("dose_plan_id", "step_first_on", "waits_for", "measured", "good_from", "good_to")


def _missed() -> QuerySet[MissedDoses, Any]:
    """The days on which doses were not taken, the newest first."""
    found = MissedDoses.objects.filter(version__dose_plan__client=OuterRef("pk")).order_by("-first_missed_on")
    named = {"medication": F("version__dose_plan__medication__name"), "plan_id": F("version__dose_plan")}
    return found.values("first_missed_on", "goes_on_on", **named)[:MISSED]


def _appointments(since: datetime) -> QuerySet[Appointment, Any]:
    """Standing appointments since an instant and to come, newest first."""
    found = appointments_from(since).order_by("-starts_at")
    shown = found.values("id", "starts_at", "kind", "modality", "status", with_name=name_of("clinician"))
    return shown[:APPOINTMENTS]


def appointments_from(instant: datetime) -> QuerySet[Appointment]:
    """Standing appointments from an instant on, for a statement about the client."""
    return Appointment.objects.standing().filter(**MINE, starts_at__gte=instant).order_by("starts_at")


def _answers() -> QuerySet[CheckInAnswer, Any]:
    """The newest check-in answers with their worries and who has read them."""
    found = CheckInAnswer.objects.filter(**MINE).order_by("-answered_at")
    return found.values(
        "id", "answered_at", "feeling", "doses_missed", "side_effects", "wants_call", "words", "worries",
        "is_worrying", medication=F("checkin__dose_plan__medication__name"), step_mg=F("checkin__step_mg"),
        read_at=F("review__at"), read_by=name_of("review__by"), read_words=F("review__words"),
    )[:ANSWERS]  # fmt: skip


def _responses() -> QuerySet[ScaleResponse, Any]:
    """The newest scale responses, of every instrument."""
    found = ScaleResponse.objects.filter(**MINE).newest_first()
    return found.values("instrument", "version", "total", "band", "answered_at", "is_complete", "is_prorated")[
        :RESPONSES
    ]


def _plans() -> QuerySet[TreatmentPlan, Any]:
    """The plan in force and the draft that may stand beside it."""
    part = {"plan": OuterRef("pk")}
    return (
        TreatmentPlan.objects.filter(**MINE, status__in=[PlanStatus.SIGNED, PlanStatus.DRAFT])
        .order_by("number")
        .values(
            "id", "number", "status", "client_words", "review_on", "signed_at",
            signer=name_of("signed_by"),
            problem_rows=RowsWithin(Problem.objects.filter(**part).values("text", "code")),
            goal_rows=RowsWithin(
                Goal.objects.filter(**part).values("text", "measure", "baseline", "target", "target_on")
            ),
            intervention_rows=RowsWithin(
                Intervention.objects.filter(**part).values("kind", "text", "how_often", "responsible")
            ),
            seen_rows=RowsWithin(PlanAcknowledgement.objects.filter(**part).values(name=name_of("by"))),
        )
    )  # fmt: skip


def _evaluations() -> QuerySet[PsychiatricEvaluation, Any]:
    """The newest evaluations, drafts among them, with diagnoses by rank."""
    diagnoses = EvaluationDiagnosis.objects.filter(evaluation=OuterRef("pk"))
    found = PsychiatricEvaluation.objects.filter(**MINE).order_by("-evaluated_on")
    return found.values(
        "id", "evaluated_on", "signed_at", by_name=name_of("prescriber"),
        advice=Left("recommendation", EXCERPT), diagnosis_rows=RowsWithin(diagnoses.values("code", "text")),
    )[:EVALUATIONS]  # fmt: skip


def _measurements() -> QuerySet[Measurement, Any]:
    """The newest value of each kind."""
    found = Measurement.objects.standing().filter(**MINE).newest_of_each_kind()
    return found.values("kind", "value", "unit", "taken_at")


def _visits() -> QuerySet[FollowUpVisit, Any]:
    """The newest follow-up visits, drafts among them, with the beginning of the assessment."""
    found = FollowUpVisit.objects.filter(**MINE).order_by("-visited_on")
    return found.values(
        "id", "visited_on", "signed_at", by_name=name_of("prescriber"), excerpt=Left("assessment", EXCERPT)
    )[:VISITS]


def _changes() -> QuerySet[DoseChange, Any]:
    """The newest dose changes with who has seen them."""
    seen = ChangeAcknowledgement.objects.filter(change=OuterRef("pk"))
    found = DoseChange.objects.filter(**MINE).order_by("-at")
    return found.values(
        "id", "kind", "words", "reason", "takes_effect_on", "at", by_name=name_of("by"),
        seen_rows=RowsWithin(seen.values(name=name_of("by"))),
    )[:CHANGES]  # fmt: skip


def _observations() -> QuerySet[Observation, Any]:
    """The newest observations of therapist and prescriber."""
    found = Observation.objects.filter(**MINE).order_by("-at")
    return found.values("text", "at", by_name=name_of("by"), about=F("change__words"))[:OBSERVATIONS]


def dose_courses(steps: Iterable[dict[str, Any]], missed: Iterable[dict[str, Any]]) -> list[Course]:
    """The courses of every dose plan, from the rows of its steps and of the days that were missed."""
    gaps = [Missed(row["plan_id"], row["first_missed_on"], row["goes_on_on"] - ONE_DAY) for row in missed]
    rows = [
        StepRow(
            s["dose_plan_id"], s["medication"], s["treats"], s["stop_on"], s["step_first_on"], s["step_last_on"],
            s["every_days"], s["day_mg"], s["words"],
        )
        for s in steps
    ]  # fmt: skip
    return courses(rows, gaps)


@dataclass(frozen=True, slots=True)
class PlanOnChart:
    """The plan in force: what it is about, what shall be reached, and what is done by whom."""

    id: UUID
    number: int
    client_words: str
    review_on: date | None
    signed_at: datetime
    signed_by: str
    problems: list[dict[str, Any]]
    goals: list[dict[str, Any]]
    kinds: list[tuple[str, list[dict[str, Any]]]]
    seen_by: list[str]


def plan_in_force(found: Iterable[dict[str, Any]]) -> tuple[PlanOnChart | None, UUID | None]:
    """The plan in force, and the key of the draft that may stand beside it."""
    in_force, draft_id = None, None
    for row in found:
        if row["status"] == PlanStatus.DRAFT:
            draft_id = row["id"]
        else:
            in_force = _plan(row)
    return in_force, draft_id


def _plan(row: dict[str, Any]) -> PlanOnChart:
    by_kind = {kind.value: [i for i in row["intervention_rows"] if i["kind"] == kind] for kind in InterventionKind}
    return PlanOnChart(
        id=row["id"],
        number=row["number"],
        client_words=row["client_words"],
        review_on=row["review_on"],
        signed_at=row["signed_at"],
        signed_by=row["signer"],
        problems=row["problem_rows"],
        goals=row["goal_rows"],
        kinds=[(kind.label, by_kind[kind.value]) for kind in InterventionKind],
        seen_by=[seen["name"] for seen in row["seen_rows"]],
    )
