"""What a check must know about a client, gathered from the history, the evaluations and the results."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from clinic.clients.models import Client
from clinic.intake.models import (
    Allergy,
    EvaluationDiagnosis,
    PregnancyAnswer,
    ProblemHistory,
    PsychiatricEvaluation,
    ReportedMedication,
)
from clinic.titration.facts import measured_facts
from clinic.titration.rules.person import NOT_ASKED, PersonFacts, Reported, allergies_of, conditions_of

# Rows of four tables in one shape: which table, two texts, a flag, an instant.
ALLERGY, DIAGNOSIS, PROBLEM, PREGNANCY = "allergy", "diagnosis", "problem", "pregnancy"
NO_TEXT = Value("", output_field=CharField())
NO_FLAG = Value(False, output_field=BooleanField())
NO_TIME = Cast(Value(None), DateTimeField())


def person_facts(client: Client) -> PersonFacts:
    """What is known of a client that findings depend on; two queries, the results' own among them."""
    told: dict[str, list[tuple[Any, ...]]] = {ALLERGY: [], DIAGNOSIS: [], PROBLEM: [], PREGNANCY: []}
    for source, *row in _told(client.pk):
        told[source].append(tuple(row))
    conditions, without_code = conditions_of(
        [code for code, *_ in told[DIAGNOSIS]], [(system, code) for system, code, *_ in told[PROBLEM]]
    )
    [(pregnancy, *_, asked_at)] = told[PREGNANCY] or [(NOT_ASKED, None)]
    return PersonFacts(
        birth_on=client.birth_on,
        sex=client.sex,
        pregnancy=pregnancy,
        pregnancy_on=timezone.localdate(asked_at) if asked_at else None,
        conditions=conditions,
        problems_without_code=without_code,
        allergies=allergies_of(
            [(substance, ingredient, is_none) for substance, ingredient, is_none, _ in told[ALLERGY]]
        ),
        measured=measured_facts(client.pk),
    )


def _told(client_id: UUID) -> QuerySet[Allergy, Any]:
    """Allergies, diagnoses, problems and the newest word on pregnancy as one statement.

    Diagnoses come from the newest signed evaluation of each prescriber: a newer one of the same hand replaces them.
    """
    newest = (
        PsychiatricEvaluation.objects.filter(client=client_id, signed_at__isnull=False)
        .order_by("prescriber_id", "-evaluated_on", "-signed_at")
        .distinct("prescriber_id")
    )
    allergies = Allergy.objects.filter(client=client_id, withdrawn_at=None).order_by()
    diagnoses = EvaluationDiagnosis.objects.filter(evaluation__in=newest.values("pk")).order_by()
    problems = ProblemHistory.objects.filter(client=client_id).order_by()
    pregnancy = PregnancyAnswer.objects.filter(client=client_id).newest_first()[:1]
    ingredient = Coalesce(F("medication__ingredient"), NO_TEXT)
    return allergies.values_list(Value(ALLERGY), "substance", ingredient, "is_none_known", NO_TIME).union(
        diagnoses.values_list(Value(DIAGNOSIS), "code", NO_TEXT, NO_FLAG, NO_TIME),
        problems.values_list(Value(PROBLEM), "code_system", "code", NO_FLAG, NO_TIME),
        pregnancy.values_list(Value(PREGNANCY), "status", NO_TEXT, NO_FLAG, "recorded_at"),
        all=True,
    )


def reported_medications(client: Client, *, since: date) -> list[Reported]:
    """What others prescribed or the client buys, taken on `since` or later, for wash-outs too; one query."""
    rows = ReportedMedication.objects.filter(client=client).exclude(last_on__lt=since)
    told = rows.order_by("name", "first_on").values_list(
        "name", Coalesce(F("medication__ingredient"), NO_TEXT), "first_on", "last_on", "mg_per_day"
    )
    return [Reported(*row) for row in told]
