"""How the queue stands: counts and the oldest that is due, what did not arrive, what holds everything back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.db.models.functions import Greatest
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.messaging.models import OPEN_STATES, Channel, ChannelPause, Release, Reminder, ReminderState
from clinic.messaging.rules import LATE_AFTER_S, LONGEST_WAIT
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.staff.roles import permissions_of

LATELY = timedelta(days=1)
SHOWN = 60
# Nobody has it for sure.
DOUBTFUL = [ReminderState.REFUSED, ReminderState.GAVE_UP, ReminderState.UNKNOWN]
# A copy of the database elsewhere, a dump read back and a base backup rolled forward each differ in one of these.
IDENTITY = """
SELECT format('%s/%s/%s', (SELECT system_identifier FROM pg_control_system()),
    left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
    (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


@dataclass(frozen=True)
class ChannelCounts:
    """One channel: rows that wait for their time, are due, are with a sender, are unknown; and what ended in a day.

    `oldest_due_at` is when the oldest row that is due, or was tried in vain, should have left.
    """

    channel: Channel
    planned: int
    due: int
    claimed: int
    unknown: int
    sent: int
    refused: int
    given_up: int
    oldest_due_at: datetime | None
    late_s: int
    pause: ChannelPause | None


def channel_counts(now: datetime) -> list[ChannelCounts]:
    """Every channel in numbers; what ended is counted over the last day."""
    since = Q(closed_at__gte=now - LATELY)
    rows = Reminder.objects.filter(Q(state__in=OPEN_STATES) | since).order_by().values("channel")
    counted = rows.annotate(
        planned=Count("pk", filter=Q(state=ReminderState.DUE, next_try_at__gt=now)),
        due=Count("pk", filter=Q(state=ReminderState.DUE, next_try_at__lte=now)),
        claimed=Count("pk", filter=Q(state=ReminderState.CLAIMED)),
        unknown=Count("pk", filter=Q(state=ReminderState.UNKNOWN)),
        sent=Count("pk", filter=since & Q(state=ReminderState.ACCEPTED)),
        refused=Count("pk", filter=since & Q(state=ReminderState.REFUSED)),
        given_up=Count("pk", filter=since & Q(state=ReminderState.GAVE_UP)),
        oldest_due_at=Min(_late_from(), filter=_is_due(now)),
    )
    by_channel: dict[str, dict[str, Any]] = {row["channel"]: {**row} for row in counted}
    nothing = dict.fromkeys(["planned", "due", "claimed", "unknown", "sent", "refused", "given_up"], 0)
    pauses = {pause.channel: pause for pause in ChannelPause.objects.live().select_related("paused_by")}
    found = []
    for channel in Channel:
        row = {**nothing, "oldest_due_at": None, **by_channel.get(channel.value, {}), "channel": channel}
        oldest = row["oldest_due_at"]
        late_s = max(0, int((now - oldest).total_seconds())) if oldest else 0
        found.append(ChannelCounts(late_s=late_s, pause=pauses.get(channel.value), **row))
    return found


def _is_due(now: datetime) -> Q:
    """Rows whose time has come, and those that were tried in vain and wait for the next try: a gateway that is down
    must not make them look punctual. What waits longer than any try does waits for the client's morning.
    """
    waits_for_try = Q(attempts__gt=0, next_try_at__lte=now + LONGEST_WAIT)
    return Q(state__in=OPEN_STATES) & (Q(next_try_at__lte=now) | waits_for_try)


def _late_from() -> Case:
    """From when on a row is late: since its first claim while that lasts, since it was due once a try was in vain.

    Messages to staff are moved to the front of the queue: they, too, are late only from when they were due.
    """
    claimed_at = F("lease_until") - timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
    return Case(
        When(state=ReminderState.CLAIMED, attempts=1, then=Greatest(F("due_at"), claimed_at)),
        When(attempts__gt=0, then=F("due_at")),
        default=Greatest("due_at", "next_try_at"),
    )


def identity() -> str:
    """Which database this is, whatever it holds: its cluster, its timeline and its place there."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        found: str = cursor.fetchone()[0]
    return found


def is_held() -> bool:
    """Whether this database was read back from a backup and nobody has yet said that its messages may leave."""
    known = set(Release.objects.values_list("identity", flat=True))
    return bool(known) and identity() not in known


def has_just_begun(now: datetime) -> bool:
    """Whether messages were first looked for so lately that none can be late since then."""
    return not Release.objects.filter(released_at__lt=now - timedelta(seconds=LATE_AFTER_S)).exists()


def doubtful(user: User, now: datetime) -> list[Reminder]:
    """Messages of the user's clients that did not arrive for sure in the last week, the newest first."""
    rows = Reminder.objects.filter(client__in=Client.objects.visible_to(user), state__in=DOUBTFUL)
    lately = rows.filter(Q(closed_at__gte=now - 7 * LATELY) | Q(state=ReminderState.UNKNOWN))
    return list(lately.select_related("client").order_by("-due_at")[:SHOWN])


def get_reminder(user: User, reminder_id: UUID) -> Reminder:
    """One message to a client whom the user may see, else 404."""
    rows = Reminder.objects.filter(client__in=Client.objects.visible_to(user))
    return get_object_or_404(rows.select_related("client"), pk=reminder_id)


def who_may(email: str, permission: Permission) -> User | None:
    """The member of staff with this address, if they work here and one of their roles holds the permission."""
    user = User.objects.working().filter(email__iexact=email).first()
    return user if user and any(permission in permissions_of(role) for role in user.roles) else None


def past_pauses() -> QuerySet[ChannelPause]:
    """The newest pauses that are over, with who made and ended them."""
    ended = ChannelPause.objects.exclude(ended_at=None).select_related("paused_by", "ended_by")
    return ended.order_by("-paused_at")[:10]


def stands_still(now: datetime) -> bool:
    """Whether a message has been due for over 90 s and no sender holds it, by a channel that is not paused.

    Read from the rows by whoever looks: where no sender lives, none is there to raise an alarm. The 90 s begin with
    the process that looks, if that began later: a clinic that is just being started does not begin with an alarm.
    """
    since = now - timedelta(seconds=LATE_AFTER_S)
    return bool(_unheld_since(since)) and since >= settings.PROCESS_BEGAN_AT


@prepared
def _unheld_since(since: datetime) -> QuerySet[Reminder, UUID]:
    waits = Reminder.objects.filter(closed_at=None, next_try_at__lte=since)
    unheld = waits.filter(Q(lease_until=None) | Q(lease_until__lte=since))
    paused = ChannelPause.objects.live().values("channel")
    return unheld.exclude(channel__in=paused).order_by().values_list("pk", flat=True)[:1]


def late_channels(counts: Sequence[ChannelCounts], *, limit_s: int) -> list[ChannelCounts]:
    """Channels that are not paused and whose oldest due row is later than it may be."""
    return [one for one in counts if one.pause is None and one.late_s > limit_s]
