"""Deeds on psychiatric evaluations: begin, save, diagnose, sign once, add."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.intake import queries, rules
from clinic.intake.icd10 import describe
from clinic.intake.models import EvaluationAddendum, EvaluationDiagnosis, PsychiatricEvaluation
from clinic.intake.services.history import locked_client
from clinic.risk.models import RiskAlert, RiskKind
from clinic.risk.services import raise_alert as raise_risk_alert
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.scheduling.services import mark
from clinic.staff.models import User
from clinic.staff.roles import Role

STILL_TO_COME = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED)


@transaction.atomic
def start_evaluation(*, client_id: UUID, by: User, now: datetime) -> PsychiatricEvaluation:
    """Begin an evaluation of a client of one's own, with the reason as it was told; one's own draft is resumed."""
    client = locked_client(client_id, by)
    draft = queries.own_draft(by, client)
    if draft is not None:
        return draft
    if by.role != Role.PRESCRIBER:
        raise RuleBroken("A psychiatric evaluation is made by a prescriber.")
    evaluation = PsychiatricEvaluation(
        client=client,
        prescriber=by,
        evaluated_on=local_day(now),
        reason=queries.reason_told(client),
    )
    evaluation.save(force_insert=True)
    record("evaluation_started", by=by, subject=evaluation)
    return evaluation


@transaction.atomic
def save_evaluation(
    *, evaluation_id: UUID, version: int, draft: rules.Draft, by: User, now: datetime
) -> PsychiatricEvaluation:
    """Save what a draft says. Text that already stands is no change, whatever the version.

    Raises StaleRecord with the text that stands where it was saved after `version` was opened, RuleBroken where
    the evaluation is signed.
    """
    evaluation = _own_draft(evaluation_id, by)
    rules.check_evaluated_on(draft.evaluated_on, today=local_day(now))
    standing = queries.draft_of(evaluation)
    draft = replace(draft, sections={name: draft.sections.get(name, "") for name in rules.SECTIONS})
    if draft == standing:
        return evaluation
    if evaluation.version != version:
        raise StaleRecord(
            "This evaluation was saved after you opened it here.",
            theirs=rules.differences(standing, draft),
            version=evaluation.version,
        )
    for name, text in draft.sections.items():
        setattr(evaluation, name, text)
    evaluation.evaluated_on = draft.evaluated_on
    evaluation.risk_answers = {key: dict(answer) for key, answer in draft.risk_answers.items()}
    evaluation.mental_status = {key: dict(found) for key, found in draft.mental_status.items()}
    evaluation.diagnosis_deferred_because = draft.diagnosis_deferred_because
    evaluation.version += 1
    evaluation.clean_fields()
    written = [*rules.SECTIONS, "evaluated_on", "risk_answers", "mental_status", "diagnosis_deferred_because"]
    evaluation.save(update_fields=[*written, "version", "updated_at"])
    record("evaluation_saved", by=by, subject=evaluation, version=evaluation.version)
    return evaluation


@transaction.atomic
def add_diagnosis(*, evaluation_id: UUID, code: str, by: User, now: datetime) -> EvaluationDiagnosis:
    """Add a billable ICD-10-CM code after those that stand; the first is the principal. Once is enough."""
    evaluation = _own_draft(evaluation_id, by)
    text = describe(code)
    wanted = code.strip().upper()
    standing = queries.diagnoses_of(evaluation)
    for row in standing:
        if row.code.replace(".", "") == wanted.replace(".", ""):
            return row
    plain = wanted.replace(".", "")
    dotted = f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain
    diagnosis = EvaluationDiagnosis(evaluation=evaluation, code=dotted, text=text, rank=len(standing) + 1)
    diagnosis.clean_fields()
    diagnosis.save(force_insert=True)
    record("diagnosis_added", by=by, subject=diagnosis, client_id=evaluation.client_id, code=dotted)
    return diagnosis


@transaction.atomic
def make_principal(*, evaluation_id: UUID, code: str, by: User, now: datetime) -> None:
    """Put a diagnosis first; the others keep their order."""
    evaluation = _own_draft(evaluation_id, by)
    rows = queries.diagnoses_of(evaluation)
    _rank(sorted(rows, key=lambda row: (row.code != code, row.rank)))
    record("diagnosis_made_principal", by=by, subject=evaluation, code=code)


@transaction.atomic
def remove_diagnosis(*, evaluation_id: UUID, code: str, by: User, now: datetime) -> None:
    """Take a diagnosis out of a draft; gone already is as good."""
    evaluation = _own_draft(evaluation_id, by)
    rows = queries.diagnoses_of(evaluation)
    gone = [row for row in rows if row.code == code]
    for row in gone:
        row.delete()
        record("diagnosis_removed", by=by, subject=evaluation, code=code)
    _rank([row for row in rows if row not in gone])


@transaction.atomic
def sign_evaluation(*, evaluation_id: UUID, seen: str = "", by: User, now: datetime) -> PsychiatricEvaluation:
    """Sign an evaluation once: with its history and its SHA-256 it never changes again, additions are addenda.

    `seen` is the hash of what the signer had before their eyes; StaleRecord if it reads differently by now.
    Raises RuleBroken while something is missing. Signed already by the same person is signed. The appointment it was
    booked for is done with it.
    """
    evaluation = _locked(evaluation_id, by)
    if evaluation.is_signed:
        return evaluation
    content = queries.content_of(evaluation)
    missing = rules.missing_before_signing(
        content, asked_about_allergies=queries.asked_about_allergies(evaluation.client)
    )
    if missing:
        raise RuleBroken(f"Not signed: {len(missing)} things are still missing. They are listed above.")
    digest = hash_of(evaluation, content)
    if seen and seen != digest:
        raise StaleRecord(
            "The evaluation or the history beside it changed after you opened this page. Read it again, then sign.",
            theirs={},
            version=evaluation.version,
        )
    evaluation.signed_at, evaluation.signed_by = now, by
    evaluation.content_hash, evaluation.signed_history = digest, dict(content.history)
    evaluation.save(update_fields=["signed_at", "signed_by", "content_hash", "signed_history", "updated_at"])
    record("evaluation_signed", by=by, subject=evaluation, content_hash=digest)
    _close_appointments(evaluation, by, now)
    return evaluation


def _close_appointments(evaluation: PsychiatricEvaluation, by: User, now: datetime) -> None:
    """Appointments of its day are done, unless the front desk already said what became of them."""
    booked = Appointment.objects.filter(
        client=evaluation.client, clinician=by, kind=AppointmentKind.EVALUATION, status__in=STILL_TO_COME,
        starts_at__date=evaluation.evaluated_on,
    )  # fmt: skip
    for key in booked.values_list("pk", flat=True):
        mark(appointment_id=key, status=AppointmentStatus.DONE, by=by, now=now)


@transaction.atomic
def add_addendum(*, evaluation_id: UUID, text: str, by: User, now: datetime) -> EvaluationAddendum:
    """Add a correction or addition to a signed evaluation of one's own; the very same words again are one."""
    evaluation = _locked(evaluation_id, by)
    if not evaluation.is_signed:
        raise RuleBroken("This evaluation is not signed yet: write in the evaluation itself.")
    if not text.strip():
        raise RuleBroken("Write what is to be added.", field="text")
    last = queries.addenda_of(evaluation)[-1:]
    if last and last[0].text == text.strip():
        return last[0]
    addendum = EvaluationAddendum(evaluation=evaluation, text=text.strip(), written_at=now, written_by=by)
    addendum.save(force_insert=True)
    record("evaluation_addendum_added", by=by, subject=addendum, client_id=evaluation.client_id)
    return addendum


