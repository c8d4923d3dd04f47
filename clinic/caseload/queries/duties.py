"""The duties of one member of staff: what they promised, and the steps that wait for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinic.clients.queries import Named, naming
from clinic.core.rows import Shown
from clinic.staff.models import User
from clinic.worklist.models import DutyKind, WorkItem

ROWS = 20


@dataclass(frozen=True, slots=True)
class OwnDuty(Shown):
    """One open duty of one's own, overdue or not."""

    pk: UUID
    kind: str
    reason: str
    due_at: datetime
    is_overdue: bool
    client: Named | None


def own_duty(now: datetime, pk: UUID, kind: str, reason: str, due_at: datetime, *client: Any) -> OwnDuty:
    """A row of `own_duties` as the page shows it."""
    return OwnDuty(pk, DutyKind(kind).label, reason, due_at, due_at <= now, Named(*client) if client[0] else None)


def own_duties(user: User, now: datetime) -> QuerySet[WorkItem, Any]:
    """Open duties of one's own, not put off, the urgent and then the earliest due first."""
    found = WorkItem.objects.waiting(now).filter(owner=user).order_by("-urgent", "due_at")
    return found.values_list("pk", "kind", "reason", "due_at", *naming("client"))[:ROWS]
