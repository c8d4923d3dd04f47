"""What is read for visits: drafts and notes, running medications with their decisions, what happened since."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, prefetch_related_objects
from django.http import Http404

from clinic.clients.models import CareTeamMember, Client
from clinic.core.clock import day_bounds
from clinic.core.queries import prepared
from clinic.formulary.models import Medication
from clinic.intake.models import Allergy
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.staff.ties import Tie
from clinic.titration.models import DosePlan, DosePlanVersion
from clinic.titration.queries import CurrentDose, Surroundings, before_change, current_dose, surroundings_of
from clinic.titration.rules import build_plan
from clinic.titration.rules.schedules import Label
from clinic.visits.models import CoSignature, FollowUpVisit, MedicationDecision, VisitAddendum
from clinic.visits.rules import decisions as decision_rules
from clinic.visits.rules.decisions import Asked, Decision
from clinic.visits.rules.preview import Decided, look_at, with_regimen

VISIT_KINDS = (AppointmentKind.FOLLOW_UP, AppointmentKind.BRIEF)
STILL_TO_COME = (AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED)


@dataclass(frozen=True, slots=True)
class RunningMedication:
    """A dose plan that is begun or to begin, its version in force and what is taken today.

    `decided_here`: what the prescriber of the visit signed in the plan editor since the visit began, None for
    nothing. `is_changed_by_another`: somebody else signed the version in force since then.
    """

    dose: CurrentDose
    version: DosePlanVersion
    around: Callable[[], Surroundings]
    decided_here: Decision | None
    is_changed_by_another: bool
    has_ended: bool

    @property
    def dose_plan(self) -> DosePlan:
        return self.dose.dose_plan

    @property
    def medication(self) -> Medication:
        return self.dose.medication

    @property
    def label(self) -> Label:
        """What the label has for this client, by all that is taken; asked for only where a dose is looked at."""
        return self.around().label(self.medication)

    @property
    def mg_today(self) -> Decimal:
        return self.dose.mg_today

    @property
    def done_words(self) -> str:
        """What was done about it in this visit."""
        return decision_rules.done_words(self.decided_here) if self.decided_here else ""


def client_of(visit_id: UUID) -> UUID:
    """Whose chart a visit belongs to, for the door of the chart; 404 where there is no such visit."""
    client_id = FollowUpVisit.objects.filter(pk=visit_id).values_list("client", flat=True).first()
    if client_id is None:
        raise Http404
    return client_id


def get_visit(user: User, visit_id: UUID) -> FollowUpVisit:
    """A signed visit of an open chart, or one's own draft; others' drafts are a 404."""
    visit = next(iter(_open_visit(user, visit_id)), None)
    if visit is None or (not visit.is_signed and visit.prescriber_id != user.pk):
        raise Http404
    return visit


@prepared
def _open_visit(user: User, visit_id: UUID) -> QuerySet[FollowUpVisit]:
    visits = FollowUpVisit.objects.visible_to(user).filter(pk=visit_id)
    return visits.select_related("client", "prescriber", "signed_by", "supervisor", "appointment")


@prepared
def visit_to_lock(user: User, visit_id: UUID) -> QuerySet[FollowUpVisit]:
    """The visit under its lock until the transaction ends, if the chart is open to this user."""
    visits = FollowUpVisit.objects.visible_to(user).filter(pk=visit_id)
    return visits.select_for_update(of=("self",)).select_related("client", "appointment")


@prepared
def prescriber_links(user: User, client_id: UUID) -> QuerySet[CareTeamMember, Any]:
    """The user's place as a prescriber of the client's care team, if they have one."""
    links = CareTeamMember.objects.live().filter(client=client_id, user=user, role=Role.PRESCRIBER)
    return links.values_list("pk")


def get_draft(user: User, visit_id: UUID) -> FollowUpVisit:
    """One's own draft; also one's own visit that is signed meanwhile, so that a late save can be told so."""
    visit = get_visit(user, visit_id)
    if visit.prescriber_id != user.pk:
        raise Http404
    return visit


def allergies_of(client: Client) -> list[Allergy]:
    """What the client must not be given, and whether that was asked."""
    return list(Allergy.objects.filter(client=client, withdrawn_at=None))


def running_medications(visit: FollowUpVisit, today: date) -> list[RunningMedication]:
    """Dose plans begun or to begin and not stopped, oldest first, with their versions in force. Two queries.

    Those that were stopped in this visit are among them.
    """
    versions = _running_versions(visit.client_id, today, visit.prescriber_id, visit.created_at)
    prefetch_related_objects(versions, "steps")
    for one in versions:
        one.dose_plan.client = visit.client
    signed_here = [one for one in versions if _is_since(visit, one) and one.signed_by_id == visit.prescriber_id]
    replaced = {one.dose_plan.in_place_of_id for one in signed_here}
    around = cache(partial(surroundings_of, visit.client, today=today))
    return [
        RunningMedication(
            dose=current_dose(one, today),
            version=one,
            around=around,
            decided_here=_decision_signed(one, replaced) if one in signed_here else None,
            is_changed_by_another=_is_since(visit, one) and one not in signed_here,
            has_ended=one.stop_on is not None and one.stop_on <= today,
        )
        for one in versions
    ]


def running_on(today: date) -> Q:
    """Versions of dose plans that are begun or to begin and not stopped."""
    return Q(stop_on=None) | Q(stop_on__gt=today)


def versions_of(client: UUID | OuterRef) -> QuerySet[DosePlanVersion]:
    """The versions in force of a client's dose plans, in the order of the page."""
    found = DosePlanVersion.objects.filter(dose_plan__client=client, superseded_at=None)
    return found.order_by("dose_plan__began_on", "dose_plan_id")


