"""What is due to be measured, computed from the rows as they stand: of one client, of all whose charts are open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, Exists, F, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Coalesce, TruncDate

from clinic.clients.models import IN_CARE, Client
from clinic.clients.queries import Named, in_open_charts, naming
from clinic.clients.queries.charts import Among
from clinic.clients.rules.identity import age_on
from clinic.core.clock import local_day
from clinic.core.models import new_id
from clinic.formulary.models import Medication
from clinic.intake.models import EvaluationDiagnosis, PregnancyAnswer, ReportedMedication
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries.of_client import LEFT_OPEN, known_of
from clinic.monitoring.queries.protocols import decided, is_monitored, newest_decisions
from clinic.monitoring.rules.before_start import StopByTest, stop_of, stopping
from clinic.monitoring.rules.begun import begun_of
from clinic.monitoring.rules.due import DUE, ONE_DAY, STATE_WORDS, DueItem, Known, State, due_items
from clinic.monitoring.rules.gain import Weighed
from clinic.monitoring.rules.gathering import (
    DueLine,
    PlanStep,
    lines_of,
    monitored_kinds,
    plans_of,
    told_at_signing,
)
from clinic.monitoring.rules.protocols import (
    Decided,
    Person,
    all_protocols_of,
    asks_for_begun,
    asks_for_diagnoses,
    protocols_for,
)
from clinic.monitoring.rules.results import in_own_unit
from clinic.plans.models import PlanStatus, Problem
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DosePlanVersion, MissedDoses
from clinic.worklist.models import WorkItem

LIST_ROWS = 200
STEP = (
    "dose_plan_id",
    "dose_plan__medication__name",
    "dose_plan__medication__ingredient",
    "stop_on",
    "steps__first_on",
    "steps__last_on",
    "steps__mg_per_day",
    "steps__every_days",
)


@dataclass(frozen=True, slots=True)
class ClientDue:
    """What is due of one client."""

    client: Named
    items: list[DueItem]


@dataclass(frozen=True, slots=True)
class DueList:
    """The list of what must be seen to now: lines with their clients, how many there are by state, and of all."""

    rows: list[tuple[Named, DueLine]]
    counts: list[tuple[State, str, int]]
    total: int
    has_more: bool


def due_of_client(client_id: UUID, now: datetime) -> list[DueItem]:
    """Everything that protocols ask for of one client, what is done and not yet among it; six queries at most."""
    return [item for one in due_everywhere(now, Q(dose_plan__client=client_id)) for item in one.items]


def due_list(user: User, *, state: str, now: datetime) -> DueList:
    """What must be seen to now of clients in care whose charts are open to this user, the most pressing first."""
    found = due_everywhere(now, in_open_charts(user, "dose_plan__client"), Q(dose_plan__client__status__in=IN_CARE))
    today = local_day(now)
    rows = [
        (one.client, line)
        for one in found
        for line in lines_of((item for item in one.items if item.is_pressing), today)
    ]
    rank = list(State)
    shown = sorted(
        (row for row in rows if not state or row[1].state == state),
        key=lambda row: (rank.index(row[1].state), row[1].since_on, str(row[0]), row[1].measured),
    )
    counted = [(one, sum(line.state is one for _, line in rows)) for one in rank[:3]]
    return DueList(
        rows=shown[:LIST_ROWS],
        counts=[(one, STATE_WORDS[one], count) for one, count in counted if count],
        total=len(rows),
        has_more=len(shown) > LIST_ROWS,
    )


def told_before_signing(client: Client, medication: Medication, now: datetime) -> list[str]:
    """What stands overdue or unmeasured before a medication is signed, in sentences; none where nothing is asked."""
    if not all_protocols_of(medication.ingredient):
        return []
    plans, known = known_of(client, now)
    if not protocols_for(medication.ingredient, known.decided):
        return []
    return told_at_signing(plans, medication.name, medication.ingredient, known, new_id())


def stops_before_start(client: Client, medication: Medication, now: datetime) -> list[StopByTest]:
    """Tests that stop the first signature of a medication; none while a dose plan of its ingredient runs already."""
    if not stopping([all_protocols_of(medication.ingredient)]):
        return []
    asked = stopping(protocols_for(medication.ingredient, decided()))
    if not asked or running_plan_of(client.pk, medication.ingredient, local_day(now)):
        return []
    return [stop for one in asked if (stop := stop_of(one, _newest(client, one.kinds[0]))) is not None]


def _newest(client: Client, kind: str) -> tuple[date, Decimal] | None:
    row = Measurement.objects.standing().filter(client=client, kind=kind).order_by("-taken_at", "-id").first()
    return (local_day(row.taken_at), row.value) if row else None


def due_everywhere(now: datetime, *which: Q | Among) -> list[ClientDue]:
    """What protocols ask for of the clients of these versions of dose plans; six queries at most, of however many."""
    gathered = _gathered(now, *which)
    found = []
    for client_id, steps in gathered.steps.items():
        client, birth_on, sex = gathered.clients[client_id]
        plans = plans_of(steps, gathered.missed.get(client_id, []))
        found.append(ClientDue(client, due_items(plans, gathered.known(client_id, birth_on, sex))))
    return found


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The rows of the clients asked about, by client."""

    today: date
    clients: dict[UUID, tuple[Named, date, str]]
    steps: dict[UUID, list[PlanStep]]
    missed: dict[UUID, list[tuple[UUID, date, date]]]
    taken: dict[UUID, dict[str, list[date]]]
    egfr: dict[UUID, Decimal | None]
    settled: dict[UUID, frozenset[str]]
    weights: dict[UUID, list[Weighed]]
    codes: dict[UUID, list[str]]
    may_be_pregnant: set[UUID]
    decided: Decided
    told: dict[UUID, list[tuple[str, date]]]

    def known(self, client_id: UUID, birth_on: date, sex: str) -> Known:
        """What is known of one of them today."""
        codes = frozenset(self.codes.get(client_id, ()))
        age, may_be = age_on(birth_on, self.today), client_id in self.may_be_pregnant
        person = Person(age, self.egfr.get(client_id), sex, codes, may_be)
        settled = self.settled.get(client_id, frozenset())
        taken, weights = self.taken.get(client_id, {}), self.weights.get(client_id, ())
        begun = begun_of(self.told.get(client_id, ()), (step.ingredient for step in self.steps[client_id]))
        return Known(person, taken, self.today, settled, weights, self.decided, begun)


