"""What is read for visits: drafts and notes, running medications with their decisions, what happened since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.intake.models import Allergy
from clinic.monitoring.models import Measurement
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DosePlanVersion, SafetyOverride
from clinic.titration.queries import CurrentDose, changes_since, current_dose
from clinic.visits.models import FollowUpVisit, MedicationDecision
from clinic.visits.rules import decisions as decision_rules
from clinic.visits.rules import since as since_rules
from clinic.visits.rules.decisions import Asked
from clinic.visits.rules.note import Note, note_fields
from clinic.visits.rules.since import Line
from clinic.visits.sources import lines_from_above

SCORES_READ = 60
ROWS_READ = 40
VISIT_KINDS = (
    AppointmentKind.FOLLOW_UP,
    AppointmentKind.BRIEF,
    AppointmentKind.EVALUATION,
    AppointmentKind.CONSULTATION,
)
STILL_TO_COME = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED)


@dataclass(frozen=True, slots=True)
class RunningMedication:
    """A dose plan that is begun or to begin, its version in force and what is taken today.

    `is_started_here`: the prescriber of the visit signed it after the visit began.
    """

    dose: CurrentDose
    version: DosePlanVersion
    is_started_here: bool

    @property
    def dose_plan(self) -> DosePlan:
        return self.dose.dose_plan

    @property
    def medication(self) -> Medication:
        return self.dose.medication

    @property
    def mg_today(self) -> Decimal:
        return self.dose.mg_today


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since the last signed visit; `on` is the day of that visit, None where this is the first."""

    on: date | None
    lines: list[Line]

    @property
    def summary(self) -> str:
        """One sentence for a rationale."""
        return since_rules.summary(self.lines)


@dataclass(frozen=True, slots=True)
class VisitPage:
    """All that the page of one visit shows."""

    visit: FollowUpVisit
    client: Client
    allergies: list[Allergy]
    since: Since
    medications: list[RunningMedication]
    asked: dict[UUID, Asked]
    settled: dict[UUID, list[dict[str, Any]]]


def client_of(visit_id: UUID) -> UUID:
    """Whose chart a visit belongs to, for the door of the chart; 404 where there is no such visit."""
    client_id = FollowUpVisit.objects.filter(pk=visit_id).values_list("client", flat=True).first()
    if client_id is None:
        raise Http404
    return client_id


def get_visit(user: User, visit_id: UUID) -> FollowUpVisit:
    """A signed visit of an open chart, or one's own draft; others' drafts are a 404."""
    visits = FollowUpVisit.objects.visible_to(user).select_related("client", "prescriber", "signed_by", "appointment")
    visit = visits.filter(pk=visit_id).first()
    if visit is None or (not visit.is_signed and visit.prescriber_id != user.pk):
        raise Http404
    return visit


def get_draft(user: User, visit_id: UUID) -> FollowUpVisit:
    """One's own draft; also one's own visit that is signed meanwhile, so that a late save can be told so."""
    visit = get_visit(user, visit_id)
    if visit.prescriber_id != user.pk:
        raise Http404
    return visit


def visit_page(user: User, visit: FollowUpVisit, now: datetime) -> VisitPage:
    """The page of a visit; a flat number of queries."""
    medications = running_medications(visit, timezone.localdate(now))
    return VisitPage(
        visit=visit,
        client=visit.client,
        allergies=allergies_of(visit.client),
        since=since_last_visit(visit.client, before=visit),
        medications=medications,
        asked=asked_of(visit),
        settled=settled_findings([one.dose_plan.pk for one in medications]),
    )


def allergies_of(client: Client) -> list[Allergy]:
    """What the client must not be given, and whether that was asked."""
    return list(Allergy.objects.filter(client=client, withdrawn_at=None))


