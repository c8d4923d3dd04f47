"""Reads for reminders of tests: which days want them, which messages are still wanted, the page behind a link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from clinic.clients.models import ClientStatus, MessagePurpose
from clinic.clients.queries import agrees_to
from clinic.core.clock import local_day
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import database_now, open_link, ways_about
from clinic.messaging.rules import language_of
from clinic.monitoring.models import DueDay
from clinic.monitoring.queries.due import due_everywhere
from clinic.monitoring.rules import reminding
from clinic.monitoring.rules.due import DueItem
from clinic.scheduling.rules import day_words

KIND = "test_due"
Day = tuple[UUID, date]
# As with check-ins: who pauses is not written to about their care.
WRITTEN_TO = Q(dose_plan__client__status=ClientStatus.ACTIVE, dose_plan__client__deceased_on=None)


def due_tests(now: datetime, *which: Q) -> dict[Day, list[DueItem]]:
    """By client and day, the tests that are due by it; five queries, however many clients they are of."""
    found: dict[Day, list[DueItem]] = {}
    for one in due_everywhere(now, *which):
        for item in one.items:
            if reminding.is_reminded_of(item) and item.by_on is not None:
                found.setdefault((one.client.id, item.by_on), []).append(item)
    return found


def open_days_of(client_id: UUID) -> list[DueDay]:
    """The days by which a client is to have tests done."""
    return list(DueDay.objects.open().filter(client=client_id))


def still_wanted(day_ids: Collection[UUID]) -> set[UUID]:
    """Those of the days by which something is due still, of clients who may be written to."""
    return {day_id for day_id, _ in steps_wanted(day_ids)}


def steps_wanted(day_ids: Collection[UUID]) -> set[tuple[UUID, int]]:
    """Of each day the one message whose turn it is, as long as something is due by it: read anew from plans and
    results, by the database's clock.

    Who can no longer be written to is left out: the care team has a duty about what is due without that.
    """
    now = database_now()
    today = local_day(now)
    days = list(DueDay.objects.open().filter(pk__in=day_ids, said_done_at=None))
    client_ids = {day.client_id for day in days}
    due = due_tests(now, WRITTEN_TO, Q(dose_plan__client__in=client_ids))
    ways = ways_about(MessagePurpose.CHECKINS, client_ids)
    return {
        (day.pk, reminding.step_wanted(day.due_on, today=today))
        for day in days
        if (day.client_id, day.due_on) in due and ways.get(day.client_id)
    }


@dataclass(frozen=True)
class OpenReminder:
    """What stands behind a live link, in the client's language; `tests` is empty once nothing is due by that day."""

    link: SignedLink
    day: DueDay
    tests: list[reminding.ToldTest]
    by_day: str
    is_late: bool
    measured: str
    is_written_to: bool

    @property
    def is_due(self) -> bool:
        return bool(self.tests)

    @property
    def is_said_done(self) -> bool:
        return self.is_due and self.day.said_done_at is not None


def open_reminder(token: str, *, now: datetime) -> OpenReminder | None:
    """The tests behind a live link as they are due now."""
    link = open_link(token, about_kind=KIND, now=now)
    day = DueDay.objects.filter(pk=link.about_id).first() if link else None
    if link is None or day is None:
        return None
    language, today = language_of(link.client.language), local_day(now)
    items = due_tests(now, Q(dose_plan__client=link.client_id)).get((day.client_id, day.due_on), [])
    return OpenReminder(
        link=link,
        day=day,
        tests=reminding.told_tests(items, today=today, language=language),
        by_day=day_words(day.due_on, language),
        is_late=day.due_on < today,
        measured=", ".join(dict.fromkeys(item.protocol.measured for item in items)),
        is_written_to=agrees_to(link.client, MessagePurpose.CHECKINS),
    )


def said_about(day: DueDay) -> str:
    """The cause of the duty to ask for the result of what a client said is done."""
    return f"test-done:{day.pk}"
