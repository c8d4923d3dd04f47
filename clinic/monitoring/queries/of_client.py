"""What is due to be measured of a client: from one statement, or from one that brings more, or more clients."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from clinic.clients.models import Client
from clinic.clients.rules.identity import age_on
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.core.rows import Rows, RowsWithin
from clinic.intake.models import EvaluationDiagnosis, Pregnancy, PregnancyAnswer, ReportedMedication
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries.protocols import decided_in, is_monitored, newest_decisions
from clinic.monitoring.rules.begun import begun_of
from clinic.monitoring.rules.due import DUE, DosePlanDays, DueItem, Known, due_items
from clinic.monitoring.rules.gain import Weighed
from clinic.monitoring.rules.gathering import DueLine, PlanStep, lines_of, monitored_kinds, plans_of
from clinic.monitoring.rules.protocols import Person
from clinic.monitoring.rules.results import in_own_unit
from clinic.plans.models import PlanStatus, Problem, TreatmentPlan
from clinic.scales.models import ScaleResponse
from clinic.titration.models import DosePlanVersion, MissedDoses
from clinic.worklist.models import WorkItem

ONE_DAY = timedelta(days=1)
# The client of the statement around.
MINE = {"client": OuterRef("pk")}
# The newest of each kind stand in a list of their own: what is older than these only loses days long past.
TAKEN = 300
LEFT_OPEN = frozenset({Pregnancy.POSSIBLE, Pregnancy.UNKNOWN})


def lines_of_client(client: Client, now: datetime) -> list[DueLine]:
    """What must be seen to of one client, now or soon, in words; one query."""
    [found] = _of_client(client.pk)
    return due_lines(found, client, local_day(now))


@prepared
def _of_client(client_id: UUID) -> QuerySet[Client, Any]:
    return Client.objects.filter(pk=client_id).values(**_parts(Rows))


def rows_of_monitored(clients: QuerySet[Client]) -> Rows:
    """For the statement of a list: those of its clients of whom protocols may ask something, for `is_pressing`."""
    monitored = DosePlanVersion.objects.filter(
        is_monitored("dose_plan__medication__ingredient"), dose_plan__client=OuterRef("pk"), superseded_at=None
    )
    found = clients.filter(Exists(monitored)).order_by()
    return Rows(found.values("birth_on", "sex", client_id=F("pk"), **_parts(RowsWithin)))


def is_pressing(row: dict[str, Any], today: date) -> bool:
    """Whether anything must be seen to now of the client of one row of `rows_of_monitored`."""
    return any(item.is_pressing for item in _due_items(row, row["birth_on"], row["sex"], today))


def _parts(listed: type[Rows | RowsWithin]) -> dict[str, Subquery]:
    """The lists of `due_parts`, and of the record those that `due_lines` reads."""
    dose_plans = DosePlanVersion.objects.filter(dose_plan__client=OuterRef("pk"), superseded_at=None)
    missed = MissedDoses.objects.filter(version__dose_plan__client=OuterRef("pk")).order_by("-first_missed_on")
    plans = TreatmentPlan.objects.filter(**MINE, status=PlanStatus.SIGNED)
    egfr = Measurement.objects.standing().filter(**MINE, kind="egfr").newest_of_each_kind()
    return {
        "step_rows": listed(
            dose_plans.order_by("-dose_plan__began_on", "dose_plan_id", "steps__number").values(
                "dose_plan_id", "stop_on", medication=F("dose_plan__medication__name"),
                ingredient=F("dose_plan__medication__ingredient"), step_first_on=F("steps__first_on"),
                step_last_on=F("steps__last_on"), every_days=F("steps__every_days"), day_mg=F("steps__mg_per_day"),
            )
        ),
        "missed_rows": listed(missed.values("first_missed_on", "goes_on_on", plan_id=F("version__dose_plan"))),
        "plan_rows": listed(
            plans.values(
                "status", problem_rows=RowsWithin(Problem.objects.filter(plan=OuterRef("pk")).values("code"))
            )
        ),
        "measurement_rows": listed(egfr.values("kind", "value", "unit", "taken_at")),
        "pregnancy_rows": listed(PregnancyAnswer.objects.filter(**MINE).newest_first().values("status")[:1]),
        "reported_rows": listed(
            ReportedMedication.objects.filter(**MINE).values(
                "name", "first_on", "last_on", "recorded_at", ingredient=F("medication__ingredient")
            )
        ),
        **due_parts(listed),
    }  # fmt: skip


def due_parts(listed: type[Rows | RowsWithin] = Rows) -> dict[str, Subquery]:
    """The lists that what is due is computed from, beside those of the record."""
    return {
        "taken_rows": listed(_taken()),
        "settled_rows": listed(_settled()),
        "weight_rows": listed(_weights()),
        "scale_rows": listed(_scales()),
        "code_rows": listed(_codes()),
        "decision_rows": listed(newest_decisions().values("key", "is_used")),
    }


def _taken() -> QuerySet[Measurement, Any]:
    """When what protocols ask for was measured, the newest first."""
    found = Measurement.objects.standing().filter(**MINE, kind__in=monitored_kinds())
    return found.order_by("-taken_at").values("kind", "taken_at")[:TAKEN]


def _settled() -> QuerySet[WorkItem, Any]:
    """The causes of due items whose duty a person closed."""
    closed = WorkItem.objects.filter(**MINE, about__startswith=DUE, closed_by__isnull=False)
    return closed.order_by().values("about")


def _weights() -> QuerySet[Measurement, Any]:
    """Every weight in order of time: what was gained is counted from the start of a medication."""
    found = Measurement.objects.standing().filter(**MINE, kind="weight")
    return found.order_by("taken_at", "id").values("value", "unit", "taken_at")


def _scales() -> QuerySet[ScaleResponse, Any]:
    """When scales were answered that protocols ask for."""
    found = ScaleResponse.objects.filter(**MINE, instrument__in=monitored_kinds(), is_complete=True)
    return found.order_by("-answered_at").values("answered_at", kind=F("instrument"))[:TAKEN]


def _codes() -> QuerySet[EvaluationDiagnosis, Any]:
    """The diagnoses of signed evaluations."""
    signed = EvaluationDiagnosis.objects.filter(evaluation__client=OuterRef("pk"), evaluation__signed_at__isnull=False)
    return signed.order_by().values("code")


def due_lines(found: dict[str, Any], client: Client, today: date) -> list[DueLine]:
    """What protocols ask to be measured now or soon, from the rows of the client's record."""
    return lines_of(_due_items(found, client.birth_on, client.sex, today), today)


