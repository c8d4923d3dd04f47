"""The home of clinicians: what waits for them today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from clinic.checkins.models import CheckInAnswer
from clinic.checkins.queries import answers_needing_review
from clinic.clients.models import Client, SharingConsent
from clinic.coordination.models import Observation
from clinic.coordination.queries import unacknowledged_changes
from clinic.intake.models import PsychiatricEvaluation, TherapistReferral
from clinic.plans.models import PlanStatus, TreatmentPlan
from clinic.plans.queries import plans_awaiting_acknowledgement
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment
from clinic.scheduling.queries import day_bounds
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DoseChange
from clinic.visits.models import FollowUpVisit

ROWS = 20
FRESH_SCORE = timedelta(days=14)
NEW_OBSERVATION = timedelta(days=14)
REFERRALS_SHOWN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class DayVisit:
    """One appointment of today and how ready it is: each sign in words with its tone."""

    appointment: Appointment
    signs: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """Something begun and not signed."""

    kind: str
    client: str
    begun_on: datetime
    view_name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class PrescriberHome:
    """A prescriber's day."""

    visits: list[DayVisit]
    answers: list[CheckInAnswer]
    drafts: list[Draft]
    observations: list[Observation]


@dataclass(frozen=True, slots=True)
class TherapistHome:
    """A therapist's day: every change not yet acknowledged comes first."""

    changes: list[DoseChange]
    plans: list[TreatmentPlan]
    visits: list[DayVisit]
    observations: list[Observation]
    referrals: list[TherapistReferral]


def prescriber_home(user: User, now: datetime) -> PrescriberHome:
    """Today's visits with their readiness, answers to read, drafts to sign."""
    return PrescriberHome(
        visits=day_visits(user, now),
        answers=list(answers_needing_review(user)[:ROWS]),
        drafts=drafts(user),
        observations=new_observations(user, now),
    )


def therapist_home(user: User, now: datetime) -> TherapistHome:
    """What changed and is not acknowledged, today's sessions, observations, referrals."""
    return TherapistHome(
        changes=list(unacknowledged_changes(user)),
        plans=list(plans_awaiting_acknowledgement(user)[:ROWS]),
        visits=day_visits(user, now),
        observations=new_observations(user, now),
        referrals=list(
            TherapistReferral.objects.filter(referred_by=user, referred_at__gte=now - REFERRALS_SHOWN)
            .select_related("client", "handled_by")
            .order_by("-referred_at")[:ROWS]
        ),
    )


def new_observations(user: User, now: datetime) -> list[Observation]:
    """What others noticed about this user's clients in the last 14 days."""
    found = Observation.objects.visible_to(user).filter(at__gte=now - NEW_OBSERVATION).exclude(by=user)
    return list(found.select_related("client", "by").order_by("-at")[:ROWS])


def day_visits(user: User, now: datetime) -> list[DayVisit]:
    """Today's standing appointments of one clinician, in order, with the signs of their readiness."""
    begins, ends = day_bounds(timezone.localdate(now))
    of_client = {"client": OuterRef("client")}
    open_to_user = Client.objects.charts_open_to(user).filter(pk=OuterRef("client"))
    found = (
        Appointment.objects.standing()
        .filter(clinician=user, starts_at__gte=begins, starts_at__lt=ends)
        .select_related("client")
        .annotate(
            has_score=Exists(ScaleResponse.objects.filter(**of_client, answered_at__gte=now - FRESH_SCORE)),
            worries=Exists(CheckInAnswer.objects.filter(**of_client, is_worrying=True, review=None)),
            observed=Exists(Observation.objects.filter(**of_client, at__gte=now - NEW_OBSERVATION).exclude(by=user)),
            shares=Exists(SharingConsent.objects.live().filter(**of_client)),
            is_open=Exists(open_to_user),
            signed_at=Subquery(FollowUpVisit.objects.filter(appointment=OuterRef("pk")).values("signed_at")[:1]),
            is_written=Exists(FollowUpVisit.objects.filter(appointment=OuterRef("pk"))),
        )
        .order_by("starts_at")
    )
    return [DayVisit(row, _signs(row)) for row in found]


def _signs(row: Any) -> list[tuple[str, str, str]]:
    """Each sign as words, tone and icon; nothing of the record shows where the chart is closed to the reader."""
    if not row.is_open:
        return [("Chart closed to you", "quiet", "lock")]
    return [
        sign
        for is_met, sign in (
            (row.worries, ("Worrying check-in", "stop", "alert-triangle")),
            (row.observed, ("New observation", "note", "message")),
            (not row.has_score, ("No score in 14 days", "warn", "chart-line")),
            (not row.shares, ("Sharing not agreed", "warn", "link")),
            (row.is_written and row.signed_at is None, ("Note not signed", "warn", "pencil")),
            (row.signed_at is not None, ("Note signed", "good", "check")),
        )
        if is_met
    ]


def drafts(user: User) -> list[Draft]:
    """What this prescriber began and has not signed: visits, evaluations, plans; oldest first. Three queries."""
    fields = ("id", "created_at", "client__preferred_name", "client__given_names", "client__family_name")
    found = [
        ("Visit note", "visits:visit", FollowUpVisit.objects.filter(prescriber=user, signed_at=None)),
        ("Evaluation", "intake:evaluation", PsychiatricEvaluation.objects.filter(prescriber=user, signed_at=None)),
        ("Plan", "plans:plan", _plan_drafts(user)),
    ]
    waiting = [
        Draft(kind, f"{preferred or given} {family}", begun, view, key)
        for kind, view, rows in found
        for key, begun, preferred, given, family in rows.order_by("created_at").values_list(*fields)[:ROWS]
    ]
    return sorted(waiting, key=lambda draft: draft.begun_on)


def _plan_drafts(user: User) -> Any:
    """Plans that wait for this prescriber: their own drafts, and those a therapist wrote for their clients."""
    drafted = TreatmentPlan.objects.visible_to(user).filter(status=PlanStatus.DRAFT)
    lead = Q(client__care_team__user=user, client__care_team__ended_at=None, client__care_team__role=Role.PRESCRIBER)
    return drafted.filter(Q(written_by=user) | lead).distinct()
