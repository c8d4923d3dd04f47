"""Dose plans that want check-ins, and what a planned one asks."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from clinic.checkins import rules
from clinic.checkins.models import (
    CheckIn,
    CheckInState,
)
from clinic.checkins.queries.protocols import protocols_in_force
from clinic.checkins.rules import Anchor, Ask, Occasion, Protocol, StepDays
from clinic.clients.models import ClientStatus
from clinic.core.clock import clinic_zone
from clinic.plans.models import Goal, PlanStatus
from clinic.scales.models import ScaleResponse
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep

NOTHING = Decimal(0)
SENT = ("phq9", "gad7")
STEP = ("dose_plan", "step_first_on", "step_mg")


@dataclass(frozen=True)
class PlanDays:
    """A dose plan in force as check-ins see it."""

    dose_plan: DosePlan
    steps: list[StepDays]

    def asks(self, protocols: Mapping[Occasion, Protocol]) -> list[Ask]:
        """The check-ins that this dose plan wants."""
        return rules.asks_of(self.steps, self.dose_plan.began_on, protocols)


def plans_around(today: date, protocols: Mapping[Occasion, Protocol]) -> list[PlanDays]:
    """Dose plans of clients in care with a check-in that may fall between 3 days ago and 14 days ahead."""
    earliest, latest = today - rules.OPEN_FOR, today + rules.PLAN_AHEAD
    longest = {anchor: timedelta(days=0) for anchor in Anchor}
    for one in protocols.values():
        longest[one.occasion.anchor] = max(longest[one.occasion.anchor], timedelta(days=one.days))
    begun = earliest - max(longest[Anchor.STEP], longest[Anchor.CUT])
    near = (
        Q(steps__first_on__range=(begun, latest))
        | Q(steps__last_on__range=(earliest, latest + longest[Anchor.NEXT_STEP]))
        | Q(stop_on__range=(begun, latest))
        | Q(dose_plan__began_on__range=(earliest - longest[Anchor.START], latest))
    )
    versions = DosePlanVersion.objects.filter(
        near, superseded_at=None, dose_plan__client__status=ClientStatus.ACTIVE
    ).order_by()
    return _plan_days(DoseStep.objects.filter(version__in=versions.values("pk")))


def _plan_days(steps: QuerySet[DoseStep]) -> list[PlanDays]:
    rows = steps.select_related("version__dose_plan__client").order_by("version_id", "number")
    found = []
    for _, of_version in groupby(rows, key=lambda row: row.version_id):
        taken = list(of_version)
        version = taken[0].version
        days = [StepDays(row.first_on, row.last_on, row.mg_per_day) for row in taken]
        if version.stop_on is not None:
            days = [*(day for day in days if day.first_on < version.stop_on), StepDays(version.stop_on, None, NOTHING)]
        found.append(PlanDays(version.dose_plan, days))
    return found


def open_until(checkin_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When check-ins close: the message to one is of no use after its last day."""
    rows = CheckIn.objects.filter(pk__in=checkin_ids).values_list("pk", "due_on")
    zone, day = clinic_zone(), timedelta(days=1)
    return {pk: datetime.combine(due_on + rules.OPEN_FOR + day, time(), zone) for pk, due_on in rows}


def still_wanted(checkin_ids: Collection[UUID]) -> set[UUID]:
    """Read just before reminders leave: still planned, the client in care, the plan still asking the very same."""
    checkins = list(
        CheckIn.objects.filter(pk__in=checkin_ids, state=CheckInState.PLANNED, client__status=ClientStatus.ACTIVE)
    )
    protocols = protocols_in_force()
    dose_plans = {checkin.dose_plan_id for checkin in checkins}
    wanted = {
        (plan.dose_plan.pk, ask.step.first_on, ask.step.mg, ask.occasion, ask.due_on)
        for plan in _plan_days(DoseStep.objects.current().filter(version__dose_plan__in=dose_plans))
        for ask in plan.asks(protocols)
    }
    return {
        checkin.pk
        for checkin in checkins
        if (checkin.dose_plan_id, checkin.step_first_on, checkin.step_mg, checkin.occasion, checkin.due_on) in wanted
    }


def last_scale_days(client_ids: Iterable[UUID]) -> dict[UUID, dict[str, date]]:
    """By client and scale, the day of the newest complete-enough response."""
    scored = ScaleResponse.objects.filter(client__in=list(client_ids), instrument__in=SENT, total__isnull=False)
    found: dict[UUID, dict[str, date]] = defaultdict(dict)
    for row in scored.values("client", "instrument").annotate(at=Max("answered_at")):
        found[row["client"]][row["instrument"]] = row["at"].date()
    return found


def goal_scales(client_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """By client, the scales that the goals of the plan in force name as their measure."""
    goals = Goal.objects.filter(plan__client__in=list(client_ids), plan__status=PlanStatus.SIGNED).order_by()
    measures: dict[UUID, list[str]] = defaultdict(list)
    for client_id, measure in goals.values_list("plan__client", "measure"):
        measures[client_id].append(measure)
    return {client_id: rules.scales_of(words) for client_id, words in measures.items()}


def out_on_running_steps(planned: Collection[CheckIn], today: date) -> set[UUID]:
    """Of planned check-ins those that are out and whose step runs today, wherever it ends now, of clients in care."""
    out = [checkin for checkin in planned if checkin.due_on <= today]
    steps = DoseStep.objects.current().filter(
        version__dose_plan__in={checkin.dose_plan_id for checkin in out},
        version__dose_plan__client__status=ClientStatus.ACTIVE,
    )
    running = {
        (plan.dose_plan.pk, step.first_on, step.mg)
        for plan in _plan_days(steps)
        for step in plan.steps
        if step.first_on <= today <= (step.last_on or date.max)
    }
    return {checkin.pk for checkin in out if (checkin.dose_plan_id, checkin.step_first_on, checkin.step_mg) in running}


def last_asked(plan_ids: Iterable[UUID], today: date) -> dict[tuple[UUID, date, Decimal, str], date]:
    """By dose plan, step and occasion, the newest day of a check-in that is over or out."""
    is_over = Q(state__in=[CheckInState.ANSWERED, CheckInState.EXPIRED])
    is_out = Q(state=CheckInState.PLANNED, due_on__lte=today)
    rows = CheckIn.objects.filter(is_over | is_out, dose_plan__in=list(plan_ids)).order_by("due_on")
    return {tuple(row[:4]): row[4] for row in rows.values_list(*STEP, "occasion", "due_on")}


def taken_days(plan_ids: Iterable[UUID], earliest: date) -> set[tuple[UUID, date]]:
    """Dose plans with the days on which each was asked about and the check-in is over: no second one that day."""
    over = CheckIn.objects.filter(dose_plan__in=list(plan_ids), due_on__gte=earliest)
    over = over.filter(state__in=[CheckInState.ANSWERED, CheckInState.EXPIRED])
    return set(over.values_list("dose_plan", "due_on"))
