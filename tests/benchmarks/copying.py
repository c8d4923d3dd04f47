"""One client's record, made once by the services, copied onto many clients inside the database."""

from collections.abc import Iterable

from django.db import connection, models

from clinic.checkins.models import AnswerReview, CheckIn, CheckInAnswer
from clinic.clients.models import Client
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.intake.models import (
    Allergy,
    EvaluationDiagnosis,
    MedicationTrial,
    PsychiatricEvaluation,
    ReportedMedication,
)
from clinic.monitoring.models import Measurement
from clinic.plans.models import Goal, Intervention, PlanAcknowledgement, Problem, TreatmentPlan
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan, DosePlanVersion, DoseStep
from clinic.visits.models import FollowUpVisit

# What belongs to a client, and by which way.
RECORD: dict[type[models.Model], str] = {
    Allergy: "client",
    MedicationTrial: "client",
    ReportedMedication: "client",
    PsychiatricEvaluation: "client",
    EvaluationDiagnosis: "evaluation__client",
    TreatmentPlan: "client",
    Problem: "plan__client",
    Goal: "plan__client",
    Intervention: "plan__client",
    PlanAcknowledgement: "plan__client",
    DosePlan: "client",
    DosePlanVersion: "dose_plan__client",
    DoseStep: "version__dose_plan__client",
    DoseChange: "client",
    ChangeAcknowledgement: "change__client",
    CheckIn: "client",
    ScaleResponse: "client",
    CheckInAnswer: "client",
    AnswerReview: "answer__client",
    Appointment: "client",
    FollowUpVisit: "client",
    Observation: "client",
    Measurement: "client",
}
COPIES = """
    CREATE TEMPORARY TABLE copies (
        client_id uuid, template_id uuid, prescriber_id uuid, therapist_id uuid, shift interval
    )
"""


def without_triggers() -> None:
    """For this transaction, signed rows and history may be planted in bulk, however long it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")


def copy_records(
    wanted: Iterable[tuple[object, ...]], templates: Iterable[Client], prescriber: User, therapist: User
) -> None:
    """Give each client of `wanted` (client, template, prescriber, therapist, shift) the record of its template.

    Whatever the templates' prescriber or therapist did, the client's own did; appointments move by `shift`, so
    that nobody is booked twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS copies")
        cursor.execute(COPIES)
        with cursor.copy("COPY copies FROM STDIN") as rows:
            for row in wanted:
                rows.write_row(row)
        cursor.execute("ANALYZE copies")
        for template in templates:
            for model, way in RECORD.items():
                ids = list(model._default_manager.filter(**{way: template}).values_list("pk", flat=True))
                cursor.execute(_insert(model), [prescriber.pk, therapist.pk] * _people(model) + [ids, template.pk])


def _columns(model: type[models.Model]) -> list[tuple[str, str]]:
    return [(field.column, _value(model, field)) for field in model._meta.concrete_fields]


def _people(model: type[models.Model]) -> int:
    return sum("%s" in value for _, value in _columns(model))


def _value(model: type[models.Model], field: models.Field) -> str:
    source = f'source."{field.column}"'
    target = field.related_model
    if field.primary_key or target in RECORD:
        return f"md5({source}::text || copies.client_id::text)::uuid"
    if target is Client:
        return "copies.client_id"
    if target is User:
        return f"CASE {source} WHEN %s THEN copies.prescriber_id WHEN %s THEN copies.therapist_id ELSE {source} END"
    if model is Appointment and field.name in {"starts_at", "ends_at"}:
        return f"{source} + copies.shift"
    return source


def _insert(model: type[models.Model]) -> str:
    table, columns = model._meta.db_table, _columns(model)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    values = ", ".join(value for _, value in columns)
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" AS source CROSS JOIN copies'  # noqa: S608
        " WHERE source.id = ANY(%s) AND copies.template_id = %s"
    )
