"""What the board shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.clients.models import ContactPoint
from clinic.core.queries import prepared
from clinic.staff.models import User
from clinic.worklist import rules
from clinic.worklist.models import DutyKind, Outcome, WorkItem

ROWS = 60

CALLS = {DutyKind.CALL_CLIENT, DutyKind.SILENT_CHECKIN, DutyKind.MESSAGE_FAILED, DutyKind.BOOK_VISIT}
CALL_OUTCOMES = (Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.WRONG_NUMBER, Outcome.DECLINED)
DESK_OUTCOMES = (Outcome.DONE, Outcome.NO_LONGER_NEEDED)
WHOSE = {"mine": "Mine", "nobody": "Nobody's yet", "put_off": "Put off"}


def outcomes_of(kind: str) -> tuple[Outcome, ...]:
    """The ends a duty of this kind can come to with one click; a call ends in how the call went."""
    return CALL_OUTCOMES if kind in CALLS else DESK_OUTCOMES


@dataclass(frozen=True)
class Duty:
    """One row of the board."""

    item: WorkItem
    phones: list[str]
    is_overdue: bool
    is_due_today: bool
    is_call: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Board:
    """The duties waiting, most pressing first, and how many there are of each kind."""

    duties: list[Duty]
    kinds: list[tuple[str, str, int]]
    total: int
    has_more: bool


def board(user: User, *, kind: str, whose: str, now: datetime) -> Board:
    """Duties this user may act on: urgent first, then by due time; `kind` and `whose` narrow the rows."""
    everything = WorkItem.objects.visible_to(user)
    in_view = _whose(everything, user=user, whose=whose, now=now)
    counts = dict(in_view.order_by().values_list("kind").annotate(rows=Count("pk")))
    rows = in_view.filter(kind=kind) if kind in DutyKind else in_view
    found = list(_with_phones(rows)[: ROWS + 1])
    return Board(
        duties=[_duty(item, now=now) for item in found[:ROWS]],
        kinds=[(k.value, k.label, counts[k.value]) for k in DutyKind if k.value in counts],
        total=sum(counts.values()),
        has_more=len(found) > ROWS,
    )


def _whose(items: Any, *, user: User, whose: str, now: datetime) -> "QuerySet[WorkItem]":
    narrowed: QuerySet[WorkItem]
    if whose == "put_off":
        narrowed = items.open().filter(snoozed_until__gt=now)
    elif whose == "mine":
        narrowed = items.waiting(now).filter(owner=user)
    elif whose == "nobody":
        narrowed = items.waiting(now).filter(owner=None)
    else:
        narrowed = items.waiting(now)
    return narrowed


def _with_phones(items: "QuerySet[WorkItem]") -> Any:
    """Each duty with the numbers its client may be called on, the preferred one first."""
    phones = ContactPoint.objects.filter(
        client=OuterRef("client"), kind="phone", may_call=True, ended_at=None
    ).order_by("-is_preferred", "created_at")
    return items.select_related("client", "owner").annotate(phones=ArraySubquery(phones.values("value")))


def _duty(item: Any, *, now: datetime) -> Duty:
    overdue = rules.is_overdue(item.due_at, now=now)
    return Duty(
        item=item,
        phones=item.phones,
        is_overdue=overdue,
        is_due_today=not overdue and timezone.localdate(item.due_at) == timezone.localdate(now),
        is_call=item.kind in CALLS,
        outcomes=outcomes_of(item.kind),
    )


def get_item(user: User, item_id: UUID) -> WorkItem:
    """One duty of the board, or 404 when it is not this user's to see."""
    item: WorkItem = get_object_or_404(_with_phones(WorkItem.objects.visible_to(user)), pk=item_id)
    return item


@dataclass(frozen=True)
class KindSummary:
    """How many duties of one kind wait, and how many of them press."""

    kind: str
    label: str
    waiting: int
    urgent: int
    overdue: int


def summary(user: User, *, now: datetime) -> list[KindSummary]:
    """The board in numbers, one line a kind that has duties waiting."""
    rows = _by_kind(user, now)
    return [
        KindSummary(r["kind"], DutyKind(r["kind"]).label, r["waiting"], r["urgent_rows"], r["overdue"]) for r in rows
    ]


@prepared
def _by_kind(user: User, now: datetime) -> QuerySet[WorkItem, Any]:
    return (
        WorkItem.objects.visible_to(user)
        .waiting(now)
        .order_by()
        .values("kind")
        .annotate(
            waiting=Count("pk"),
            urgent_rows=Count("pk", filter=Q(urgent=True)),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
        )
        .order_by(F("urgent_rows").desc(), F("overdue").desc(), "kind")
    )
