"""Lines of the chart in words."""

import datetime as dt
from decimal import Decimal
from typing import Any

from clinic.caseload.queries.lines import measurement_lines, missed_words


def answer(day: int, missed: int, medication: str = "sertraline") -> dict[str, Any]:
    at = dt.datetime(2026, 3, day, 18, tzinfo=dt.UTC)
    return {"answered_at": at, "doses_missed": missed, "medication": medication}


def test_doses_missed_of_the_medication_that_was_asked_about_last() -> None:
    assert missed_words([answer(9, 1), answer(8, 7, "lithium"), answer(2, 2)]) == (
        "Sertraline: 1 dose missed in the 7 days before Mar 9, 2026; 3 in the last 2 check-ins"
    )
    assert missed_words([]) == ""


def test_a_blood_pressure_is_one_line_where_both_were_taken_at_once() -> None:
    def taken(kind: str, value: int, unit: str, day: int = 9) -> dict[str, Any]:
        at = dt.datetime(2026, 3, day, 18, tzinfo=dt.UTC)
        return {"kind": kind, "value": Decimal(value), "unit": unit, "taken_at": at}

    weight, low = taken("weight", 72, "kg"), taken("diastolic", 82, "mmHg")
    high, level = taken("systolic", 128, "mmHg"), taken("unheard_of", 1, "mmol/L")
    at_once = measurement_lines([low, high, level, weight])
    assert [line.name for line in at_once] == ["Weight", "Blood pressure", "Unheard of"]
    assert at_once[1].words == "128/82\N{NO-BREAK SPACE}mmHg"
    apart = measurement_lines([low, taken("systolic", 128, "mmHg", day=2)])
    assert [line.name for line in apart] == ["Systolic blood pressure", "Diastolic blood pressure"]