@transaction.atomic
def raise_alert(*, evaluation_id: UUID, by: User, now: datetime) -> RiskAlert:
    """Raise the danger that the risk answers tell, once for one evaluation."""
    evaluation = _locked(evaluation_id, by)
    told = rules.dangers(evaluation.risk_answers)
    reason = "; ".join(told) if told else "Raised by the prescriber during the evaluation"
    return raise_risk_alert(
        client=evaluation.client,
        kind=RiskKind.CLINICIAN,
        source=f"evaluation:{evaluation.pk}",
        reason=f"Psychiatric evaluation: {reason}"[:300],
        by=by,
        now=now,
    )


def hash_of(evaluation: PsychiatricEvaluation, content: rules.Content) -> str:
    """The SHA-256 of an evaluation's content."""
    return rules.hash_of(content, client_id=str(evaluation.client_id), prescriber_id=str(evaluation.prescriber_id))


def _locked(evaluation_id: UUID, by: User) -> PsychiatricEvaluation:
    """An evaluation of the prescriber's own, of a chart open to them; anything else is 404."""
    evaluation = next(iter(queries.evaluation_to_lock(by, evaluation_id)), None)
    if evaluation is None:
        raise Http404
    return evaluation


def _own_draft(evaluation_id: UUID, by: User) -> PsychiatricEvaluation:
    evaluation = _locked(evaluation_id, by)
    if evaluation.is_signed:
        raise RuleBroken("This evaluation is signed and cannot change. Add an addendum.")
    return evaluation


def _rank(rows: list[EvaluationDiagnosis]) -> None:
    for rank, row in enumerate(rows, start=1):
        if row.rank != rank:
            row.rank = rank
            row.save(update_fields=["rank", "updated_at"])