def known_of(client: Client, now: datetime) -> tuple[list[DosePlanDays], Known]:
    """The dose plans of one client and what is known of them today, whatever protocols ask; one query."""
    [found] = _of_client(client.pk)
    return _known(found, client.birth_on, client.sex, local_day(now))


def _due_items(found: dict[str, Any], birth_on: date, sex: str, today: date) -> list[DueItem]:
    return due_items(*_known(found, birth_on, sex, today))


def _known(found: dict[str, Any], birth_on: date, sex: str, today: date) -> tuple[list[DosePlanDays], Known]:
    steps = [
        PlanStep(
            s["dose_plan_id"], s["medication"], s["ingredient"], s["stop_on"], s["step_first_on"], s["step_last_on"],
            s["day_mg"], s["every_days"],
        )
        for s in found["step_rows"]
    ]  # fmt: skip
    missed = ((row["plan_id"], row["first_missed_on"], row["goes_on_on"] - ONE_DAY) for row in found["missed_rows"])
    newest = found["measurement_rows"]
    taken: dict[str, list[date]] = {}
    for row in (*newest, *found["taken_rows"]):
        taken.setdefault(row["kind"], []).append(local_day(row["taken_at"]))
    egfr = next((in_own_unit("egfr", row["value"], row["unit"]) for row in newest if row["kind"] == "egfr"), None)
    settled = frozenset(row["about"] for row in found["settled_rows"])
    weights = [
        Weighed(local_day(row["taken_at"]), kg)
        for row in found["weight_rows"]
        if (kg := in_own_unit("weight", row["value"], row["unit"])) is not None
    ]
    for row in found["scale_rows"]:
        taken.setdefault(row["kind"], []).append(local_day(row["answered_at"]))
    may_be_pregnant = any(row["status"] in LEFT_OPEN for row in found["pregnancy_rows"])
    person = Person(age_on(birth_on, today), egfr, sex, _diagnosed(found), may_be_pregnant)
    told = (
        (row["ingredient"] or row["name"], row["first_on"] or local_day(row["recorded_at"]))
        for row in found["reported_rows"]
        if row["last_on"] is None or row["last_on"] >= today
    )
    begun = begun_of(told, (step.ingredient for step in steps))
    known = Known(person, taken, today, settled, weights, decided_in(found["decision_rows"]), begun)
    return plans_of(steps, missed), known


def _diagnosed(found: dict[str, Any]) -> frozenset[str]:
    """The diagnoses of signed evaluations and of the plan in force."""
    in_force = [row for row in found["plan_rows"] if row["status"] == PlanStatus.SIGNED]
    problems = [one for row in in_force for one in row["problem_rows"]]
    return frozenset(row["code"] for row in (*found["code_rows"], *problems))
