"""What is read of supply: what is on hand by count, which dose plans run out first, requests and their judgement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst

from clinic.clients.models import Client
from clinic.clients.queries import Named, in_open_charts, naming
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.facts import due_before
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep, Fill, MissedDoses, RefillRequest, StepGate
from clinic.titration.queries.gates import gate_words
from clinic.titration.queries.safety import open_promises
from clinic.titration.rules import parse_order, refills, supply_words
from clinic.titration.rules.gates import day_words
from clinic.titration.rules.refills import ClinicLimits, Judgement, RefillFacts, Renewal
from clinic.titration.rules.signed import is_running_on
from clinic.titration.rules.strengths import Strength, strengths_of
from clinic.titration.rules.supply import Days, Draw, Supply, draws_of, strengths_to_fill, supply_of
from clinic.titration.rules.supply import Fill as Filled
from clinic.worklist.models import WorkItem

FILLS_SHOWN = 40
RUNS_OUT = "runs_out:"
LONGEST_TYPED = 4
ROWS = 20


@dataclass(frozen=True, slots=True)
class CountedPlan:
    """A running dose plan and how long its supply lasts; `supply` is None where no fill is known."""

    dose_plan: DosePlan
    version: DosePlanVersion
    draws: tuple[Draw, ...]
    supply: Supply | None
    next_visit_on: date | None

    @property
    def runs_out_first(self) -> bool:
        """Whether the supply ends before the next visit, or ends and none is booked."""
        run_out_on = self.supply.run_out_on if self.supply else None
        return run_out_on is not None and (self.next_visit_on is None or run_out_on < self.next_visit_on)


@dataclass(frozen=True, slots=True)
class ShownFill:
    """A fill as it is shown."""

    row: Fill
    words: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class PlanSupply:
    """The supply of one dose plan in words: what is on hand, how it was counted, the fills and the requests."""

    counted: CountedPlan
    on_hand: str
    legs: list[str]
    end: str
    gaps: list[str]
    fills: list[ShownFill]
    requests: list[RefillRequest]
    steps: list[DoseStep]
    waits: list[str]

    @property
    def waiting(self) -> RefillRequest | None:
        """The request that nobody has decided yet."""
        return next((one for one in self.requests if not hasattr(one, "decision")), None)

    @property
    def ended(self) -> list[RefillRequest]:
        """Requests with what became of them."""
        return [one for one in self.requests if hasattr(one, "decision")]


@dataclass(frozen=True, slots=True)
class JudgedRefill:
    """A request before its decision: the judgement, and what the days shown would make, or why they make nothing."""

    judgement: Judgement
    facts: RefillFacts
    days: int | None
    renewal: Renewal | None
    units: list[str]
    refused: str


@dataclass(frozen=True, slots=True)
class WaitingRefill:
    """A request on the home of a prescriber."""

    pk: UUID
    asked_at: datetime
    asked_by: str
    medication: str
    client: Named


def counted_plans(client: Client, now: datetime) -> list[CountedPlan]:
    """The running dose plans of a client with their supply, oldest first; five queries."""
    versions = _running(local_day(now)).filter(dose_plan__client=client)
    return _count(versions.order_by("dose_plan__began_on", "dose_plan_id"), now)


def counted_plans_with_fills(now: datetime) -> list[CountedPlan]:
    """All running dose plans of clients in care of which a fill is known; five queries."""
    in_care = {"dose_plan__client__in": Client.objects.in_care()}
    filled = Fill.objects.standing().values("dose_plan")
    return _count(_running(local_day(now)).filter(**in_care, dose_plan__in=filled), now)


def counted_plan(dose_plan: DosePlan, now: datetime) -> CountedPlan:
    """One dose plan with its supply, an ended one too; five queries."""
    [counted] = _count(_current().filter(dose_plan=dose_plan), now)
    return counted


def _current() -> QuerySet[DosePlanVersion]:
    fills = Prefetch("dose_plan__fills", Fill.objects.standing(), to_attr="standing_fills")
    current = DosePlanVersion.objects.filter(superseded_at=None).prefetch_related("steps", fills)
    return current.select_related("dose_plan__client", "dose_plan__medication", "dose_plan__prescriber")


def _running(today: date) -> QuerySet[DosePlanVersion]:
    return _current().filter(Q(stop_on=None) | Q(stop_on__gt=today))


def _count(found: Iterable[DosePlanVersion], now: datetime) -> list[CountedPlan]:
    versions = list(found)
    missed = _missed_days([version.dose_plan_id for version in versions])
    visits = _next_visits({version.dose_plan.client_id for version in versions}, now)
    return [
        _counted(one, missed.get(one.dose_plan_id, []), visits.get(one.dose_plan.client_id), now) for one in versions
    ]


def _counted(
    version: DosePlanVersion, missed: Sequence[Days], next_visit_on: date | None, now: datetime
) -> CountedPlan:
    draws = draws_of(list(version.steps.all()))
    standing: list[Fill] = version.dose_plan.standing_fills  # type: ignore[attr-defined]  # named by the prefetch
    fills = [Filled(row.filled_on, strength_of(row), row.count) for row in standing]
    supply = supply_of(draws, fills, local_day(now), missed)
    return CountedPlan(version.dose_plan, version, draws, supply, next_visit_on)


def strength_of(row: Fill) -> Strength:
    """The strength that a fill is of."""
    return Strength(row.form, row.release, row.mg)


def _missed_days(dose_plan_ids: Sequence[UUID]) -> dict[UUID, list[Days]]:
    days: dict[UUID, list[Days]] = {}
    for row in MissedDoses.objects.filter(version__dose_plan__in=dose_plan_ids).select_related("version"):
        days.setdefault(row.version.dose_plan_id, []).append((row.first_missed_on, row.last_missed_on))
    return days


def _next_visits(client_ids: Iterable[UUID], now: datetime) -> dict[UUID, date]:
    """The day of each client's next standing appointment about medication."""
    coming = Appointment.objects.standing().filter(client__in=client_ids, starts_at__gte=now)
    about_medication = coming.exclude(kind=AppointmentKind.THERAPY).order_by()
    rows = about_medication.values_list("client").annotate(first=Min("starts_at"))
    return {client_id: local_day(first) for client_id, first in rows}


