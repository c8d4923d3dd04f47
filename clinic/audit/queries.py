"""Reading the audit: rows for the search page, newest first."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.audit.rules import SHOWING, safe_cell
from clinic.staff.models import User, UserQuerySet

ROWS = 50
EXPORT_ROWS = 10_000
COLUMNS = ["at", "action", "by", "role", "client", "subject_type", "subject", "detail", "address", "request"]
# The kinds of deed, each found by one step along the index, however long the audit is.
ACTIONS = """
WITH RECURSIVE kinds AS (
    (SELECT action FROM audit_auditevent ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT action FROM audit_auditevent WHERE action > kinds.action ORDER BY action LIMIT 1)
    FROM kinds WHERE kinds.action IS NOT NULL
)
SELECT action FROM kinds WHERE action IS NOT NULL
"""


@dataclass(frozen=True)
class Filters:
    """What an auditor looks for; everything empty is everything."""

    who: UUID | None = None
    client: UUID | None = None
    action: str = ""
    since: date | None = None
    until: date | None = None

    def said(self) -> dict[str, str]:
        """The filters that are set, as ids and codes."""
        return {name: str(value) for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Page:
    """Up to 50 events, and the keys of the pages before and after."""

    events: list[AuditEvent]
    older: str
    newer: str


def actions() -> list[str]:
    """Every kind of deed that was ever written."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIONS)
        return [action for (action,) in cursor.fetchall()]


def people() -> UserQuerySet:
    """Everybody who may stand in the audit."""
    return User.objects.get_queryset().order_by("full_name")


def search(filters: Filters, *, before: UUID | None = None, after: UUID | None = None) -> Page:
    """One page of events, newest first; `before` and `after` are the ids of the last and first row shown."""
    found = _matching(filters)
    if after is not None:
        rows = list(_beyond(found, after, newer=True).order_by("at", "id")[: ROWS + 1])
        has_newer, has_older = len(rows) > ROWS, True
        events = rows[:ROWS][::-1]
    else:
        rows = list((_beyond(found, before, newer=False) if before else found)[: ROWS + 1])
        has_newer, has_older = before is not None, len(rows) > ROWS
        events = rows[:ROWS]
    return Page(
        events=events,
        older=str(events[-1].pk) if events and has_older else "",
        newer=str(events[0].pk) if events and has_newer else "",
    )


def export(filters: Filters) -> tuple[str, int]:
    """The newest 10,000 matching events as CSV without formulas, and how many they are."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    count = 0
    for event in _matching(filters)[:EXPORT_ROWS]:
        writer.writerow([safe_cell(cell) for cell in _cells(event)])
        count += 1
    return sheet.getvalue(), count


def _cells(event: AuditEvent) -> list[Any]:
    return [
        event.at.isoformat(),
        event.action,
        event.by,
        event.acting_role,
        event.client_id,
        event.subject_type,
        event.subject_id,
        json.dumps(event.detail) if event.detail else "",
        event.address,
        event.request_id,
    ]


def _matching(filters: Filters) -> "models.QuerySet[AuditEvent]":
    wanted = Q()
    if filters.who:
        wanted &= Q(by=filters.who)
    if filters.client and filters.action in SHOWING:
        # Without an index: only the events of this one kind are gone through.
        wanted &= Q(detail__contains={"clients": [str(filters.client)]})
    elif filters.client:
        wanted &= Q(client_id=filters.client)
    if filters.action:
        wanted &= Q(action=filters.action)
    if filters.since:
        wanted &= Q(at__gte=_begin(filters.since))
    if filters.until:
        wanted &= Q(at__lt=_begin(filters.until + timedelta(days=1)))
    return AuditEvent.objects.filter(wanted).select_related("by").order_by("-at", "-id")


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _beyond(events: "models.QuerySet[AuditEvent]", key: UUID, *, newer: bool) -> "models.QuerySet[AuditEvent]":
    """Events on one side of a row; a key that is no row leads nowhere."""
    at = AuditEvent.objects.filter(pk=key).values_list("at", flat=True).first()
    if at is None:
        return events.none()
    if newer:
        return events.filter(Q(at__gt=at) | Q(at=at, id__gt=key))
    return events.filter(Q(at__lt=at) | Q(at=at, id__lt=key))
