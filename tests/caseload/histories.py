"""A client's record of two years, planted row by row, in any amount."""

import datetime as dt
from decimal import Decimal

from clinic.checkins.models import AnswerReview, CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.rules import Occasion
from clinic.clients.models import Client
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.intake.models import (
    Allergy,
    EvaluationDiagnosis,
    MedicationTrial,
    Origin,
    PsychiatricEvaluation,
    ReportedMedication,
    TrialResponse,
)
from clinic.monitoring.models import Measurement
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
from clinic.scheduling.models import AppointmentKind, AppointmentStatus
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.visits.models import FollowUpVisit
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.titration import rising_order, started

DRUGS = ["sertraline", "escitalopram", "bupropion XL", "trazodone"]
DAY = dt.timedelta(days=1)


def plant(
    client: Client, prescriber: User, therapist: User, now: dt.datetime, *, drugs: int = 1, times: int = 2
) -> None:
    """Something of everything: `drugs` dose plans, `times` answers, scores, visits, observations and the rest."""
    plan = sign(plan_with_parts(client, prescriber, times), prescriber, now - 90 * DAY)
    PlanAcknowledgement.objects.create(plan=plan, by=therapist, at=now - 80 * DAY)
    evaluated(client, prescriber, now - 100 * DAY)
    for name in DRUGS[:drugs]:
        dosed(client, prescriber, therapist, now - 10 * DAY, name)
    told(client, prescriber, now, times)
    dose_plan = DosePlan.objects.filter(client=client).earliest("created_at")
    for n in range(times):
        answered(dose_plan, now - (n * 7 + 2) * DAY, is_worrying=n % 3 == 0, read_by=prescriber if n % 2 else None)
        scored(client, now - (n * 7 + 2) * DAY, 8 + n % 12)
        visited(client, prescriber, now - (n * 14 + 5) * DAY)
        Observation.objects.create(client=client, text=f"Less withdrawn {n}", by=therapist, at=now - n * DAY)
        Measurement.objects.create(
            client=client,
            kind=f"kind {n % 5}",
            value=Decimal("72.5"),
            unit="kg",
            taken_at=now - n * DAY,
            origin="staff",
        )


def plan_with_parts(client: Client, by: User, times: int) -> TreatmentPlan:
    plan = TreatmentPlan.objects.create(
        client=client, number=1, written_by=by, client_words="I want to sleep and to work again."
    )
    Problem.objects.create(plan=plan, text="Major depressive disorder", code="F33.1")
    for n in range(times):
        Goal.objects.create(plan=plan, text=f"Goal {n}", measure="PHQ-9", baseline="17", target="below 5")
    for kind, words in zip(
        InterventionKind, ["Sertraline", "Weekly CBT", "Walk 30 minutes", "Peer group"], strict=True
    ):
        Intervention.objects.create(plan=plan, kind=kind, text=words, how_often="weekly", responsible="client")
    return plan


def sign(plan: TreatmentPlan, by: User, at: dt.datetime) -> TreatmentPlan:
    plan.status, plan.signed_at, plan.signed_by = PlanStatus.SIGNED, at, by
    plan.save()
    return plan


def evaluated(client: Client, by: User, at: dt.datetime) -> PsychiatricEvaluation:
    evaluation = PsychiatricEvaluation.objects.create(
        client=client, prescriber=by, evaluated_on=at.date(), recommendation="Secret recommendation"
    )
    EvaluationDiagnosis.objects.create(
        evaluation=evaluation, code="F33.1", text="Major depressive disorder, recurrent, moderate", rank=1
    )
    evaluation.signed_at, evaluation.signed_by, evaluation.content_hash = at, by, "planted"
    evaluation.save()
    return evaluation


def dosed(client: Client, by: User, seen_by: User | None, at: dt.datetime, name: str = "sertraline") -> DoseChange:
    medication = MedicationFactory(name=name)
    if not medication.products.exists():
        ProductFactory(medication=medication)
    dose_plan = started(client, medication, by, at, rising_order(at.date()))
    change = DoseChange.objects.get(version__dose_plan=dose_plan)
    if seen_by:
        ChangeAcknowledgement.objects.create(change=change, by=seen_by, at=at + DAY)
    return change


def told(client: Client, by: User, now: dt.datetime, times: int) -> None:
    for n in range(times):
        Allergy.objects.create(
            client=client, substance=f"substance {n}", reaction="hives", severity="severe", origin=Origin.STAFF,
            recorded_at=now - 100 * DAY,
        )  # fmt: skip
        MedicationTrial.objects.create(
            client=client, name=f"fluoxetine {n}", highest_mg=Decimal(40), weeks=8, response=TrialResponse.PARTIAL,
            recorded_by=by, recorded_at=now - 100 * DAY,
        )  # fmt: skip
        ReportedMedication.objects.create(
            client=client, name=f"melatonin {n}", mg_per_day=Decimal("3"), origin=Origin.CLIENT,
            recorded_at=now - 100 * DAY,
        )  # fmt: skip


def answered(
    dose_plan: DosePlan, at: dt.datetime, *, is_worrying: bool = False, read_by: User | None = None
) -> CheckInAnswer:
    checkin = CheckIn.objects.create(
        client=dose_plan.client, dose_plan=dose_plan, step_first_on=at.date(), step_mg=Decimal(50),
        occasion=Occasion.DAY_4, due_on=at.date(), state=CheckInState.ANSWERED, closed_at=at,
    )  # fmt: skip
    answer = CheckInAnswer.objects.create(
        checkin=checkin, client=dose_plan.client, feeling=2 if is_worrying else 4, doses_missed=1,
        side_effects=[{"code": "headache", "words": "Headache", "bother": 1}], words="Sleeping a bit better",
        worries=[{"code": "wants_call", "sentence": "Asked for somebody to call."}] if is_worrying else [],
        is_worrying=is_worrying, answered_at=at,
    )  # fmt: skip
    if read_by:
        AnswerReview.objects.create(answer=answer, by=read_by, at=at, words="Called, all right")
    return answer


def scored(client: Client, at: dt.datetime, total: int, instrument: str = "phq9") -> ScaleResponse:
    return ScaleResponse.objects.create(
        client=client, instrument=instrument, version="1", total=total, band="moderate", answered_at=at,
        answered_by="client",
    )  # fmt: skip


def visited(client: Client, by: User, at: dt.datetime) -> FollowUpVisit:
    appointment = AppointmentFactory(
        client=client, clinician=by, starts_at=at, status=AppointmentStatus.DONE, kind=AppointmentKind.FOLLOW_UP
    )
    visit = FollowUpVisit.objects.create(
        client=client, prescriber=by, appointment=appointment, visited_on=at.date(), assessment="Secret assessment"
    )
    visit.signed_at, visit.signed_by, visit.content_hash = at, by, "planted"
    visit.save()
    return visit
