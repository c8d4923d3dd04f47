"""The newest score of each scale on the chart, beside the one before and the one from which treatment began."""

import datetime as dt
from typing import Any

import pytest

from clinic.caseload.queries.lines import score_line
from clinic.caseload.queries.scores import NewestScore, instruments_of, newest_scores, score_series
from clinic.scales.rules import INSTRUMENTS
from clinic.staff.models import User
from tests.factories.scales import ContentPackFactory


def answered(month: int, day: int, total: int | None, instrument: str = "phq9") -> dict[str, Any]:
    at = dt.datetime(2026, month, day, 18, tzinfo=dt.UTC)
    return {
        "instrument": instrument, "version": "1", "total": total, "band": "", "answered_at": at, "is_complete": True,
        "is_prorated": False,
    }  # fmt: skip


def newest(*rows: dict[str, Any], treated_from: dt.date | None = None) -> NewestScore:
    [found] = newest_scores(rows, INSTRUMENTS, treated_from)
    return found


def test_the_baseline_is_the_newest_total_up_to_the_first_day_of_treatment() -> None:
    rows = [answered(6, 20, 8), answered(6, 6, 12), answered(6, 1, 18), answered(3, 1, 24)]
    found = newest(*rows, treated_from=dt.date(2026, 6, 1))
    assert (found.change, found.since_baseline) == (
        "4 points lower: a change that matters",
        "55 % lower than 18 on Jun 1: response",
    )
    assert score_line(found).small.endswith("since Jun 6, 2026; 55 % lower than 18 on Jun 1: response")
    assert newest(*rows).since_baseline == "66 % lower than 24 on Mar 1: response"


def test_the_score_before_is_not_told_twice() -> None:
    assert newest(answered(6, 20, 8), answered(6, 1, 18)).since_baseline == ""
    assert newest(answered(6, 20, 8)).since_baseline == ""


def test_without_totals_there_is_nothing_to_compare() -> None:
    assert newest(answered(6, 20, None), answered(6, 6, 9), answered(6, 1, 9)).since_baseline == ""
    assert newest(answered(6, 20, 8), answered(6, 6, None)).since_baseline == ""
    assert newest(answered(6, 20, 8), answered(6, 6, None), answered(6, 1, 8)).since_baseline == "as 8 on Jun 1"


def test_an_instrument_that_is_not_known_any_more_is_called_by_its_code() -> None:
    [found] = newest_scores([answered(6, 20, 8, "gone"), answered(6, 1, 9, "gone")], INSTRUMENTS, None)
    assert (found.title, found.maximum, found.change, found.since_baseline) == ("gone", None, "", "")
    rows = [answered(6, 20, 8, "gone"), answered(6, 1, None, "gone")]
    [series] = score_series(rows, INSTRUMENTS, sex="female")
    assert len(series.points) == 1
    assert (series.title, series.maximum, series.bands) == ("gone", 8, ())


@pytest.mark.django_db
def test_a_scale_of_the_clinics_own_is_read_by_one_query_and_shipped_ones_by_none(
    prescriber: User, django_assert_num_queries: Any
) -> None:
    ContentPackFactory(accepted_by=prescriber)
    rows = [answered(6, 20, 1, "rest2"), answered(6, 1, 2, "rest2")]
    with django_assert_num_queries(1):
        scales = instruments_of(rows)
    with django_assert_num_queries(0):
        instruments_of([answered(6, 20, 8)])
    [found] = newest_scores(rows, scales, None)
    assert (found.title, found.maximum, found.change) == ("Rest-2", 2, "1 point lower")
    [series] = score_series(rows, scales, sex="female")
    assert (series.title, series.maximum) == ("Rest-2", 2)
