"""Signing a visit, and what is added to a signed one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.monitoring.services import record_results
from clinic.scheduling import services as scheduling
from clinic.scheduling.models import AppointmentStatus
from clinic.staff.models import User
from clinic.titration import services as titration
from clinic.titration.models import DoseChange
from clinic.visits import queries
from clinic.visits.models import CoSignature, FollowUpVisit, MedicationDecision, TelehealthConsent, VisitAddendum
from clinic.visits.queries import RunningMedication, ToSign
from clinic.visits.rules.decisions import Asked, Proposed
from clinic.visits.rules.note import NOTE_MAPS, NOTE_TEXTS, NotReady, as_signed, check_version, content_hash
from clinic.visits.rules.problems import read_vitals
from clinic.visits.rules.supervision import check_cosigner
from clinic.visits.rules.telehealth import TELEHEALTH, TICKED
from clinic.visits.services.root import as_decision, check_prescriber, locked_draft, write_decisions

STILL_TO_COME = frozenset({AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED})


@transaction.atomic
def sign_visit(*, visit_id: UUID, version: int | None = None, by: User, now: datetime) -> FollowUpVisit:
    """Sign the visit once: every decided dose change, the note and the appointment, all or nothing.

    NotReady names everything that is missing; `version` refuses to sign what was saved elsewhere meanwhile.
    """
    visit = locked_draft(visit_id, by)
    today = local_day(now)
    running = queries.running_medications(visit, today)
    asked = queries.asked_of(visit)
    if version is not None:
        check_version(version, visit.version, queries.fields_of(visit, asked, queries.to_review(visit)))
    around = queries.around(visit, by, today)
    problems = queries.what_is_missing(ToSign(visit, running, asked, around, today))
    if problems:
        raise NotReady(problems)
    is_written = all(one.rationale.strip() for one in asked.values())
    # Read only where the portal writes a rationale for the prescriber.
    seen = "" if is_written else queries.since_last_visit(visit.client, before=visit).summary
    signed = [_carry_out(visit, medication, asked, seen, now) for medication in running]
    write_decisions(signed)
    visit.mental_status = as_signed(visit.mental_status)
    visit.version += 1
    visit.signed_at, visit.signed_by, visit.supervisor_id = now, by, by.supervisor_id
    visit.content_hash = content_hash(signed_content(visit, signed))
    visit.save(
        update_fields=[
            "mental_status", "version", "signed_at", "signed_by", "supervisor", "content_hash", "updated_at",
        ],
    )  # fmt: skip
    _record_vitals(visit, by, now)
    _keep_consent(visit, by)
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
    check_prescriber(visit.client, by)
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


@transaction.atomic
def cosign_visit(*, visit_id: UUID, by: User, now: datetime) -> CoSignature:
    """A supervisor stands for a trainee's signed note; again, it is the same signature. Raises RuleBroken."""
    visit = next(iter(queries.visit_to_lock(by, visit_id)), None)
    if visit is None or (not visit.is_signed and visit.prescriber_id != by.pk):
        raise Http404
    check_prescriber(visit.client, by)
    check_cosigner(supervisor=visit.supervisor_id, by=by.pk, is_signed=visit.is_signed)
    if given := CoSignature.objects.filter(visit=visit).first():
        return given
    signature = CoSignature(visit=visit, by=by, at=now, content_hash=visit.content_hash)
    signature.save(force_insert=True)
    record("visit_cosigned", by=by, subject=visit)
    return signature


def _carry_out(
    visit: FollowUpVisit, medication: RunningMedication, asked: Mapping[UUID, Asked], seen: str, now: datetime
) -> MedicationDecision:
    """Carry out what was decided for one medication; the decision names the dose change."""
    dose_plan_id = medication.dose_plan.pk
    if medication.decided_here is not None:
        signed = Asked(dose_plan_id, medication.decided_here, medication.version.number)
        done = medication.version.change
        return as_decision(visit, signed, rationale=done.reason, change=done)
    decided = asked[dose_plan_id]
    look = queries.look_at_decision(medication, decided, seen=seen, today=local_day(now))
    rationale = decided.rationale.strip() or look.rationale
    proposed = look.proposed
    change = _change_dose(decided, proposed, rationale, visit.prescriber, now) if proposed else None
    return as_decision(visit, decided, rationale=rationale, change=change)


def _change_dose(asked: Asked, proposed: Proposed, rationale: str, by: User, now: datetime) -> DoseChange:
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
    note = {name: getattr(visit, name) for name in (*NOTE_TEXTS, *NOTE_MAPS)}
    return {
        **note,
        "id": str(visit.pk),
        "client": str(visit.client_id),
        "visited_on": visit.visited_on.isoformat(),
        "decisions": sorted(told, key=lambda row: str(row["dose_plan"])),
        "copied": [[row.part, row.came_from, str(row.review)] for row in queries.reviewed(visit)],
        "signed_at": visit.signed_at.astimezone(timezone.get_default_timezone()).isoformat() if visit.signed_at else "",
        "signed_by": str(visit.signed_by_id),
        "supervisor": str(visit.supervisor_id or ""),
        "kind": str(visit.kind),
        "modality": str(visit.modality),
    }


def _record_vitals(visit: FollowUpVisit, by: User, now: datetime) -> None:
    """What was measured in the visit, among the client's results: typed once, taken when the visit began."""
    measured = read_vitals(visit.vitals)
    if measured:
        taken_at = min(visit.created_at, now)
        record_results(client_id=visit.client_id, results=measured, taken_at=taken_at, by=by, now=now)


def _keep_consent(visit: FollowUpVisit, by: User) -> None:
    """A consent to telehealth given in this visit holds for the next ones too."""
    if visit.modality == TELEHEALTH and visit.telehealth.get("consent") == TICKED:
        TelehealthConsent.objects.create(
            visit=visit, client_id=visit.client_id, given_on=visit.visited_on, recorded_by=by
        )


def _close_appointment(visit: FollowUpVisit, by: User, now: datetime) -> None:
    """The appointment is done, unless the front desk already said what became of it."""
    appointment = visit.appointment
    if appointment is not None and appointment.status in STILL_TO_COME:
        scheduling.mark(appointment_id=appointment.pk, status=AppointmentStatus.DONE, by=by, now=now)
