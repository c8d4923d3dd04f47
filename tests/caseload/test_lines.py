"""Lines of the chart in words."""

import datetime as dt
from typing import Any

from clinic.caseload.queries.lines import missed_words


def answer(day: int, missed: int, medication: str = "sertraline") -> dict[str, Any]:
    at = dt.datetime(2026, 3, day, 18, tzinfo=dt.UTC)
    return {"answered_at": at, "doses_missed": missed, "medication": medication}


def test_doses_missed_of_the_medication_that_was_asked_about_last() -> None:
    assert missed_words([answer(9, 1), answer(8, 7, "lithium"), answer(2, 2)]) == (
        "Sertraline: 1 dose missed in the 7 days before Mar 9, 2026; 3 in the last 2 check-ins"
    )
    assert missed_words([]) == ""
