"""The newest rows of one client's record, each list by its composite index."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import Left

from clinic.caseload.queries.rows import rows
from clinic.caseload.rules.courses import Course, StepRow, courses
from clinic.caseload.rules.timeline import ScorePoint, ScoreSeries
from clinic.checkins.models import CheckInAnswer
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.core.queries import prepared
from clinic.intake.models import EvaluationDiagnosis, PsychiatricEvaluation
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules import label_of, result_words
from clinic.plans.models import (
    Goal,
    Intervention,
    InterventionKind,
    PlanAcknowledgement,
    PlanStatus,
    Problem,
    TreatmentPlan,
)
from clinic.scales.models import ScaleResponse
from clinic.scales.rules import INSTRUMENTS, Score, change_words
from clinic.scheduling.models import Appointment
from clinic.titration.models import DoseChange, DosePlanVersion
from clinic.visits.models import FollowUpVisit

EXCERPT = 200
ANSWERS = 40
RESPONSES = 160
VISITS = 60
CHANGES = 8
OBSERVATIONS = 5
APPOINTMENTS = 80


def dose_courses(client_id: UUID) -> list[Course]:
    """Every dose plan's doses as signed, newest plan first."""
    return courses(StepRow(*row) for row in _steps(client_id))


@prepared
def _steps(client_id: UUID) -> QuerySet[DosePlanVersion, Any]:
    return (
        DosePlanVersion.objects.filter(dose_plan__client=client_id, superseded_at=None)
        .order_by("-dose_plan__began_on", "dose_plan_id", "steps__number")
        .values_list(
            "dose_plan_id", "dose_plan__medication__name", "dose_plan__treats", "stop_on", "steps__first_on",
            "steps__last_on", "steps__every_days", "steps__mg_per_day", "steps__words",
        )
    )  # fmt: skip


@prepared
def appointments(client_id: UUID, since: datetime) -> QuerySet[Appointment, Any]:
    """Standing appointments since an instant and to come, newest first."""
    found = Appointment.objects.standing().filter(client=client_id, starts_at__gte=since).order_by("-starts_at")
    shown = found.values("id", "starts_at", "kind", "modality", "status", with_name=F("clinician__full_name"))
    return shown[:APPOINTMENTS]


@prepared
def answers(client_id: UUID) -> QuerySet[CheckInAnswer, Any]:
    """The newest check-in answers with their worries and who has read them."""
    found = CheckInAnswer.objects.filter(client=client_id).order_by("-answered_at")
    return found.values(
        "id", "answered_at", "feeling", "doses_missed", "side_effects", "wants_call", "words", "worries",
        "is_worrying", medication=F("checkin__dose_plan__medication__name"), mg=F("checkin__step_mg"),
        read_at=F("review__at"), read_by=F("review__by__full_name"), read_words=F("review__words"),
    )[:ANSWERS]  # fmt: skip


@prepared
def responses(client_id: UUID) -> QuerySet[ScaleResponse, Any]:
    """The newest scale responses, of every instrument."""
    found = ScaleResponse.objects.filter(client=client_id).newest_first()
    return found.values("instrument", "version", "total", "band", "answered_at", "is_complete", "is_prorated")[
        :RESPONSES
    ]


@dataclass(frozen=True, slots=True)
class NewestScore:
    """The newest total of one instrument and how it differs from the one before."""

    title: str
    total: int | None
    maximum: int | None
    band: str
    answered_at: datetime
    change: str
    before_on: datetime | None


def newest_scores(found: Iterable[dict[str, Any]]) -> list[NewestScore]:
    """One line an instrument, from responses that come newest first."""
    by_instrument: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_instrument.setdefault(row["instrument"], []).append(row)
    return [_newest(code, given) for code, given in by_instrument.items()]


def _newest(code: str, given: list[dict[str, Any]]) -> NewestScore:
    newest, before = given[0], given[1] if len(given) > 1 else None
    instrument = INSTRUMENTS.get(code)
    change = change_words(_score(before), _score(newest)) if before and instrument else ""
    return NewestScore(
        title=instrument.title if instrument else code,
        total=newest["total"],
        maximum=instrument.maximum if instrument else None,
        band=newest["band"],
        answered_at=newest["answered_at"],
        change=change,
        before_on=before["answered_at"] if before else None,
    )


def _score(row: dict[str, Any]) -> Score:
    scale = INSTRUMENTS[row["instrument"]]
    return Score(
        scale.code, row["version"], row["total"], scale.minimum, scale.maximum, row["band"], row["is_complete"], ()
    )


def score_series(found: Iterable[dict[str, Any]], *, sex: str) -> list[ScoreSeries]:
    """Totals over time of each instrument, from responses that come newest first."""
    by_instrument: dict[str, list[ScorePoint]] = {}
    for row in found:
        if row["total"] is not None:
            point = ScorePoint(row["answered_at"].date(), row["total"], row["band"])
            by_instrument.setdefault(row["instrument"], []).insert(0, point)
    return [_series(code, points, sex) for code, points in by_instrument.items()]