def _last_visit_on(client: Client) -> date | None:
    done = Appointment.objects.filter(client=client, status=AppointmentStatus.DONE)
    last = done.exclude(kind=AppointmentKind.THERAPY).aggregate(last=Max("starts_at"))["last"]
    return local_day(last) if last else None


def supply_page(user: User, client: Client, now: datetime) -> list[PlanSupply]:
    """The supply of every running dose plan of a client; nine queries."""
    counted = counted_plans(client, now)
    plans = [one.dose_plan for one in counted]
    fills = Fill.objects.filter(dose_plan__in=plans).select_related("recorded_by", "withdrawn_by")
    asked = RefillRequest.objects.filter(dose_plan__in=plans).select_related("step", "entered_by", "decision__by")
    fill_rows, request_rows = list(fills), list(asked)
    steps, waits = _steps_by_plan(plans, local_day(now)), _waits(plans)
    return [
        PlanSupply(
            counted=one,
            on_hand=supply_words.on_hand_words(one.supply) if one.supply else "",
            legs=[supply_words.leg_words(leg) for leg in one.supply.legs] if one.supply else [],
            end=supply_words.end_words(one.supply) if one.supply else "",
            gaps=[supply_words.gap_words(gap) for gap in one.supply.gaps] if one.supply else [],
            fills=[_shown(row, user) for row in fill_rows if row.dose_plan_id == one.dose_plan.pk][:FILLS_SHOWN],
            requests=[row for row in request_rows if row.dose_plan_id == one.dose_plan.pk],
            steps=steps.get(one.dose_plan.pk, []),
            waits=waits.get(one.dose_plan.pk, []),
        )
        for one in counted
    ]


def _shown(row: Fill, user: User) -> ShownFill:
    may = row.withdrawn_at is None and may_withdraw(row.recorded_by_id, user)
    return ShownFill(row, strength_of(row).words(row.count), may)


def may_withdraw(entered_by: UUID | None, user: User) -> bool:
    """A prescriber may take back any entry about supply; whoever else enters some, what they entered themselves."""
    return user.role == Role.PRESCRIBER or entered_by == user.pk


def offered_strengths(counted: CountedPlan, today: date) -> list[Strength]:
    """The strengths that a fill of this dose plan may be of, likeliest first."""
    return strengths_to_fill(counted.draws, strengths_of(parse_order(counted.version.order)), today)


def steps_to_ask_for(dose_plan: DosePlan, today: date) -> list[DoseStep]:
    """The steps that a request about a dose plan may name; one query."""
    return _steps_by_plan([dose_plan], today).get(dose_plan.pk, [])


def _steps_by_plan(dose_plans: Sequence[DosePlan], today: date) -> dict[UUID, list[DoseStep]]:
    """Each dose of a plan once: today's first, then coming ones, then what is over or was superseded."""
    rows = DoseStep.objects.filter(version__dose_plan__in=dose_plans, mg_per_day__gt=0).select_related("version")
    offered: dict[UUID, list[DoseStep]] = {}
    for step in sorted(rows, key=lambda row: (_rank(row, today), -row.version.number, row.number)):
        steps = offered.setdefault(step.version.dose_plan_id, [])
        if not any(refills.is_same_dose(step, one) for one in steps):
            steps.append(step)
    return offered


def _rank(step: DoseStep, today: date) -> int:
    if step.version.superseded_at is not None:
        return 3
    return 0 if is_running_on(step, today) else 1 if step.first_on > today else 2


