"""The home of clinicians: what waits for them today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from clinic.caseload.queries.day import DayVisit, day_list, day_visits
from clinic.caseload.queries.duties import OwnDuty, own_duties, own_duty
from clinic.checkins.models import CheckInAnswer
from clinic.checkins.queries import answers_needing_review
from clinic.checkins.rules import LINK_LASTS
from clinic.clients.models import CareTeamMember, Client
from clinic.clients.queries import Named, in_open_charts, naming
from clinic.clients.queries.charts import Among
from clinic.coordination.models import Observation
from clinic.coordination.queries import unacknowledged_changes
from clinic.core.addresses import address
from clinic.core.clock import day_bounds, local_day
from clinic.core.models import Constant
from clinic.core.queries import prepared
from clinic.core.rows import Shown, Tuples
from clinic.core.templatetags.clinic_ui import day, mg, person
from clinic.coverage.rules import CHECK_AGAIN_AFTER
from clinic.intake.models import PsychiatricEvaluation, TherapistReferral
from clinic.monitoring.queries import is_pressing, rows_of_monitored
from clinic.plans.models import PlanStatus, TreatmentPlan
from clinic.plans.queries import plans_awaiting_acknowledgement
from clinic.risk.queries.alerts import any_in_danger
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.queries import WaitingRefill, waiting_refills
from clinic.visits.models import FollowUpVisit

ROWS = 20
FRESH_SCORE = timedelta(days=14)
NEW_OBSERVATION = timedelta(days=14)
REFERRALS_SHOWN = timedelta(days=60)


class Unread(NamedTuple):
    """A check-in answer that nobody has read, in words; `signs` are its worries."""

    when: str
    path: str
    who: str
    dose: str
    signs: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Observed(Shown):
    """What somebody else noticed."""

    at: datetime
    text: str
    by: str
    client: Named


@dataclass(frozen=True, slots=True)
class Changed(Shown):
    """A dose change not yet acknowledged."""

    pk: UUID
    words: str
    reason: str
    at: datetime
    by: str
    client: Named


@dataclass(frozen=True, slots=True)
class PlanToSee(Shown):
    """A plan in force not yet acknowledged."""

    pk: UUID
    number: int
    signed_at: datetime
    signed_by: str
    client: Named


@dataclass(frozen=True, slots=True)
class Referred(Shown):
    """A referral this therapist made and who dealt with it, if anybody has."""

    referred_at: datetime
    handled_at: datetime | None
    handled_by: str | None
    client: Named


class Draft(NamedTuple):
    """Something begun and not signed, in words."""

    when: str
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class PrescriberHome(Shown):
    """A prescriber's day."""

    visits: list[DayVisit]
    answers: list[Unread]
    drafts: list[Draft]
    observations: list[Observed]
    refills: list[WaitingRefill]
    duties: list[OwnDuty]
    are_any_in_danger: bool


@dataclass(frozen=True, slots=True)
class TherapistHome(Shown):
    """A therapist's day: every change not yet acknowledged comes first."""

    changes: list[Changed]
    plans: list[PlanToSee]
    visits: list[DayVisit]
    observations: list[Observed]
    referrals: list[Referred]
    duties: list[OwnDuty]
    are_any_in_danger: bool


def prescriber_home(user: User, now: datetime) -> PrescriberHome:
    """Today's visits with their readiness, answers to read, drafts to sign, refill requests to decide, own duties."""
    today = local_day(now)
    begins, ends = day_bounds(today)
    [found] = _of_prescriber(
        user, begins, ends, now - FRESH_SCORE, now - NEW_OBSERVATION, now - CHECK_AGAIN_AFTER, now - LINK_LASTS, now
    )
    due = {row["client_id"] for row in found["due_rows"] if is_pressing(row, today)}
    return PrescriberHome(
        visits=day_list(found["visit_rows"], now, due),
        answers=[_to_read(*row) for row in found["answer_rows"]],
        drafts=[_draft(*row) for row in found["draft_rows"]],
        observations=[_observed(*row) for row in found["observation_rows"]],
        refills=[_refill(*row) for row in found["refill_rows"]],
        duties=[own_duty(now, *row) for row in found["duty_rows"]],
        are_any_in_danger=found["are_any_in_danger"],
    )