def running_medications(visit: FollowUpVisit, today: date) -> list[RunningMedication]:
    """Dose plans begun or to begin and not stopped, oldest first, with their versions in force. Two queries."""
    versions = (
        DosePlanVersion.objects.filter(dose_plan__in=DosePlan.objects.running(today).filter(client=visit.client))
        .filter(superseded_at=None)
        .select_related("dose_plan__medication", "dose_plan__prescriber", "change")
        .prefetch_related("steps")
        .order_by("dose_plan__began_on", "dose_plan_id")
    )
    return [RunningMedication(current_dose(one, today), one, _is_started_in(visit, one)) for one in versions]


def _is_started_in(visit: FollowUpVisit, version: DosePlanVersion) -> bool:
    return (
        version.number == 1 and version.signed_by_id == visit.prescriber_id and version.created_at >= visit.created_at
    )


def asked_of(visit: FollowUpVisit) -> dict[UUID, Asked]:
    """What was decided in this visit so far, by dose plan."""
    rows = MedicationDecision.objects.filter(visit=visit, dose_plan__isnull=False)
    return {row.dose_plan_id: _asked(row) for row in rows if row.dose_plan_id}


def _asked(row: MedicationDecision) -> Asked:
    proposal: Mapping[str, Any] = row.proposal or {}
    return Asked(
        dose_plan_id=row.dose_plan_id,  # type: ignore[arg-type] - only decisions about a dose plan are read
        decision=row.decision,
        rationale=row.rationale,
        **{name: proposal[name] for name in decision_rules.PROPOSAL_FIELDS if name in proposal},
    )


def fields_of(visit: FollowUpVisit, asked: Mapping[UUID, Asked]) -> dict[str, str]:
    """The draft as it stands, by form field."""
    note = Note(visit.subjective, visit.mental_status, visit.assessment, visit.risk_answer, visit.next_steps)
    fields = note_fields(note)
    for one in asked.values():
        fields |= decision_rules.asked_fields(one)
    return fields


