"""Deeds of a draft: start, save, decide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken, refuse
from clinic.scheduling.models import Appointment, Modality
from clinic.staff.models import User
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.signing import Promise
from clinic.visits import queries
from clinic.visits.models import FollowUpVisit, MedicationDecision
from clinic.visits.queries import RunningMedication
from clinic.visits.rules.decisions import Asked, Decision
from clinic.visits.rules.doses_told import refusals_of_told, tidy_adherence
from clinic.visits.rules.note import NOTE_MAPS, NOTE_TEXTS, Note, check_version, refusals_of_note, tidy
from clinic.visits.rules.problems import refusals_of_problems, tidy_problems, tidy_vitals
from clinic.visits.rules.telehealth import tidy_telehealth
from clinic.visits.services.root import as_decision, check_prescriber, locked_draft, write_decisions


@transaction.atomic
def start_visit(
    *, client_id: UUID, by: User, now: datetime, appointment_id: UUID | None = None, modality: str = Modality.IN_PERSON
) -> FollowUpVisit:
    """Begin a visit, or go on with one's own draft of it; it holds today's appointment where there is one.

    Kind and way to meet are those of the appointment; `modality` counts where there is none.

    Refused to anybody but a prescriber of the client's care team.
    """
    client = _client_in_care(client_id, by)
    draft = FollowUpVisit.objects.filter(client=client, prescriber=by, signed_at=None).first()
    if draft is not None:
        return draft
    today = local_day(now)
    appointment = _appointment_of(client, by, today, appointment_id)
    visit = FollowUpVisit(client=client, prescriber=by, appointment=appointment, visited_on=today, modality=modality)
    if appointment is not None:
        visit.kind, visit.modality = appointment.kind, appointment.modality
    visit.save(force_insert=True)
    record("visit_started", by=by, subject=visit)
    return visit


@transaction.atomic
def save_visit(
    *,
    visit_id: UUID,
    version: int,
    note: Note,
    decisions: Sequence[Asked] | None = None,
    passages: Mapping[UUID, str] | None = None,
    by: User,
    now: datetime,
) -> FollowUpVisit:
    """Save the draft: the note, and the decisions if they are given (None leaves them as they are).

    `passages` are copied texts as they stand in their boxes, still to be reviewed.
    StaleRecord when it was saved elsewhere after `version`; a save of what already stands changes nothing.
    What is unfinished is kept as typed: amounts and days are judged by the preview and at signing, lengths at signing.
    """
    visit = locked_draft(visit_id, by)
    refuse(*refusals_of_note(note), *refusals_of_problems(note.problems), *refusals_of_told(note.adherence))
    note = _tidied(note)
    standing = queries.asked_of(visit)
    wanted = standing if decisions is None else {asked.dose_plan_id: asked for asked in decisions}
    copied = queries.to_review(visit)
    retyped = [one for one in copied if (passages or {}).get(one.pk, one.text) != one.text]
    if queries.note_of(visit) == note and _decided(wanted) == _decided(standing) and not retyped:
        return visit
    check_version(version, visit.version, queries.fields_of(visit, standing, copied))
    _write_note(visit, note)
    for one in retyped:
        one.text = (passages or {})[one.pk]
        one.save(update_fields=["text", "updated_at"])
    if _decided(wanted) or standing:
        _keep_decisions(visit, wanted, queries.running_medications(visit, local_day(now)))
    record("visit_saved", by=by, subject=visit, version=visit.version)
    return visit


@transaction.atomic
def decide(
    *,
    visit_id: UUID,
    dose_plan_id: UUID,
    decision: str,
    mg_per_day: Decimal | None = None,
    on: date | None = None,
    resume_on: date | None = None,
    rationale: str = "",
    reason_code: str = "",
    reason_words: str = "",
    promise: Promise | None = None,
    by: User,
    now: datetime,
) -> MedicationDecision:
    """Decide for one running medication in one's draft; refused when no dose plan can be made of it.

    `mg_per_day` and `on` are for an increase or decrease, `on` and perhaps `resume_on` for a hold, `on` for a
    stop (the first day without), `promise` for the reason "will monitor". The dose changes when the visit is signed.
    """
    visit = locked_draft(visit_id, by)
    running = {one.dose_plan.pk: one for one in queries.running_medications(visit, local_day(now))}
    medication = running.get(dose_plan_id)
    if medication is None:
        raise RuleBroken("This medication is not running: there is nothing to decide about it.")
    asked = Asked(
        dose_plan_id=dose_plan_id,
        decision=Decision(decision),
        base_version=medication.version.number,
        mg_per_day=plain(mg_per_day) if mg_per_day is not None else "",
        on=on.isoformat() if on else "",
        resume_on=resume_on.isoformat() if resume_on else "",
        rationale=rationale,
        reason_code=reason_code,
        reason_words=reason_words,
        monitors=promise.monitors if promise else "",
        monitor_by=promise.by_on.isoformat() if promise else "",
        monitor_owner=str(promise.owner_id) if promise else "",
    )
    decided = queries.look_at_decision(medication, asked, today=local_day(now))
    if decided.problem:
        raise RuleBroken(decided.problem, field=decided.problem_field)
    visit.version += 1
    visit.save(update_fields=["version", "updated_at"])
    write_decisions([as_decision(visit, asked)])
    record("visit_decided", by=by, subject=visit, dose_plan=str(dose_plan_id), decision=asked.decision)
    return visit.decisions.get(dose_plan=dose_plan_id)


def _client_in_care(client_id: UUID, by: User) -> Client:
    client = next(iter(chart_to_lock(by, client_id)), None)
    if client is None:
        raise Http404
    check_prescriber(client, by)
    return client


def _appointment_of(client: Client, by: User, today: date, appointment_id: UUID | None) -> Appointment | None:
    appointments = queries.appointments_to_meet(client, by, today)
    if appointment_id is None:
        return appointments.first()
    appointment = appointments.filter(pk=appointment_id).first()
    if appointment is None:
        raise RuleBroken("This appointment is not one of yours with this client today, or it has its visit already.")
    return appointment


def _tidied(note: Note) -> Note:
    return replace(
        note,
        mental_status=tidy(note.mental_status),
        problems=tidy_problems(note.problems),
        vitals=tidy_vitals(note.vitals),
        telehealth=tidy_telehealth(note.telehealth),
        adherence=tidy_adherence(note.adherence),
    )


def _decided(asked: Mapping[UUID, Asked]) -> dict[UUID, Asked]:
    return {dose_plan_id: one for dose_plan_id, one in asked.items() if one.decision}


def _write_note(visit: FollowUpVisit, note: Note) -> None:
    for name in (*NOTE_TEXTS, *NOTE_MAPS):
        setattr(visit, name, getattr(note, name))
    visit.version += 1
    visit.save(update_fields=[*NOTE_TEXTS, *NOTE_MAPS, "version", "updated_at"])


def _keep_decisions(visit: FollowUpVisit, wanted: Mapping[UUID, Asked], running: Sequence[RunningMedication]) -> None:
    """What was decided for running medications; a decision taken back or for one that ended is dropped."""
    decided = _decided(wanted)
    kept = [one.dose_plan.pk for one in running if one.dose_plan.pk in decided]
    visit.decisions.exclude(dose_plan__in=kept).delete()
    write_decisions([as_decision(visit, decided[dose_plan_id]) for dose_plan_id in kept])
