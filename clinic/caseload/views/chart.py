"""The chart page."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from clinic.caseload.queries import chart as chart_queries
from clinic.clients.models import Client
from clinic.clients.services import opening
from clinic.core.queries import Fetched
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission

# A chart is opened again and again on the day of a visit; between two of its readers little of it has changed.
CHARTS_OF_A_DAY = 256

_open = opening(chart_queries.record_open_to)


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """The client and their record as HTML, with what the page around it asks."""

    client: Client
    record: SafeString
    has_evaluation: bool
    are_others_in_danger: bool


@requires(Permission.READ_CHART)
@require_safe
def chart(request: StaffRequest, client_id: UUID) -> HttpResponse:
    """One client: what a visit needs, in the order in which it is needed."""
    times = chart_queries.times_of(timezone.now())
    found = _open(*times, client_id=client_id, by=request.user, page="chart")
    shown = drawn_chart(found, times[0], request.user.permissions)
    context: dict[str, object] = {"chart": shown, "client": shown.client}
    if not shown.are_others_in_danger:
        # The banner need not ask again.
        context["open_alerts"] = []
    return render(request, "caseload/chart.html", context)


@lru_cache(maxsize=CHARTS_OF_A_DAY)
def drawn_chart(found: Fetched[dict[str, Any]], today: date, can: frozenset[Permission]) -> DrawnChart:
    """The record as it was read, drawn once for the very same rows, day and permissions: it depends on nothing else."""
    [row] = found.made()
    client = chart_queries.client_of(row)
    shown = chart_queries.chart(client, row, today=today, can=can)
    record = get_template("caseload/_chart_record.html").render({"chart": shown, "client": client, "can": can})
    return DrawnChart(client, SafeString(record), shown.has_evaluation, shown.are_others_in_danger)
