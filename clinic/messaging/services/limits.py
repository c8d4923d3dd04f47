"""At most one text message a day and three in seven days to one number, however many clients share it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from clinic.messaging import rules
from clinic.messaging.models import CountedText, Reminder, ReminderState
from clinic.messaging.purposes import purpose_of
from clinic.messaging.services.holding import HeldRow

TOO_MANY = "too many messages to this number"
# Nothing arrived: what was refused or taken back leaves its place to another.
FREED = (ReminderState.REFUSED, ReminderState.CANCELLED)
# A week, and a day for clients on the other side of the earth.
LOOK_BACK = timedelta(days=8)
LOCK = """
SELECT pg_advisory_xact_lock(key)
FROM (SELECT hashtextextended(number, 0) AS key FROM unnest(%s::text[]) AS number ORDER BY 1) AS keys
"""


@dataclass
class Limited:
    """Rows put off to a later day, and those that would then be of no use."""

    shifted: set[UUID] = field(default_factory=set)
    too_late: set[UUID] = field(default_factory=set)


def keep_to_limits(texts: Sequence[tuple[HeldRow, str]], *, now: datetime) -> Limited:
    """Count the text messages that may leave now, and put the others off to the next day on which their number may
    get one, at the time of day at which they were due; nothing is dropped in silence.

    Two senders that serve one number wait for each other. Called inside the transaction that begins the tries.
    """
    limited = Limited()
    if not texts:
        return limited
    counted = _counted({number for _, number in texts}, {row.pk for row, _ in texts}, since=now.date() - LOOK_BACK)
    useful_until = _useful_until(row for row, _ in texts)
    leaving = []
    for row, number in texts:
        today = now.astimezone(ZoneInfo(row.time_zone)).date()
        on = rules.next_day(today, counted[number])
        until = useful_until.get(row.about_id)
        if on == today:
            counted[number].append(today)
            leaving.append(CountedText(reminder_id=row.pk, number=number, on=today))
        elif until is not None and _later(row, on) >= until:
            limited.too_late.add(row.pk)
        else:
            _shift(row, _later(row, on), now=now)
            limited.shifted.add(row.pk)
    CountedText.objects.bulk_create(
        leaving, update_conflicts=True, unique_fields=["reminder"], update_fields=["number", "on"]
    )
    return limited


def _counted(numbers: set[str], mine: set[UUID], *, since: date) -> dict[str, list[date]]:
    """By number, the days on which it got a message; what these rows themselves counted before is left out."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(numbers)])
    days: dict[str, list[date]] = defaultdict(list)
    rows = CountedText.objects.filter(number__in=numbers, on__gte=since).exclude(reminder__state__in=FREED)
    for number, on in rows.exclude(reminder__in=mine).values_list("number", "on"):
        days[number].append(on)
    return days


def _useful_until(rows: Iterable[HeldRow]) -> Mapping[UUID, datetime]:
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        by_kind[row.about_kind].add(row.about_id)
    until: dict[UUID, datetime] = {}
    for kind, causes in by_kind.items():
        purpose = purpose_of(kind)
        if purpose is not None and purpose.useful_until is not None:
            until |= purpose.useful_until(causes)
    return until


def _later(row: HeldRow, on: date) -> datetime:
    zone = ZoneInfo(row.time_zone)
    wall: time = row.due_at.astimezone(zone).time().replace(microsecond=0)
    return rules.due_at(on, wall, zone)


def _shift(row: HeldRow, due_at: datetime, *, now: datetime) -> None:
    """This was no try; the row is due anew, so that its cap is counted from then."""
    Reminder.objects.filter(pk=row.pk).update(
        state=ReminderState.DUE,
        due_at=due_at,
        next_try_at=due_at,
        local_date=due_at.astimezone(ZoneInfo(row.time_zone)).date(),
        shifted_at=now,
        attempts=row.attempts - 1,
        lease_token=None,
        lease_until=None,
        updated_at=now,
    )