@prepared
def _running_versions(client_id: UUID, today: date, prescriber_id: UUID, since: datetime) -> QuerySet[DosePlanVersion]:
    found = versions_of(client_id).filter(running_on(today) | Q(signed_by=prescriber_id, created_at__gt=since))
    return found.select_related("dose_plan__medication", "dose_plan__prescriber", "change")


def _is_since(visit: FollowUpVisit, version: DosePlanVersion) -> bool:
    return version.created_at > visit.created_at


def _decision_signed(version: DosePlanVersion, replaced: Container[UUID | None]) -> Decision:
    change = version.change
    amounts = [step.mg_per_day for step in version.steps.all() if step.first_on >= change.takes_effect_on]
    return decision_rules.decision_signed(change.kind, amounts, is_replaced=version.dose_plan_id in replaced)


def asked_of(visit: FollowUpVisit) -> dict[UUID, Asked]:
    """What was decided in this visit so far, by dose plan."""
    return {row.dose_plan_id: _asked(row.dose_plan_id, row) for row in _asked_in(visit.pk) if row.dose_plan_id}


@prepared
def _asked_in(visit_id: UUID) -> QuerySet[MedicationDecision]:
    return MedicationDecision.objects.filter(visit=visit_id, dose_plan__isnull=False)


def _asked(dose_plan_id: UUID, row: MedicationDecision) -> Asked:
    proposal: Mapping[str, Any] = row.proposal or {}
    kept = {name: proposal[name] for name in decision_rules.PROPOSAL_FIELDS if name in proposal}
    # A decision taken before drafts kept it as typed has its rationale in a column of its own.
    return Asked(dose_plan_id=dose_plan_id, decision=row.decision, **{"rationale": row.rationale, **kept})


def look_at_decision(medication: RunningMedication, asked: Asked, *, seen: str = "", today: date) -> Decided:
    """What a decision would do to a dose plan as it stands; only where a dose would change is the label asked for."""
    settled = medication.around().settled_of(medication.dose_plan.pk) if asked.changes_dose else ()
    return look_at(
        asked,
        medication.version.order,
        lambda order: medication.label.hold(order, medication.version.template),
        medication=medication.medication.name,
        mg_today=medication.mg_today,
        settled=settled,
        seen=seen,
        today=today,
    )


def checked_decision(medication: RunningMedication, asked: Asked, *, seen: str = "", today: date) -> Decided:
    """The same, held against all that the client takes as well."""
    decided = look_at_decision(medication, asked, seen=seen, today=today)
    if decided.proposed is None:
        return decided
    old, proposed = build_plan(medication.version.order), decided.proposed
    before = before_change(medication.dose_plan, medication.around(), old, proposed.plan, proposed.on)
    return with_regimen(decided, before.regimen)


def decisions_of(visit: FollowUpVisit) -> QuerySet[MedicationDecision]:
    """The signed decisions with the changes they made."""
    return MedicationDecision.objects.filter(visit=visit).select_related("dose_plan__medication", "change__version")


def addenda_of(visit: FollowUpVisit) -> QuerySet[VisitAddendum]:
    """What was added to a signed visit, oldest first."""
    return VisitAddendum.objects.filter(visit=visit).select_related("written_by").order_by("written_at")


def cosignature_of(visit: FollowUpVisit) -> CoSignature | None:
    """The supervisor's signature below a trainee's note, once it is given."""
    return CoSignature.objects.filter(visit=visit).select_related("by").first()


def drafts_of(user: User) -> QuerySet[FollowUpVisit]:
    """Visits this prescriber has begun and not signed, oldest first; one query."""
    drafts = FollowUpVisit.objects.visible_to(user).filter(prescriber=user, signed_at=None)
    return drafts.select_related("client").order_by("visited_on", "created_at")


def unsigned_of(user: User, now: datetime) -> list[Tie]:
    """How many visit notes wait for somebody: drafts, and signed ones that only they can co-sign."""
    drafts = FollowUpVisit.objects.filter(prescriber=user, signed_at=None).count()
    awaiting = FollowUpVisit.objects.awaiting_cosignature().filter(supervisor=user).count()
    return [
        Tie(drafts, "visit note not signed", "visit notes not signed"),
        Tie(awaiting, "note of a trainee that only they can co-sign", "notes of trainees that only they can co-sign"),
    ]


def draft_of(user: User, client: Client) -> FollowUpVisit | None:
    """This prescriber's own draft for a client, if one is open."""
    return drafts_of(user).filter(client=client).first()


def draft_to_return_to(user: User, client: Client, visit_id: UUID) -> FollowUpVisit | None:
    """The draft that the plan editor was opened from, if this prescriber writes it for this client."""
    return drafts_of(user).filter(client=client, pk=visit_id).first()


def appointments_to_meet(client: Client, clinician: User, day: date) -> QuerySet[Appointment]:
    """A prescriber's appointments with a client on a day that have no visit yet; not those missed or cancelled."""
    begins, ends = day_bounds(day)
    return Appointment.objects.filter(
        client=client,
        clinician=clinician,
        kind__in=VISIT_KINDS,
        starts_at__gte=begins,
        starts_at__lt=ends,
        status__in=STILL_TO_COME,
        visit=None,
    ).order_by("starts_at")