@prepared
def _of_prescriber(
    user: User,
    begins: datetime,
    ends: datetime,
    scored_since: datetime,
    observed_since: datetime,
    checked_since: datetime,
    sent_since: datetime,
    now: datetime,
) -> QuerySet[User, Any]:
    """Every list of the home in one statement: each round trip costs more than reading its few rows."""
    today = Appointment.objects.standing().filter(clinician=user, starts_at__gte=begins, starts_at__lt=ends)
    seen_today = Among(F("pk"), ArraySubquery(today.order_by().values("client")))
    return User.objects.filter(pk=user.pk).values(
        due_rows=rows_of_monitored(Client.objects.filter(seen_today)),
        visit_rows=Tuples(day_visits(user, begins, ends, scored_since, observed_since, checked_since, sent_since)),
        answer_rows=Tuples(_unread(user)),
        draft_rows=Tuples(_drafts(user)),
        observation_rows=Tuples(_observations_between(user, observed_since, now)),
        refill_rows=Tuples(waiting_refills(user)),
        duty_rows=Tuples(own_duties(user, now)),
        are_any_in_danger=any_in_danger(user),
    )


def therapist_home(user: User, now: datetime) -> TherapistHome:
    """What changed and is not acknowledged, today's sessions, observations, referrals, own duties."""
    begins, ends = day_bounds(local_day(now))
    scored_since, observed_since, checked_since = now - FRESH_SCORE, now - NEW_OBSERVATION, now - CHECK_AGAIN_AFTER
    since = now - REFERRALS_SHOWN
    [found] = _of_therapist(
        user, begins, ends, scored_since, observed_since, checked_since, now - LINK_LASTS, since, now
    )
    return TherapistHome(
        changes=[_changed(*row) for row in found["change_rows"]],
        plans=[_plan_to_see(*row) for row in found["plan_rows"]],
        visits=day_list(found["visit_rows"], now),
        observations=[_observed(*row) for row in found["observation_rows"]],
        referrals=[_referred(*row) for row in found["referral_rows"]],
        duties=[own_duty(now, *row) for row in found["duty_rows"]],
        are_any_in_danger=found["are_any_in_danger"],
    )


@prepared
def _of_therapist(
    user: User,
    begins: datetime,
    ends: datetime,
    scored_since: datetime,
    observed_since: datetime,
    checked_since: datetime,
    sent_since: datetime,
    referred_since: datetime,
    now: datetime,
) -> QuerySet[User, Any]:
    """Every list of the home in one statement."""
    changes = unacknowledged_changes(user)
    plans = plans_awaiting_acknowledgement(user)[:ROWS]
    return User.objects.filter(pk=user.pk).values(
        change_rows=Tuples(changes.values_list("pk", "words", "reason", "at", "by__full_name", *naming("client"))),
        plan_rows=Tuples(plans.values_list("pk", "number", "signed_at", "signed_by__full_name", *naming("client"))),
        visit_rows=Tuples(day_visits(user, begins, ends, scored_since, observed_since, checked_since, sent_since)),
        observation_rows=Tuples(_observations_between(user, observed_since, now)),
        referral_rows=Tuples(_referrals(user, referred_since)),
        duty_rows=Tuples(own_duties(user, now)),
        are_any_in_danger=any_in_danger(user),
    )


def _to_read(pk: UUID, at: datetime, worries: list[Any], drug: str, step_mg: Decimal, *client: Any) -> Unread:
    return Unread(
        when=day(at),
        path=address("checkins:review", pk),
        who=person(Named(*client)),
        dose=f"{drug} {mg(step_mg)}",
        signs=[(worry["sentence"], "stop", "alert-triangle") for worry in worries],
    )


