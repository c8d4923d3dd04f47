"""Deeds of a visit: start, save, decide, sign, add to. A signed visit never changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.core.rules import RuleBroken
from clinic.scheduling import services as scheduling
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import services as titration
from clinic.titration.models import DoseChange
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.signing import Promise
from clinic.visits import queries
from clinic.visits.models import FollowUpVisit, MedicationDecision, VisitAddendum
from clinic.visits.queries import RunningMedication
from clinic.visits.rules import decisions as rules
from clinic.visits.rules.decisions import Asked, Decision
from clinic.visits.rules.note import Note, NotReady, check_note, check_version, content_hash, tidy

SHARED_FIELDS = ("subjective", "assessment", "risk_answer", "next_steps")
STILL_TO_COME = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED})


@transaction.atomic
def start_visit(*, client_id: UUID, by: User, now: datetime, appointment_id: UUID | None = None) -> FollowUpVisit:
    """Begin a visit, or go on with one's own draft of it; it holds today's appointment where there is one.

    Refused to anybody but a prescriber of the client's care team.
    """
    client = _client_in_care(client_id, by)
    draft = FollowUpVisit.objects.filter(client=client, prescriber=by, signed_at=None).first()
    if draft is not None:
        return draft
    today = timezone.localdate(now)
    visit = FollowUpVisit(
        client=client,
        prescriber=by,
        appointment=_appointment_of(client, by, today, appointment_id),
        visited_on=today,
    )
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
    by: User,
    now: datetime,
) -> FollowUpVisit:
    """Save the draft: the note, and the decisions if they are given (None leaves them as they are).

    StaleRecord when it was saved elsewhere after `version`; a save of what already stands changes nothing.
    What is unfinished is kept as typed: amounts and days are judged by the preview and at signing.
    """
    visit = _locked_draft(visit_id, by)
    check_note(note)
    standing = queries.asked_of(visit)
    wanted = standing if decisions is None else {asked.dose_plan_id: asked for asked in decisions}
    if queries.note_of(visit) == _tidied(note) and _decided(wanted) == _decided(standing):
        return visit
    check_version(version, visit.version, queries.fields_of(visit, standing))
    _write_note(visit, note)
    if _decided(wanted) or standing:
        _keep_decisions(visit, wanted, queries.running_medications(visit, timezone.localdate(now)))
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
    visit = _locked_draft(visit_id, by)
    running = {one.dose_plan.pk: one for one in queries.running_medications(visit, timezone.localdate(now))}
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
    decided = queries.look_at_decision(medication, asked, [], today=timezone.localdate(now))
    if decided.problem:
        raise RuleBroken(decided.problem, field=decided.problem_field)
    visit.version += 1
    visit.save(update_fields=["version", "updated_at"])
    _write_decisions([_decision(visit, asked)])
    record("visit_decided", by=by, subject=visit, dose_plan=str(dose_plan_id), decision=asked.decision)
    return visit.decisions.get(dose_plan=dose_plan_id)


@transaction.atomic
def sign_visit(*, visit_id: UUID, version: int | None = None, by: User, now: datetime) -> FollowUpVisit:
    """Sign the visit once: every decided dose change, the note and the appointment, all or nothing.

    NotReady names everything that is missing; `version` refuses to sign what was saved elsewhere meanwhile.
    """
    visit = _locked_draft(visit_id, by)
    today = timezone.localdate(now)
    running = queries.running_medications(visit, today)
    asked = queries.asked_of(visit)
    if version is not None:
        check_version(version, visit.version, queries.fields_of(visit, asked))
    settled = queries.settled_findings([one.dose_plan.pk for one in running])
    problems = queries.what_is_missing(visit, running, asked, settled, today)
    if problems:
        raise NotReady(problems)
    is_written = all(one.rationale.strip() for one in asked.values())
    # Read only where the portal writes a rationale for the prescriber.
    seen = "" if is_written else queries.since_last_visit(visit.client, before=visit).summary
    signed = [_carry_out(visit, medication, asked, seen, now) for medication in running]
    _write_decisions(signed)
    visit.version += 1
    visit.signed_at, visit.signed_by = now, by
    visit.content_hash = content_hash(signed_content(visit, signed))
    visit.save(
        update_fields=["version", "signed_at", "signed_by", "content_hash", "updated_at"],
    )
    _close_appointment(visit, by, now)
    record("visit_signed", by=by, subject=visit, changes=sum(row.change_id is not None for row in signed))
    return visit


@transaction.atomic
def add_addendum(*, visit_id: UUID, text: str, by: User, now: datetime) -> VisitAddendum:
    """Add to a signed visit under one's own name; the visit stays as it was signed, the same words again are one."""
    visits = FollowUpVisit.objects.visible_to(by).select_related("client").select_for_update(of=("self",))
    visit = visits.filter(pk=visit_id).first()
    if visit is None or (not visit.is_signed and visit.prescriber_id != by.pk):
        raise Http404
    _check_prescriber(visit.client, by)
    if not visit.is_signed:
        raise RuleBroken("This visit is still a draft: write in the note itself.")
    if not text.strip():
        raise RuleBroken("Write what is to be added.", field="text")
    last = VisitAddendum.objects.filter(visit=visit).order_by("-written_at").first()
    if last is not None and (last.text, last.written_by_id) == (text.strip(), by.pk):
        return last
    addendum = VisitAddendum(visit=visit, text=text.strip(), written_at=now, written_by=by)
    addendum.save(force_insert=True)
    record("visit_addendum_written", by=by, subject=addendum, client_id=visit.client_id)
    return addendum


