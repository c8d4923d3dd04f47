"""What is signed outlasts TRUNCATE, too, which asks no trigger of a row; a table above may not take it along."""

import pytest
from django.db import DatabaseError, connection, transaction

KEPT = {
    "signed evaluations": [
        "intake_psychiatricevaluation",
        "intake_evaluationdiagnosis",
        "intake_evaluationaddendum",
    ],
    "signed plans": [
        "plans_treatmentplan",
        "plans_problem",
        "plans_goal",
        "plans_intervention",
        "plans_planacknowledgement",
    ],
    "signed dose plans": [
        "titration_doseplanversion",
        "titration_dosestep",
        "titration_dosechange",
        "titration_misseddoses",
        "titration_safetyoverride",
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("kept", "table"), [(kept, table) for kept, tables in KEPT.items() for table in tables])
def test_no_table_of_what_is_signed_is_emptied(kept: str, table: str) -> None:
    emptied = f"TRUNCATE {table} CASCADE"
    with pytest.raises(DatabaseError, match=f"{kept} are kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(emptied)
