"""Scores of a client's record: the newest of each scale with what its change says, and totals over time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.timezone import get_current_timezone

from clinic.caseload.rules.timeline import ScorePoint, ScoreSeries
from clinic.core.clock import local_day
from clinic.scales.queries import known_instruments
from clinic.scales.rules import Instrument, Score, baseline_words, change_words

ONE_DAY = timedelta(days=1)
LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class NewestScore:
    """The newest total of one instrument and how it differs from the one before."""

    title: str
    total: int | None
    maximum: int | None
    band: str
    answered_at: datetime
    change: str
    before_at: datetime | None
    since_baseline: str


def instruments_of(found: Iterable[dict[str, Any]]) -> Mapping[str, Instrument]:
    """The instruments of responses; asks the database only where one of them is the clinic's own."""
    return known_instruments({row["instrument"] for row in found})


def newest_scores(
    found: Iterable[dict[str, Any]], scales: Mapping[str, Instrument], treated_from: date | None
) -> list[NewestScore]:
    """One line an instrument, from responses that come newest first.

    The baseline is the newest total up to the day from which what is taken now was taken, else the oldest known.
    """
    by_instrument: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_instrument.setdefault(row["instrument"], []).append(row)
    day_after = treated_from + ONE_DAY if treated_from else LONG_AGO
    # One instant to compare with: to work out the day of each row anew took longer than all else here.
    before = datetime.combine(day_after, time.min, get_current_timezone())
    return [_newest(given, scales.get(code), before) for code, given in by_instrument.items()]


def _newest(given: list[dict[str, Any]], scale: Instrument | None, treated_before: datetime) -> NewestScore:
    newest, before = given[0], given[1] if len(given) > 1 else None
    change = ""
    if before and scale:
        change = change_words(_score(before, scale), _score(newest, scale), instruments={scale.code: scale})
    return NewestScore(
        title=scale.title if scale else newest["instrument"],
        total=newest["total"],
        maximum=scale.maximum if scale else None,
        band=newest["band"],
        answered_at=newest["answered_at"],
        change=change,
        before_at=before["answered_at"] if before else None,
        since_baseline=_since_baseline(given, scale, treated_before) if scale else "",
    )


def _since_baseline(given: list[dict[str, Any]], scale: Instrument, treated_before: datetime) -> str:
    """Where the newest total stands against the baseline; nothing where that is the newest or the one before."""
    earlier = [row for row in given[1:] if row["total"] is not None]
    if given[0]["total"] is None or not earlier:
        return ""
    baseline = next((row for row in earlier if row["answered_at"] < treated_before), earlier[-1])
    if baseline is given[1]:
        return ""
    on = local_day(baseline["answered_at"])
    return baseline_words(baseline["total"], on, given[0]["total"], scale)


def _score(row: dict[str, Any], scale: Instrument) -> Score:
    return Score(
        scale.code, row["version"], row["total"], scale.minimum, scale.maximum, row["band"], row["is_complete"], ()
    )


def score_series(found: Iterable[dict[str, Any]], scales: Mapping[str, Instrument], *, sex: str) -> list[ScoreSeries]:
    """Totals over time of each instrument, from responses that come newest first."""
    by_instrument: dict[str, list[ScorePoint]] = {}
    for row in found:
        if row["total"] is not None:
            point = ScorePoint(local_day(row["answered_at"]), row["total"], row["band"])
            by_instrument.setdefault(row["instrument"], []).append(point)
    return [_series(code, points[::-1], scales.get(code), sex) for code, points in by_instrument.items()]


def _series(code: str, points: list[ScorePoint], scale: Instrument | None, sex: str) -> ScoreSeries:
    if scale is None:
        return ScoreSeries(code, 0, max(point.total for point in points), (), tuple(points))
    bands = scale.bands.get("") or scale.bands.get(sex) or ()
    lines = tuple((band.at_least, band.name) for band in bands[1:])
    return ScoreSeries(scale.title, scale.minimum, scale.maximum, lines, tuple(points))
