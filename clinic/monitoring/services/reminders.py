"""Clients are reminded of tests: planned by looking at what is due, ended once it is not, and what they say to it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinic.audit.services import record
from clinic.clients.models import MessagePurpose
from clinic.clients.services import end_message_consents, renew_message_consents
from clinic.core.clock import local_day
from clinic.messaging.queries import ways_about
from clinic.messaging.rules import page_gone
from clinic.messaging.services import Wanted, cancel_reminders, confirm_birth_year, plan_reminders
from clinic.monitoring import queries
from clinic.monitoring.models import DueDay
from clinic.monitoring.rules import reminding
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, Outcome
from clinic.worklist.services import close_about, open_item

# The clinic's own promise, no clinical number.
ASK_WITHIN = timedelta(days=1)


@transaction.atomic
def plan_test_reminders(*, now: datetime) -> int:
    """Remind clients of tests 3 days before the day by which they are due, on it, and 2 days late.

    All that is due of a client by one day is one reminder. A result, a replan or a client who pauses ends a day and
    takes back what waits; a moved day is another one. A client who agreed to no way of writing is not reminded: that
    monitoring is due is a duty of the care team already. Asked again it changes nothing; answers how many days are
    new.
    """
    today = local_day(now)
    wanted = queries.due_tests(now, queries.WRITTEN_TO)
    standing = list(DueDay.objects.open())
    known = {(day.client_id, day.due_on) for day in standing}
    near = [key for key in wanted if key not in known and reminding.is_near(key[1], today=today)]
    fresh = [DueDay(client_id=client_id, due_on=due_on) for client_id, due_on in near]
    DueDay.objects.bulk_create(fresh, ignore_conflicts=True)
    ended = [day for day in standing if (day.client_id, day.due_on) not in wanted]
    _end(ended, outcome=Outcome.NO_LONGER_NEEDED, now=now)
    _plan(now)
    if fresh or ended:
        record("test_reminders_planned", by=None, made=len(fresh), ended=len(ended))
    return len(fresh)


def end_measured(client_id: UUID, *, now: datetime) -> None:
    """A result has come: reminders of what it settled do not leave, and nobody asks for it any more.

    Called inside the transaction that enters the result.
    """
    days = queries.open_days_of(client_id)
    if days:
        due = queries.due_tests(now, Q(dose_plan__client=client_id))
        _end([day for day in days if (client_id, day.due_on) not in due], outcome=Outcome.DONE, now=now)


def _end(days: Collection[DueDay], *, outcome: Outcome, now: datetime) -> None:
    """Nothing is due by these days any more. Their pages stay open and say so."""
    ids = [day.pk for day in days]
    DueDay.objects.filter(pk__in=ids).update(ended_at=now, updated_at=now)
    if ids:
        cancel_reminders(about_kind=queries.KIND, about_ids=ids, because="nothing is due by that day", now=now)
    for day in days:
        if day.said_done_at is not None:
            close_about(about=queries.said_about(day), outcome=outcome, by=None, now=now)


def _plan(now: datetime) -> None:
    today = local_day(now)
    days = list(DueDay.objects.open().filter(said_done_at=None).select_related("client"))
    ways = ways_about(MessagePurpose.CHECKINS, {day.client_id for day in days})
    wanted = [
        Wanted(client=day.client, about_id=day.pk, on=on, at=reminding.REMINDED_AT, step=step)
        for day in days
        if ways.get(day.client_id)
        for step, on in reminding.reminded_on(day.due_on).items()
        if on >= today
    ]
    plan_reminders(wanted, about_kind=queries.KIND, now=now)


def enter_reminder(*, token: str, year: int, now: datetime) -> None:
    """A client by link gives their birth year; what they then read is written down once, here, for reading is GET."""
    confirm_birth_year(token=token, about_kind=queries.KIND, year=year, now=now)
    opened = queries.open_reminder(token, now=now)
    if opened is not None:
        record("test_reminder_opened_by_link", by=None, subject=opened.link)


@transaction.atomic
def wish_messages_by_link(*, token: str, wants: bool, now: datetime) -> None:
    """A client ends messages about check-ins and the tests that go with them, or has them again; it holds at once."""
    opened = queries.open_reminder(token, now=now)
    if opened is None:
        raise page_gone()
    deed = renew_message_consents if wants else end_message_consents
    deed(client_id=opened.day.client_id, purpose=MessagePurpose.CHECKINS, now=now)


@transaction.atomic
def say_done_by_link(*, token: str, now: datetime) -> DueDay:
    """A client says that the tests are done: no reminder of them leaves, and the care team asks for the result.

    What is due stays due until the result is entered. Said again it is the same; refused once nothing is due any more.
    """
    opened = queries.open_reminder(token, now=now)
    if opened is None:
        raise page_gone()
    day = DueDay.objects.select_for_update(of=("self",)).select_related("client").get(pk=opened.day.pk)
    if day.said_done_at is not None:
        return day
    reminding.check_may_be_said(is_due=opened.is_due)
    day.said_done_at = now
    day.save(update_fields=["said_done_at", "updated_at"])
    cancel_reminders(about_kind=queries.KIND, about_ids=[day.pk], because="the client says that it is done", now=now)
    open_item(
        kind=DutyKind.MONITORING_DUE,
        about=queries.said_about(day),
        reason=f"The client says the test is done: ask for the result. {opened.measured}"[:300],
        owner_role=Role.COORDINATOR,
        due_at=now + ASK_WITHIN,
        client=day.client,
        by=None,
        now=now,
    )
    record("test_said_done_by_link", by=None, subject=day, client_id=day.client_id)
    return day