def _carry_out(
    visit: FollowUpVisit, medication: RunningMedication, asked: Mapping[UUID, Asked], seen: str, now: datetime
) -> MedicationDecision:
    """Carry out what was decided for one medication; the decision names the dose change."""
    dose_plan_id = medication.dose_plan.pk
    if medication.decided_here is not None:
        signed = Asked(dose_plan_id, medication.decided_here, medication.version.number)
        done = medication.version.change
        return _decision(visit, signed, rationale=done.reason, change=done)
    decided = asked[dose_plan_id]
    look = queries.look_at_decision(medication, decided, [], seen=seen, today=timezone.localdate(now))
    rationale = decided.rationale.strip() or look.rationale
    proposed = look.proposed
    change = _change_dose(decided, proposed, rationale, visit.prescriber, now) if proposed else None
    return _decision(visit, decided, rationale=rationale, change=change)


def _change_dose(asked: Asked, proposed: rules.Proposed, rationale: str, by: User, now: datetime) -> DoseChange:
    """The change through the dose plan's own deed."""
    return titration.change_dose_plan(
        dose_plan_id=asked.dose_plan_id,
        base_version=asked.base_version,
        order=proposed.order,
        reason=rationale,
        overrides=[asked.override] if asked.override else [],
        on=proposed.on,
        by=by,
        now=now,
    )


def signed_content(visit: FollowUpVisit, decisions: Sequence[MedicationDecision]) -> dict[str, Any]:
    """Everything the signature stands for."""
    told = [
        {
            "dose_plan": str(row.dose_plan_id),
            "decision": str(row.decision),
            "proposal": row.proposal,
            "rationale": row.rationale,
            "change": str(row.change_id or ""),
        }
        for row in decisions
    ]
    note = {name: getattr(visit, name) for name in SHARED_FIELDS}
    return {
        **note,
        "id": str(visit.pk),
        "client": str(visit.client_id),
        "visited_on": visit.visited_on.isoformat(),
        "mental_status": visit.mental_status,
        "decisions": sorted(told, key=lambda row: str(row["dose_plan"])),
        "signed_at": visit.signed_at.astimezone(timezone.get_default_timezone()).isoformat() if visit.signed_at else "",
        "signed_by": str(visit.signed_by_id),
    }


def _client_in_care(client_id: UUID, by: User) -> Client:
    client = next(iter(chart_to_lock(by, client_id)), None)
    if client is None:
        raise Http404
    _check_prescriber(client, by)
    return client


def _check_prescriber(client: Client, by: User) -> None:
    if by.role != Role.PRESCRIBER or not queries.prescriber_links(by, client.pk):
        raise RuleBroken("Only a prescriber of this client's care team writes visits.")


def _appointment_of(client: Client, by: User, today: date, appointment_id: UUID | None) -> Appointment | None:
    appointments = queries.appointments_to_meet(client, by, today)
    if appointment_id is None:
        return appointments.first()
    appointment = appointments.filter(pk=appointment_id).first()
    if appointment is None:
        raise RuleBroken("This appointment is not one of yours with this client today, or it has its visit already.")
    return appointment


def _locked_draft(visit_id: UUID, by: User) -> FollowUpVisit:
    """One's own draft under its lock; others' drafts are not there, a signed visit is refused."""
    visit = next(iter(queries.visit_to_lock(by, visit_id)), None)
    if visit is None or (not visit.is_signed and visit.prescriber_id != by.pk):
        raise Http404
    _check_prescriber(visit.client, by)
    if visit.is_signed:
        raise RuleBroken("This visit is signed and cannot change. Write an addendum instead.")
    return visit


def _tidied(note: Note) -> Note:
    return Note(**{name: getattr(note, name) for name in SHARED_FIELDS}, mental_status=tidy(note.mental_status))


def _decided(asked: Mapping[UUID, Asked]) -> dict[UUID, Asked]:
    return {dose_plan_id: one for dose_plan_id, one in asked.items() if one.decision}


def _write_note(visit: FollowUpVisit, note: Note) -> None:
    for name in SHARED_FIELDS:
        setattr(visit, name, getattr(note, name))
    visit.mental_status = tidy(note.mental_status)
    visit.version += 1
    visit.save(update_fields=[*SHARED_FIELDS, "mental_status", "version", "updated_at"])


def _keep_decisions(visit: FollowUpVisit, wanted: Mapping[UUID, Asked], running: Sequence[RunningMedication]) -> None:
    """What was decided for running medications; a decision taken back or for one that ended is dropped."""
    decided = _decided(wanted)
    kept = [one.dose_plan.pk for one in running if one.dose_plan.pk in decided]
    visit.decisions.exclude(dose_plan__in=kept).delete()
    _write_decisions([_decision(visit, decided[dose_plan_id]) for dose_plan_id in kept])


def _decision(
    visit: FollowUpVisit, asked: Asked, *, rationale: str | None = None, change: DoseChange | None = None
) -> MedicationDecision:
    return MedicationDecision(
        visit=visit,
        dose_plan_id=asked.dose_plan_id,
        decision=asked.decision,
        proposal=asked.proposal(),
        rationale=asked.rationale if rationale is None else rationale,
        change=change,
    )


def _write_decisions(rows: Sequence[MedicationDecision]) -> None:
    """One decision a dose plan: a later one takes the place of what stands."""
    MedicationDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["visit", "dose_plan"],
        update_fields=["decision", "proposal", "rationale", "change", "updated_at"],
    )


def _close_appointment(visit: FollowUpVisit, by: User, now: datetime) -> None:
    """The appointment is done, unless the front desk already said what became of it."""
    appointment = visit.appointment
    if appointment is not None and appointment.status in STILL_TO_COME:
        scheduling.mark(appointment_id=appointment.pk, status=AppointmentStatus.DONE, by=by, now=now)