def get_fill(user: User, fill_id: UUID) -> Fill:
    """A fill of a chart open to this user, or 404."""
    return get_object_or_404(Fill.objects.visible_to(user), pk=fill_id)


def get_refill(user: User, request_id: UUID) -> RefillRequest:
    """A refill request of a chart open to this user, or 404."""
    related = ("client", "dose_plan__medication", "dose_plan__prescriber", "step", "entered_by", "decision__by")
    return get_object_or_404(RefillRequest.objects.visible_to(user).select_related(*related), pk=request_id)


def _waits(dose_plans: Sequence[DosePlan]) -> dict[UUID, list[str]]:
    """The coming steps of plans that wait, in words."""
    told: dict[UUID, list[str]] = {}
    for gate in StepGate.objects.waiting().filter(dose_plan__in=dose_plans):
        words = f"The step planned for {day_words(gate.step_first_on)} begins only after {gate_words(gate)}."
        told.setdefault(gate.dose_plan_id, []).append(words)
    return told


def refill_facts(dose_plan: DosePlan, counted: CountedPlan, by: User, now: datetime) -> RefillFacts:
    """What a request for a dose plan is judged by, for the one who decides."""
    overdue = [
        f"{line.what} is overdue since {line.by_on:%b} {line.by_on.day}, {line.by_on.year}: promised by {line.owner}, "
        f"when {line.medication} was signed."
        for line in open_promises(dose_plan.client, now=now)
        if line.is_overdue
    ]
    return RefillFacts(
        today=local_day(now),
        medication=capfirst(dose_plan.medication.name),
        dea_schedule=dose_plan.medication.dea_schedule,
        draws=counted.draws,
        stop_on=counted.version.stop_on,
        supply=counted.supply,
        last_visit_on=_last_visit_on(dose_plan.client),
        next_visit_on=counted.next_visit_on,
        overdue=[*overdue, *due_before(dose_plan.client, dose_plan.medication, now)],
        waits=_waits([dose_plan]).get(dose_plan.pk, []),
        is_cover=is_cover(dose_plan, by),
        limits=ClinicLimits(settings.REFILL_VISIT_WITHIN_DAYS or None, settings.REFILL_CONTROLLED_DAYS or None),
    )


def is_cover(dose_plan: DosePlan, by: User) -> bool:
    """Whether a prescriber stands in: neither the one of this dose plan nor the client's lead prescriber."""
    if by.role != Role.PRESCRIBER or dose_plan.prescriber_id == by.pk:
        return False
    leads = dose_plan.client.care_team.live().filter(user=by, role=Role.PRESCRIBER, is_lead=True)
    return not leads.exists()


def judged(request: RefillRequest, by: User, now: datetime) -> tuple[Judgement, RefillFacts]:
    """A request held against the rules as they stand now."""
    facts = refill_facts(request.dose_plan, counted_plan(request.dose_plan, now), by, now)
    return refills.judge(request.step, request.days, facts), facts


def judged_for_page(request: RefillRequest, by: User, now: datetime, typed: str) -> JudgedRefill:
    """A request with its judgement and the units of the days typed, or of those suggested."""
    judgement, facts = judged(request, by, now)
    days = refills.suggested_days(request.days, facts)
    if typed.isdecimal() and len(typed) <= LONGEST_TYPED:
        days = int(typed)
    try:
        renewal = refills.renew(judgement, days, facts) if days is not None else None
    except RuleBroken as refusal:
        return JudgedRefill(judgement, facts, days, None, [], refusal.reason)
    units = [strength.words(count) for strength, count in renewal.units] if renewal else []
    return JudgedRefill(judgement, facts, days, renewal, units, "")


def waiting_refills(user: User) -> QuerySet[RefillRequest, Any]:
    """The fields of `WaitingRefill`, for requests about clients whose charts are open to this user, oldest first."""
    waiting = RefillRequest.objects.filter(in_open_charts(user)).waiting().order_by("asked_at")
    return waiting.values_list("pk", "asked_at", "asked_by", "dose_plan__medication__name", *naming("client"))[:ROWS]


def runs_out_about(counted: CountedPlan) -> str:
    """The cause that names the duty to see to a supply that ends; another run-out day is another cause.

    A supply that is out goes by the day since when, so that it is one cause however many days pass.
    """
    supply = counted.supply
    run_out_on = (supply.out_since or supply.run_out_on) if supply else None
    return f"{RUNS_OUT}{counted.dose_plan.pk}:{run_out_on}"


def open_run_outs(dose_plan_id: UUID | None = None) -> list[str]:
    """The causes of open duties about supplies that end, of one dose plan or of all."""
    prefix = f"{RUNS_OUT}{dose_plan_id}:" if dose_plan_id else RUNS_OUT
    found = WorkItem.objects.open().filter(about__startswith=prefix)
    return [about for about in found.values_list("about", flat=True) if about]


def refill_about(request_id: UUID) -> str:
    """The cause that names the duty to decide about a request."""
    return f"refill:{request_id}"