def settled_findings(dose_plan_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Findings that were overridden before, by dose plan; one query."""
    overrides = SafetyOverride.objects.filter(version__dose_plan__in=dose_plan_ids)
    settled: dict[UUID, list[dict[str, Any]]] = {}
    for dose_plan_id, finding in overrides.values_list("version__dose_plan", "finding"):
        settled.setdefault(dose_plan_id, []).append(finding)
    return settled


def decisions_of(visit: FollowUpVisit) -> QuerySet[MedicationDecision]:
    """The signed decisions with the changes they made."""
    return MedicationDecision.objects.filter(visit=visit).select_related("dose_plan__medication", "change__version")


def newest_visits(client: Client, k: int) -> QuerySet[FollowUpVisit]:
    """The last signed visits of a client, newest first; one query."""
    signed = FollowUpVisit.objects.filter(client=client, signed_at__isnull=False)
    return signed.select_related("prescriber").order_by("-visited_on", "-signed_at")[:k]


def drafts_of(user: User) -> QuerySet[FollowUpVisit]:
    """Visits this prescriber has begun and not signed, oldest first; one query."""
    drafts = FollowUpVisit.objects.visible_to(user).filter(prescriber=user, signed_at=None)
    return drafts.select_related("client").order_by("visited_on", "created_at")


def draft_of(user: User, client: Client) -> FollowUpVisit | None:
    """This prescriber's own draft for a client, if one is open."""
    return drafts_of(user).filter(client=client).first()


def appointments_to_meet(client: Client, clinician: User, day: date) -> QuerySet[Appointment]:
    """A prescriber's appointments with a client on a day that have no visit yet; not those missed or cancelled."""
    begins, ends = _day_bounds(day)
    return Appointment.objects.filter(
        client=client,
        clinician=clinician,
        kind__in=VISIT_KINDS,
        starts_at__range=(begins, ends),
        status__in=STILL_TO_COME,
        visit=None,
    ).order_by("starts_at")


def _day_bounds(day: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone)


def since_last_visit(client: Client, *, before: FollowUpVisit | None = None) -> Since:
    """What happened since the last signed visit, or so far, newest first; a flat number of queries.

    The day of that visit counts as since: what came in after the client had left is not lost.
    """
    visits = newest_visits(client, 1) if before is None else _visits_before(before)
    last = visits.first()
    on = last.visited_on if last else None
    instant = _day_bounds(on)[0] if on else None
    lines = [
        *_answer_lines(client, instant),
        *_silent_lines(client, on),
        *since_rules.score_lines(_scores(client), on),
        *_change_lines(client, instant),
        *since_rules.measurement_lines(_measurements(client, instant)),
        *_no_show_lines(client, instant),
        *lines_from_above(client, instant),
    ]
    return Since(on, since_rules.in_order(lines))


def _visits_before(visit: FollowUpVisit) -> QuerySet[FollowUpVisit]:
    signed = FollowUpVisit.objects.filter(client=visit.client, signed_at__isnull=False).exclude(pk=visit.pk)
    return signed.filter(visited_on__lte=visit.visited_on).order_by("-visited_on", "-signed_at")


def _answer_lines(client: Client, since: datetime | None) -> list[Line]:
    answers = CheckInAnswer.objects.filter(client=client, **_from("answered_at", since))
    rows = answers.select_related("checkin__dose_plan__medication").order_by("-answered_at")[:ROWS_READ]
    facts = [
        since_rules.AnswerFact(
            id=row.pk,
            on=timezone.localdate(row.answered_at),
            medication=row.checkin.dose_plan.medication.name,
            step_mg=row.checkin.step_mg,
            feeling=row.feeling,
            doses_missed=row.doses_missed,
            side_effects=row.side_effects,
            in_crisis=row.in_crisis,
            words=row.words,
            worries=row.worry_sentences,
            is_worrying=row.is_worrying,
        )
        for row in rows
    ]
    return since_rules.answer_lines(facts)


def _silent_lines(client: Client, on: date | None) -> list[Line]:
    silent = CheckIn.objects.filter(client=client, state=CheckInState.EXPIRED, **_from("due_on", on))
    return [
        Line("silent", row.due_on, f"Check-in about {row.dose_plan.medication} not answered", "note")
        for row in silent.select_related("dose_plan__medication").order_by("-due_on")[:ROWS_READ]
    ]


def _scores(client: Client) -> list[since_rules.ScoreFact]:
    followed = ScaleResponse.objects.filter(client=client, instrument__in=since_rules.SCORES_FOLLOWED)
    return [
        since_rules.ScoreFact(
            instrument=row.instrument,
            version=row.version,
            total=row.total,
            band=row.band,
            flags=row.flags,
            on=timezone.localdate(row.answered_at),
        )
        for row in reversed(followed.newest_first()[:SCORES_READ])
    ]


def _change_lines(client: Client, since: datetime | None) -> list[Line]:
    changes = changes_since(client, since or datetime.min.replace(tzinfo=timezone.get_default_timezone()))
    return [
        Line(
            "change",
            timezone.localdate(row.at),
            row.words,
            "note",
            who=str(row.by),
            view_name="titration:dose_plan",
            source_id=row.version.dose_plan_id,
        )
        for row in changes[:ROWS_READ]
    ]


def _measurements(client: Client, since: datetime | None) -> list[since_rules.MeasurementFact]:
    rows = Measurement.objects.filter(client=client, **_from("taken_at", since)).order_by("-taken_at")[:ROWS_READ]
    return [
        since_rules.MeasurementFact(row.kind, row.value, row.unit, timezone.localdate(row.taken_at))
        for row in reversed(rows)
    ]


def _no_show_lines(client: Client, since: datetime | None) -> list[Line]:
    missed = Appointment.objects.filter(client=client, status=AppointmentStatus.NO_SHOW, **_from("starts_at", since))
    return [
        Line(
            "no_show",
            timezone.localdate(row.starts_at),
            f"Did not come: {row.get_kind_display().lower()}",
            "warn",
            who=str(row.clinician),
            view_name="scheduling:appointment",
            source_id=row.pk,
        )
        for row in missed.select_related("clinician").order_by("-starts_at")[:ROWS_READ]
    ]


def _from(field: str, since: datetime | date | None) -> dict[str, Any]:
    return {f"{field}__gte": since} if since is not None else {}
