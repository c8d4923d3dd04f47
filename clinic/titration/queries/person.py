"""What a check must know about a client, gathered from the history, the evaluations and the results."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.rows import Rows
from clinic.intake.models import (
    Allergy,
    EvaluationDiagnosis,
    PregnancyAnswer,
    ProblemHistory,
    PsychiatricEvaluation,
)
from clinic.titration.rules.person import NOT_ASKED, MeasuredFacts, PersonFacts, allergies_of, conditions_of

NO_TEXT = Value("")
# The client of the statement around.
MINE = {"client": OuterRef("pk")}


def person_parts() -> dict[str, Rows]:
    """What `person_of` is made from, for a statement about the client."""
    substances = Allergy.objects.filter(**MINE, withdrawn_at=None).order_by("recorded_at", "id")
    ingredient = Coalesce(F("medication__ingredient"), NO_TEXT)
    problems = ProblemHistory.objects.filter(**MINE).order_by("recorded_at", "id")
    pregnancy = PregnancyAnswer.objects.filter(**MINE).newest_first()[:1]
    return {
        "allergy_rows": Rows(substances.values("substance", "is_none_known", ingredient=ingredient)),
        "diagnosis_rows": Rows(_diagnoses().values("code")),
        "history_rows": Rows(problems.values("code_system", "code")),
        "pregnancy_rows": Rows(pregnancy.values("status", "recorded_at")),
    }


def _diagnoses() -> QuerySet[EvaluationDiagnosis]:
    """Those of the newest signed evaluation of each prescriber: a newer one of the same hand replaces them."""
    newest = (
        PsychiatricEvaluation.objects.filter(client=OuterRef(OuterRef("pk")), signed_at__isnull=False)
        .order_by("prescriber_id", "-evaluated_on", "-signed_at")
        .distinct("prescriber_id")
    )
    return EvaluationDiagnosis.objects.filter(evaluation__in=newest.values("pk")).order_by("id")


def person_of(found: dict[str, Any], client: Client, measured: MeasuredFacts) -> PersonFacts:
    """What is known of a client that findings depend on, from the row that `person_parts` brought."""
    told = [(row["code_system"], row["code"]) for row in found["history_rows"]]
    conditions, without_code = conditions_of([row["code"] for row in found["diagnosis_rows"]], told)
    answer = next(iter(found["pregnancy_rows"]), None)
    return PersonFacts(
        birth_on=client.birth_on,
        sex=client.sex,
        pregnancy=answer["status"] if answer else NOT_ASKED,
        pregnancy_on=local_day(answer["recorded_at"]) if answer else None,
        conditions=conditions,
        problems_without_code=without_code,
        allergies=allergies_of(
            [(row["substance"], row["ingredient"], row["is_none_known"]) for row in found["allergy_rows"]]
        ),
        measured=measured,
    )