def _gathered(now: datetime, *which: Q | Among) -> _Gathered:
    clients: dict[UUID, tuple[Named, date, str]] = {}
    steps: dict[UUID, list[PlanStep]] = {}
    for birth_on, sex, client_id, *rest in _steps(which):
        clients.setdefault(client_id, (Named(client_id, *rest[:4]), birth_on, sex))
        steps.setdefault(client_id, []).append(PlanStep(*rest[4:]))
    ids = list(clients)
    missed: dict[UUID, list[tuple[UUID, date, date]]] = {}
    for client_id, dose_plan_id, first, goes_on_on in _missed(ids):
        missed.setdefault(client_id, []).append((dose_plan_id, first, goes_on_on - ONE_DAY))
    taken: dict[UUID, dict[str, list[date]]] = {}
    told: dict[UUID, list[tuple[str, date]]] = {}
    for client_id, kind, day, is_begun in _taken(ids, _asking(steps, asks_for_begun), local_day(now)):
        if is_begun:
            told.setdefault(client_id, []).append((kind, day))
        else:
            taken.setdefault(client_id, {}).setdefault(kind, []).append(day)
    egfr: dict[UUID, Decimal | None] = {}
    weights: dict[UUID, list[Weighed]] = {}
    for client_id, kind, value, unit, taken_at in _values(ids):
        own = in_own_unit(kind, value, unit)
        if kind == "egfr":
            egfr[client_id] = own
        elif own is not None:
            weights.setdefault(client_id, []).append(Weighed(local_day(taken_at), own))
    settled: dict[UUID, set[str]] = {}
    may_be_pregnant: set[UUID] = set()
    choices: set[tuple[str, bool]] = set()
    for client_id, about, is_used in _settled(ids) if ids else ():
        if client_id is None:
            choices.add((about, is_used))
        elif about in LEFT_OPEN:
            may_be_pregnant.add(client_id)
        else:
            settled.setdefault(client_id, set()).add(about)
    return _Gathered(
        today=local_day(now),
        clients=clients,
        steps=steps,
        missed=missed,
        taken=taken,
        egfr=egfr,
        settled={client_id: frozenset(abouts) for client_id, abouts in settled.items()},
        weights=weights,
        codes=_codes(_asking(steps, asks_for_diagnoses)),
        may_be_pregnant=may_be_pregnant,
        decided=frozenset(choices),
        told=told,
    )


def _asking(steps: Mapping[UUID, Sequence[PlanStep]], asks: Callable[[str], bool]) -> list[UUID]:
    """The clients who take an ingredient of which a protocol asks something."""
    return [client_id for client_id, taken in steps.items() if any(asks(step.ingredient) for step in taken)]


