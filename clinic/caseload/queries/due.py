"""What is due to be measured of one client, from lists that the statement of their record brings."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.utils.timezone import get_current_timezone, localdate

from clinic.caseload.queries.who import MINE
from clinic.clients.models import Client
from clinic.core.rows import Rows
from clinic.intake.models import EvaluationDiagnosis
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries import decided_in, newest_decisions
from clinic.monitoring.rules.due import DUE, Known, due_items
from clinic.monitoring.rules.gain import Weighed
from clinic.monitoring.rules.gathering import DueLine, PlanStep, lines_of, monitored_kinds, plans_of
from clinic.monitoring.rules.protocols import Person
from clinic.monitoring.rules.results import in_own_unit
from clinic.plans.models import PlanStatus
from clinic.scales.models import ScaleResponse
from clinic.worklist.models import WorkItem

ONE_DAY = timedelta(days=1)
# The newest of each kind stand in a list of their own: what is older than these only loses days long past.
TAKEN = 300


def due_parts() -> dict[str, Rows]:
    """The lists that what is due is computed from, beside those of the record."""
    return {
        "taken_rows": Rows(_taken()),
        "settled_rows": Rows(_settled()),
        "weight_rows": Rows(_weights()),
        "scale_rows": Rows(_scales()),
        "code_rows": Rows(_codes()),
        "decision_rows": Rows(newest_decisions().values("key", "is_used")),
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
    steps = (
        PlanStep(
            s["dose_plan_id"], s["medication"], s["ingredient"], s["stop_on"], s["step_first_on"], s["step_last_on"],
            s["day_mg"], s["every_days"],
        )
        for s in found["step_rows"]
    )  # fmt: skip
    missed = ((row["plan_id"], row["first_missed_on"], row["goes_on_on"] - ONE_DAY) for row in found["missed_rows"])
    newest = found["measurement_rows"]
    taken: dict[str, list[date]] = {}
    zone = get_current_timezone()
    for row in (*newest, *found["taken_rows"]):
        taken.setdefault(row["kind"], []).append(localdate(row["taken_at"], zone))
    egfr = next((in_own_unit("egfr", row["value"], row["unit"]) for row in newest if row["kind"] == "egfr"), None)
    settled = frozenset(row["about"] for row in found["settled_rows"])
    weights = [
        Weighed(localdate(row["taken_at"], zone), kg)
        for row in found["weight_rows"]
        if (kg := in_own_unit("weight", row["value"], row["unit"])) is not None
    ]
    for row in found["scale_rows"]:
        taken.setdefault(row["kind"], []).append(localdate(row["answered_at"], zone))
    person = Person(client.age_on(today), egfr, client.sex, _diagnosed(found))
    known = Known(person, taken, today, settled, weights, decided_in(found["decision_rows"]))
    return lines_of(due_items(plans_of(steps, missed), known), today)


def _diagnosed(found: dict[str, Any]) -> frozenset[str]:
    """The diagnoses of signed evaluations and of the plan in force."""
    in_force = [row for row in found["plan_rows"] if row["status"] == PlanStatus.SIGNED]
    problems = [one for row in in_force for one in row["problem_rows"]]
    return frozenset(row["code"] for row in (*found["code_rows"], *problems))
