"""The results of one client over time, and weight that was gained on an antipsychotic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.text import capfirst

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries.of_client import lines_of_client
from clinic.monitoring.queries.protocols import decided
from clinic.monitoring.rules.drawing import draw
from clinic.monitoring.rules.gathering import DueLine
from clinic.monitoring.rules.protocols import Event, protocols_for
from clinic.monitoring.rules.results import KINDS, in_own_unit
from clinic.monitoring.rules.trends import Reading, Trend, trends_of
from clinic.titration.models import DosePlan
from clinic.worklist.models import DutyKind, WorkItem

FIVE_YEARS = timedelta(days=1826)


@dataclass(frozen=True, slots=True)
class TrendGroup:
    """Vital signs, laboratory values, levels or the heart: each test over time with its picture, if it has one."""

    name: str
    trends: list[tuple[Trend, str]]


@dataclass(frozen=True, slots=True)
class Trends:
    """All results of a client over time; `gained` waits for a review, `reviews` are those made, the newest first."""

    groups: list[TrendGroup]
    gained: list[DueLine]
    reviews: QuerySet[WorkItem]


def trends_page(client: Client, now: datetime) -> Trends:
    """The results of five years as pictures and tables; a flat number of queries."""
    trends = trends_of(_readings(client, now - FIVE_YEARS), _weighed_medications(client))
    names = dict.fromkeys(one.group for one in trends)
    return Trends(
        groups=[TrendGroup(name, [_drawn(one) for one in trends if one.group == name]) for name in names],
        gained=[line for line in lines_of_client(client, now) if line.is_gain],
        reviews=gain_reviews(client),
    )


def _drawn(trend: Trend) -> tuple[Trend, str]:
    return trend, draw(trend.picture) if trend.picture else ""


def gain_reviews(client: Client) -> QuerySet[WorkItem]:
    """What was decided about weight that was gained, the newest first."""
    closed = WorkItem.objects.filter(client=client, kind=DutyKind.WEIGHT_GAIN, closed_by__isnull=False)
    return closed.select_related("closed_by").order_by("-closed_at")


def _readings(client: Client, since: datetime) -> dict[str, list[Reading]]:
    """The standing results of each kind in order of time, of a day the last; unknown units are left out."""
    rows = Measurement.objects.standing().filter(client=client, kind__in=KINDS, taken_at__gte=since)
    found: dict[str, dict[date, Reading]] = {}
    for row in rows.order_by("taken_at", "id"):
        value, on = in_own_unit(row.kind, row.value, row.unit), local_day(row.taken_at)
        if value is not None:
            found.setdefault(row.kind, {})[on] = Reading(on, value)
    return {kind: list(by_day.values()) for kind, by_day in found.items()}


def _weighed_medications(client: Client) -> Sequence[tuple[date, str]]:
    """When medications began whose weight is watched, with their names."""
    choices = decided()
    plans = DosePlan.objects.filter(client=client).order_by("began_on")
    return [
        (began_on, capfirst(name))
        for began_on, name, ingredient in plans.values_list("began_on", "medication__name", "medication__ingredient")
        if any(row.event is Event.GAIN for rows in protocols_for(ingredient, choices) for row in rows)
    ]