def _steps(which: Iterable[Q | Among]) -> QuerySet[DosePlanVersion, Any]:
    """The steps in force of medications that protocols ask something of, ended ones too, plan by plan."""
    monitored = is_monitored("dose_plan__medication__ingredient")
    found = DosePlanVersion.objects.filter(monitored, *which, superseded_at=None)
    ordered = found.order_by("dose_plan__client_id", "dose_plan__began_on", "dose_plan_id", "steps__number")
    about = ("dose_plan__client__birth_on", "dose_plan__client__sex")
    return ordered.values_list(*about, *naming("dose_plan__client"), *STEP)


def _missed(client_ids: list[UUID]) -> QuerySet[MissedDoses, Any]:
    found = MissedDoses.objects.filter(version__dose_plan__client__in=client_ids)
    plan = "version__dose_plan"
    return found.order_by().values_list(f"{plan}__client_id", f"{plan}_id", "first_missed_on", "goes_on_on")


def _taken(client_ids: list[UUID], beside: list[UUID], today: date) -> QuerySet[Measurement, Any]:
    """The days on which each kind was measured and each scale answered, each once; one query.

    Of the clients `beside` also what they take from elsewhere today, by ingredient or name, and since when.
    """
    found = Measurement.objects.standing().filter(client__in=client_ids, kind__in=monitored_kinds())
    scales = ScaleResponse.objects.filter(client__in=client_ids, instrument__in=monitored_kinds(), is_complete=True)
    told = ReportedMedication.objects.filter(Q(last_on=None) | Q(last_on__gte=today), client__in=beside)
    ingredient = Coalesce(F("medication__ingredient"), F("name"), output_field=CharField())
    since = Coalesce(F("first_on"), TruncDate("recorded_at"))
    return (
        found.order_by()
        .values_list("client_id", "kind", TruncDate("taken_at"), Value(False))
        .union(
            scales.order_by().values_list("client_id", "instrument", TruncDate("answered_at"), Value(False)),
            told.order_by().values_list("client_id", ingredient, since, Value(True)),
        )
    )


def _values(client_ids: list[UUID]) -> QuerySet[Measurement, Any]:
    """The results whose values protocols look at, in order of time."""
    found = Measurement.objects.standing().filter(client__in=client_ids, kind__in=["egfr", "weight"])
    return found.order_by("taken_at", "id").values_list("client_id", "kind", "value", "unit", "taken_at")


def _codes(client_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The diagnoses of clients by signed evaluations and by the plan in force; one query, none where nobody asks."""
    if not client_ids:
        return {}
    evaluated = EvaluationDiagnosis.objects.filter(
        evaluation__client__in=client_ids, evaluation__signed_at__isnull=False
    ).values_list("evaluation__client_id", "code")
    planned = Problem.objects.filter(plan__client__in=client_ids, plan__status=PlanStatus.SIGNED)
    found: dict[UUID, list[str]] = {}
    for client_id, code in evaluated.order_by().union(planned.order_by().values_list("plan__client_id", "code")):
        found.setdefault(client_id, []).append(code)
    return found


def _settled(client_ids: list[UUID]) -> QuerySet[WorkItem, Any]:
    """The causes whose duty a person closed: they said that no more is to be done about it.

    Without a client, the protocols that were decided about and whether they are used; and the newest answer about
    pregnancy where it leaves one open. One query for all three.
    """
    closed = WorkItem.objects.filter(client__in=client_ids, about__startswith=DUE, closed_by__isnull=False)
    undecided = Value(None, output_field=BooleanField())
    nobody = Value(None, output_field=UUIDField())
    decisions = newest_decisions().annotate(nobody=nobody).values_list("nobody", "key", "is_used")
    newer = PregnancyAnswer.objects.filter(client=OuterRef("client"), recorded_at__gt=OuterRef("recorded_at"))
    answers = PregnancyAnswer.objects.filter(client__in=client_ids, status__in=LEFT_OPEN).exclude(Exists(newer))
    left_open = answers.order_by().annotate(used=undecided).values_list("client_id", "status", "used")
    settled = closed.order_by().annotate(used=undecided).values_list("client_id", "about", "used")
    return settled.union(decisions, left_open)


def open_due(client_id: UUID | None = None) -> list[str]:
    """The causes of open duties about what is due, of one client or of all."""
    found = WorkItem.objects.open().filter(about__startswith=DUE)
    if client_id is not None:
        found = found.filter(client=client_id)
    return [about for about in found.values_list("about", flat=True) if about]


def known_due(abouts: list[str]) -> set[str]:
    """Those causes of which a duty exists, open or closed."""
    return {about for about in WorkItem.objects.filter(about__in=abouts).values_list("about", flat=True) if about}


def running_plan_of(client_id: UUID, ingredient: str, today: date) -> DosePlan | None:
    """The newest running dose plan of an ingredient."""
    running = DosePlan.objects.running(today).filter(client=client_id, medication__ingredient=ingredient)
    return running.select_related("prescriber").order_by("-began_on").first()