def _unread(user: User) -> QuerySet[CheckInAnswer, Any]:
    """Which rows is settled first, in a subquery: joined to all they show, the planner would read every answer."""
    newest = answers_needing_review(user).values("pk")[:ROWS]
    shown = CheckInAnswer.objects.filter(pk__in=newest).order_by("-is_worrying", "-answered_at")
    dose = ("checkin__dose_plan__medication__name", "checkin__step_mg")
    return shown.values_list("pk", "answered_at", "worries", *dose, *naming("client"))


def _changed(pk: UUID, words: str, reason: str, at: datetime, by: str, *client: Any) -> Changed:
    return Changed(pk, words, reason, at, by, Named(*client))


def _plan_to_see(pk: UUID, number: int, signed_at: datetime, by: str, *client: Any) -> PlanToSee:
    return PlanToSee(pk, number, signed_at, by, Named(*client))


def _referred(at: datetime, handled_at: datetime | None, handled_by: str | None, *client: Any) -> Referred:
    return Referred(at, handled_at, handled_by, Named(*client))


def _referrals(user: User, since: datetime) -> QuerySet[TherapistReferral, Any]:
    made = TherapistReferral.objects.filter(referred_by=user, referred_at__gte=since).order_by("-referred_at")
    return made.values_list("referred_at", "handled_at", "handled_by__full_name", *naming("client"))[:ROWS]


def _observed(at: datetime, words: str, by: str, *client: Any) -> Observed:
    return Observed(at, words, by, Named(*client))


def _observations_between(user: User, since: datetime, until: datetime) -> QuerySet[Observation, Any]:
    """What others noticed; the end is for the planner: it takes a time with no end for a third of all rows."""
    found = Observation.objects.filter(in_open_charts(user), at__gte=since, at__lte=until).exclude(by=user)
    return found.order_by("-at").values_list("at", "text", "by__full_name", *naming("client"))[:ROWS]


def _refill(pk: UUID, at: datetime, asked_by: str, drug: str, *client: Any) -> WaitingRefill:
    return WaitingRefill(pk, at, asked_by, drug, Named(*client))


def _draft(kind: str, view: str, key: UUID, begun_at: datetime, preferred: str, given: str, family: str) -> Draft:
    return Draft(day(begun_at), address(view, key), f"{kind}: {preferred or given} {family}")


def _drafts(user: User) -> QuerySet[Any, Any]:
    """What waits for this prescriber's signature: visits, evaluations, plans, notes of trainees; the oldest of each."""
    own = {"prescriber": user, "signed_at": None}
    links = CareTeamMember.objects.live().filter(client=OuterRef("client"), user=user, role=Role.PRESCRIBER)
    plans = TreatmentPlan.objects.filter(in_open_charts(user), status=Constant(PlanStatus.DRAFT))
    return (
        _oldest(FollowUpVisit.objects.filter(**own), "Visit note", "visits:visit")
        .union(
            _oldest(PsychiatricEvaluation.objects.filter(**own), "Evaluation", "intake:evaluation"),
            # Of those whom they supervise.
            _oldest(
                FollowUpVisit.objects.filter(in_open_charts(user), supervisor=user).awaiting_cosignature(),
                "Visit note to co-sign",
                "visits:visit",
            ),
            # Their own plans, and those that a therapist wrote for their clients.
            _oldest(plans.filter(Q(written_by=user) | Exists(links)), "Plan", "plans:plan"),
            all=True,
        )
        .order_by("begun_at")
    )


def _oldest(drafts: QuerySet[Any], what: str, view_name: str) -> QuerySet[Any, Any]:
    words = {"what": Value(what), "view_name": Value(view_name), "begun_at": F("created_at")}
    names = ("client__preferred_name", "client__given_names", "client__family_name")
    oldest = drafts.annotate(**words).order_by("created_at")
    rows: QuerySet[Any, Any] = oldest.values_list("what", "view_name", "id", "begun_at", *names)[:ROWS]
    return rows