def _series(code: str, points: list[ScorePoint], sex: str) -> ScoreSeries:
    scale = INSTRUMENTS.get(code)
    if scale is None:
        return ScoreSeries(code, 0, max(point.total for point in points), (), tuple(points))
    bands = scale.bands.get("") or scale.bands.get(sex) or ()
    lines = tuple((band.at_least, band.name) for band in bands[1:])
    return ScoreSeries(scale.title, scale.minimum, scale.maximum, lines, tuple(points))


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


def plans(client_id: UUID) -> tuple[PlanOnChart | None, UUID | None]:
    """The plan in force and the draft that may stand beside it."""
    in_force, draft_id = None, None
    for plan in _plan_rows(client_id):
        if plan.status == PlanStatus.DRAFT:
            draft_id = plan.pk
        else:
            in_force = _plan(plan)
    return in_force, draft_id


@prepared
def _plan_rows(client_id: UUID) -> QuerySet[TreatmentPlan]:
    part = {"plan": OuterRef("pk")}
    return (
        TreatmentPlan.objects.filter(client=client_id, status__in=[PlanStatus.SIGNED, PlanStatus.DRAFT])
        .annotate(
            signer=F("signed_by__full_name"),
            problem_rows=rows(Problem.objects.filter(**part), text="text", code="code"),
            goal_rows=rows(
                Goal.objects.filter(**part),
                text="text", measure="measure", baseline="baseline", target="target", on="target_on",
            ),
            intervention_rows=rows(
                Intervention.objects.filter(**part), kind="kind", text="text", often="how_often", who="responsible"
            ),
            seen_rows=rows(PlanAcknowledgement.objects.filter(**part), name=F("by__full_name")),
        )
        .order_by("number")
    )  # fmt: skip


def _plan(plan: Any) -> PlanOnChart:
    for goal in plan.goal_rows:
        goal["on"] = date.fromisoformat(goal["on"]) if goal["on"] else None
    by_kind = {kind.value: [i for i in plan.intervention_rows if i["kind"] == kind] for kind in InterventionKind}
    return PlanOnChart(
        id=plan.pk,
        number=plan.number,
        client_words=plan.client_words,
        review_on=plan.review_on,
        signed_at=plan.signed_at,
        signed_by=plan.signer,
        problems=plan.problem_rows,
        goals=plan.goal_rows,
        kinds=[(kind.label, by_kind[kind.value]) for kind in InterventionKind],
        seen_by=[row["name"] for row in plan.seen_rows],
    )


@prepared
def evaluations(client_id: UUID) -> QuerySet[PsychiatricEvaluation, Any]:
    """The newest evaluations, drafts among them, with diagnoses by rank."""
    diagnoses = EvaluationDiagnosis.objects.filter(evaluation=OuterRef("pk"))
    found = PsychiatricEvaluation.objects.filter(client=client_id).order_by("-evaluated_on")
    return found.values(
        "id", "evaluated_on", "signed_at", by_name=F("prescriber__full_name"),
        advice=Left("recommendation", EXCERPT), diagnosis_rows=rows(diagnoses, code="code", text="text"),
    )[:4]  # fmt: skip


def measurements(client_id: UUID) -> list[dict[str, Any]]:
    """The newest value of each kind, in words."""
    return [
        {
            "kind": label_of(row["kind"]),
            "words": result_words(row["kind"], row["value"], row["unit"]),
            "taken_at": row["taken_at"],
        }
        for row in _measurements(client_id)
    ]


@prepared
def _measurements(client_id: UUID) -> QuerySet[Measurement, Any]:
    found = Measurement.objects.standing().filter(client=client_id).newest_of_each_kind()
    return found.values("kind", "value", "unit", "taken_at")


@prepared
def visits(client_id: UUID) -> QuerySet[FollowUpVisit, Any]:
    """The newest follow-up visits, drafts among them, with the beginning of the assessment."""
    found = FollowUpVisit.objects.filter(client=client_id).order_by("-visited_on")
    return found.values(
        "id", "visited_on", "signed_at", by_name=F("prescriber__full_name"), excerpt=Left("assessment", EXCERPT)
    )[:VISITS]


@prepared
def changes(client_id: UUID) -> QuerySet[DoseChange, Any]:
    """The newest dose changes with who has seen them."""
    seen = ChangeAcknowledgement.objects.filter(change=OuterRef("pk"))
    found = DoseChange.objects.filter(client=client_id).order_by("-at")
    return found.values(
        "id", "kind", "words", "reason", "takes_effect_on", "at", by_name=F("by__full_name"),
        seen_rows=rows(seen, name=F("by__full_name"), id="by"),
    )[:CHANGES]  # fmt: skip


@prepared
def observations(client_id: UUID) -> QuerySet[Observation, Any]:
    """The newest observations of therapist and prescriber."""
    found = Observation.objects.filter(client=client_id).order_by("-at")
    return found.values("text", "at", by_name=F("by__full_name"), about=F("change__words"))[:OBSERVATIONS]
