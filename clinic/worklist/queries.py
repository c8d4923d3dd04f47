"""What the board shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import ContactPoint
from clinic.clients.queries import Named, naming
from clinic.core.clock import last_day, local_day
from clinic.core.queries import prepared
from clinic.core.rows import Shown
from clinic.staff.models import User
from clinic.staff.ties import Tie
from clinic.worklist import rules
from clinic.worklist.models import ENDS_ALONE, REVIEWS, DutyKind, Outcome, WorkItem

ROWS = 60

CALLS = {DutyKind.CALL_CLIENT, DutyKind.SILENT_CHECKIN, DutyKind.MESSAGE_FAILED, DutyKind.BOOK_VISIT}
OVERDUE = [("Overdue", "stop", "clock")]
TODAY = [("Today", "warn", "clock")]
CALL_OUTCOMES = [
    (end.value, str(end.label))
    for end in (Outcome.REACHED, Outcome.LEFT_MESSAGE, Outcome.WRONG_NUMBER, Outcome.DECLINED)
]
DESK_OUTCOMES = [(end.value, str(end.label)) for end in (Outcome.DONE, Outcome.NO_LONGER_NEEDED)]
WHOSE = {"mine": "Mine", "nobody": "Nobody's yet", "put_off": "Put off"}


def outcomes_of(kind: str) -> list[tuple[str, str]]:
    """The ends a duty of this kind can come to with one click, as value and words; a call ends in how it went.

    A review ends only with words, on a page of its own; what ends by itself has its page to be seen to from.
    """
    if kind in REVIEWS | ENDS_ALONE:
        return []
    return CALL_OUTCOMES if kind in CALLS else DESK_OUTCOMES


@dataclass(frozen=True, slots=True)
class Duty(Shown):
    """One row of the board: `signs` say in words, tone and icon how it presses, `title` what it is and about whom.

    `owner` has it; `left` had it and works here no longer. `see_to` names the way to its page where no click ends it.
    """

    pk: UUID
    signs: list[tuple[str, str, str]]
    due_at: datetime
    urgent: bool
    kind: str
    reason: str
    client: Named | None
    phones: list[str]
    is_call: bool
    owner: str | None
    left: str | None
    title: str
    outcomes: list[tuple[str, str]]
    see_to: str


@dataclass(frozen=True)
class Board(Shown):
    """The duties waiting, most pressing first, and how many there are of each kind."""

    duties: list[Duty]
    kinds: list[tuple[str, str, int]]
    total: int
    has_more: bool


def board(user: User, *, kind: str, whose: str, now: datetime) -> Board:
    """Duties this user may act on: urgent first, then by due time; `kind` and `whose` narrow the rows."""
    kind, whose = kind if kind in DutyKind else "", whose if whose in WHOSE else ""
    counts = dict(_counts(user, whose, now))
    found = _rows(user, kind, whose, now)
    return Board(
        duties=[_duty(row, now=now) for row in found[:ROWS]],
        kinds=[(k.value, k.label, counts[k.value]) for k in DutyKind if k.value in counts],
        total=sum(counts.values()),
        has_more=len(found) > ROWS,
    )


@prepared
def _counts(user: User, whose: str, now: datetime) -> QuerySet[WorkItem, Any]:
    return _in_view(user, whose, now).order_by().values_list("kind").annotate(rows=Count("pk"))


@prepared
def _rows(user: User, kind: str, whose: str, now: datetime) -> QuerySet[WorkItem, Any]:
    in_view = _in_view(user, whose, now)
    rows = in_view.filter(kind=kind) if kind else in_view
    shown = ("pk", "due_at", "urgent", "kind", "reason", "owner__full_name", "owner__is_active")
    return rows.values_list(*shown, _phones(), *naming("client"))[: ROWS + 1]


def _phones() -> ArraySubquery:
    """The numbers a duty's client may be called on, the preferred one first."""
    phones = ContactPoint.objects.filter(client=OuterRef("client"), kind="phone", may_call=True, ended_at=None)
    return ArraySubquery(phones.order_by("-is_preferred", "created_at").values("value"))


def _in_view(user: User, whose: str, now: datetime) -> QuerySet[WorkItem]:
    duties = WorkItem.objects.visible_to(user)
    if whose == "put_off":
        return duties.open().filter(snoozed_until__gt=now)
    if whose == "mine":
        return duties.waiting(now).filter(owner=user)
    if whose == "nobody":
        return duties.waiting(now).unheld()
    return duties.waiting(now)


def _duty(row: tuple[Any, ...], *, now: datetime) -> Duty:
    pk, due_at, urgent, kind, reason, owner, works_here, phones, *named = row
    client = Named(*named) if named[0] else None
    label = DutyKind(kind).label
    is_due_today = last_day(due_at) == local_day(now)
    return Duty(
        pk=pk,
        signs=OVERDUE if rules.is_overdue(due_at, now=now) else TODAY if is_due_today else [],
        due_at=due_at,
        urgent=urgent,
        kind=label,
        reason=reason,
        client=client,
        phones=phones,
        is_call=kind in CALLS,
        owner=owner if works_here else None,
        left=None if works_here else owner,
        title=f"{label}, {client or 'no client'}",
        outcomes=outcomes_of(kind),
        see_to="See to it" if kind in ENDS_ALONE else "Review",
    )


def get_item(user: User, item_id: UUID) -> WorkItem:
    """One duty of the board, or 404 when it is not this user's to see."""
    items = WorkItem.objects.visible_to(user).select_related("client", "owner").annotate(phones=_phones())
    item: WorkItem = get_object_or_404(items, pk=item_id)
    return item


def owned_by(user: User, now: datetime) -> list[Tie]:
    """How many open duties are somebody's own."""
    own = WorkItem.objects.open().filter(owner=user).count()
    return [Tie(own, "open duty of their own", "open duties of their own")]


@dataclass(frozen=True)
class KindSummary:
    """How many duties of one kind wait, and how many of them press."""

    kind: str
    label: str
    waiting: int
    urgent: int
    overdue: int


def summary_line(kind: str, waiting: int, urgent: int, overdue: int) -> KindSummary:
    """A row of `waiting_by_kind` as the page shows it."""
    return KindSummary(kind, DutyKind(kind).label, waiting, urgent, overdue)


def waiting_by_kind(user: User, now: datetime) -> QuerySet[WorkItem, Any]:
    """The board in numbers, one line a kind that has duties waiting, for the statement of a home."""
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
        .values_list("kind", "waiting", "urgent_rows", "overdue")
    )
