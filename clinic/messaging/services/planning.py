"""Planning ahead: reminders are rows long before they are due."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.messaging import rules
from clinic.messaging.models import Channel, Reminder, ReminderState
from clinic.messaging.purposes import consent_to
from clinic.messaging.queries import ways_about

Key = tuple[UUID, int]


@dataclass(frozen=True)
class Wanted:
    """A reminder that an app wants to leave on a day at a wall-clock time of the client."""

    client: Client
    about_id: UUID
    on: date
    at: time
    step: int = 1


@transaction.atomic
def plan_reminders(wanted: Iterable[Wanted], *, about_kind: str, now: datetime) -> int:
    """Plan what is not planned yet and move what waits to its right time; asked again it changes nothing.

    The channel is the client's preferred one with consent. A client who cannot be written to gets a row too: when
    it is due it becomes a duty, so that nobody is forgotten. Answers how many rows were made. No person asks for
    this, so the rows themselves are the record.
    """
    asked: dict[Key, Wanted] = {(item.about_id, item.step): item for item in wanted}
    known = Reminder.objects.filter(about_kind=about_kind, about_id__in={about_id for about_id, _ in asked})
    missing = dict(asked)
    for reminder in known:
        key = (reminder.about_id, reminder.step)
        missing.pop(key, None)
        if key in asked:
            _move(reminder, asked[key], now=now)
    ways = ways_about(consent_to(about_kind), {item.client.pk for item in missing.values()})
    fresh = [
        _reminder(item, about_kind, ways[item.client.pk][0].channel if ways.get(item.client.pk) else Channel.EMAIL)
        for item in missing.values()
    ]
    Reminder.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


@transaction.atomic
def cancel_reminders(*, about_kind: str, about_ids: Collection[UUID], because: str, now: datetime) -> int:
    """Take back what waits; answers how many rows that were.

    A row that a sender holds is marked instead: unless it is on its way already, its last look leaves it out.
    """
    mine = Reminder.objects.open().filter(about_kind=about_kind, about_id__in=about_ids)
    # Locked in the order in which senders lock theirs.
    locked = dict(mine.select_for_update().order_by("pk").values_list("pk", "state"))
    held = [pk for pk, state in locked.items() if state == ReminderState.CLAIMED]
    Reminder.objects.filter(pk__in=held, taken_back_at=None).update(taken_back_at=now, updated_at=now)
    waiting = Reminder.objects.filter(pk__in=locked.keys() - set(held))
    return waiting.update(state=ReminderState.CANCELLED, closed_at=now, closed_because=because[:120], updated_at=now)


def _due_at(item: Wanted) -> datetime:
    return rules.due_at(item.on, item.at, ZoneInfo(item.client.time_zone))


def _reminder(item: Wanted, about_kind: str, channel: Channel) -> Reminder:
    due_at = _due_at(item)
    return Reminder(
        client=item.client,
        about_kind=about_kind,
        about_id=item.about_id,
        step=item.step,
        channel=channel,
        local_date=due_at.astimezone(ZoneInfo(item.client.time_zone)).date(),
        due_at=due_at,
        next_try_at=due_at,
        idem_key=new_id(),
    )


def _move(reminder: Reminder, item: Wanted, *, now: datetime) -> None:
    """A client who moved to another zone is reminded by the new one's clock; a reminder once tried stays."""
    due_at = _due_at(item)
    is_as_it_was = reminder.due_at == due_at or reminder.shifted_at is not None
    if reminder.state != ReminderState.DUE or reminder.attempts or is_as_it_was:
        return
    Reminder.objects.filter(pk=reminder.pk, state=ReminderState.DUE, attempts=0).update(
        due_at=due_at,
        next_try_at=due_at,
        local_date=due_at.astimezone(ZoneInfo(item.client.time_zone)).date(),
        updated_at=now,
    )
