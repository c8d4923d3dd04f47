"""What a person does to the queue by hand, and the alarm that it stands still."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Left

from clinic.audit.services import record
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.messaging import queries, rules
from clinic.messaging.models import (
    Channel,
    ChannelPause,
    DeliveryAttempt,
    Release,
    Reminder,
    ReminderState,
    Resending,
)
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import close_about, open_item

# The clinic's own promise, no clinical number.
LOOK_WITHIN = timedelta(minutes=15)
HELD = "messages-held"
# The outcome of tries that were made before a person asked for the message once more.
EARLIER = "before resending"


@transaction.atomic
def pause_channel(*, channel: Channel, reason: str, by: User, now: datetime) -> ChannelPause:
    """Nothing leaves by a channel until a person resumes it: rows stand still and nothing is lost."""
    rules.check_reason(reason)
    pause = ChannelPause(channel=channel, reason=reason.strip(), paused_at=now, paused_by=by)
    ChannelPause.objects.bulk_create([pause], ignore_conflicts=True)
    standing = ChannelPause.objects.live().get(channel=channel)
    if standing.pk == pause.pk:
        record("channel_paused", by=by, subject=pause, channel=channel)
    return standing


@transaction.atomic
def resume_channel(*, channel: Channel, by: User, now: datetime) -> bool:
    """What stood still leaves from now on, as far as it is still wanted; answers whether the channel was paused."""
    pause = ChannelPause.objects.live().select_for_update().filter(channel=channel).first()
    if pause is None:
        return False
    pause.ended_at, pause.ended_by = now, by
    pause.save(update_fields=["ended_at", "ended_by", "updated_at"])
    record("channel_resumed", by=by, subject=pause, channel=channel)
    return True


@transaction.atomic
def release_messages(*, reason: str, by: User, now: datetime) -> bool:
    """After a backup was read back a person says that messages may leave; answers whether they were held.

    Before that, nobody knows which of the rows that wait have left since the backup was made.
    """
    rules.check_reason(reason)
    if not queries.is_held():
        return False
    release = Release(identity=queries.identity(), reason=reason.strip(), released_at=now, released_by=by)
    release.save(force_insert=True)
    record("messages_released", by=by, subject=release)
    close_about(about=f"{HELD}:{release.identity}", outcome=Outcome.DONE, by=by, now=now)
    return True


@transaction.atomic
def may_leave(*, now: datetime) -> bool:
    """Whether messages may leave this database at all; one that never sent any knows itself from now on."""
    if not Release.objects.exists():
        first = Release(identity=queries.identity(), reason="the first messages of this database", released_at=now)
        Release.objects.bulk_create([first], ignore_conflicts=True)
    return not queries.is_held()


@transaction.atomic
def resend(*, reminder_id: UUID, reason: str, by: User, now: datetime) -> Reminder:
    """Send one message again, now, because a person wants it; consent, limits and quiet hours hold as ever.

    What was taken over by the gateway goes as a message of its own; what may have arrived keeps its key.
    """
    rules.check_reason(reason)
    row = Reminder.objects.select_for_update(of=("self",)).select_related("client").get(pk=reminder_id)
    was, is_new = row.state, rules.needs_new_key(row.state)
    Resending.objects.create(reminder=row, reason=reason.strip(), was=was, by=by, at=now)
    # What became of earlier tries is kept, and decides nothing about the new one.
    earlier = DeliveryAttempt.objects.filter(reminder=row).exclude(outcome=EARLIER)
    earlier.update(detail=Left(Concat(F("outcome"), Value(": "), F("detail")), 200), outcome=EARLIER)
    row.state, row.attempts, row.due_at, row.next_try_at = ReminderState.DUE, 0, now, now
    row.closed_at, row.closed_because, row.accepted_at, row.delivered_at = None, "", None, None
    row.provider_ref, row.taken_back_at, row.shifted_at = "", None, now
    row.idem_key = new_id() if is_new else row.idem_key
    row.save()
    record("message_resent", by=by, subject=row, client_id=row.client_id, was=was)
    return row


@transaction.atomic
def watch_queue(*, now: datetime) -> int:
    """Give the care team an urgent row for each channel whose oldest due message is over 90 s late, and one where a
    restored database holds everything back; each closes itself when that is over. Answers how many stand.

    The 90 s begin with the first look that anybody ever took at this queue: what was due before that was nobody's to
    send.
    """
    held = not may_leave(now=now)
    late = {} if queries.has_just_begun(now) else _late_channels(now)
    if held:
        _alarm(
            f"{HELD}:{queries.identity()}",
            "This database was read back from a backup: no message leaves until an "
            "administrator says so on the page of the message queue. Call whoever should have heard.",
            now=now,
        )
    for channel in Channel:
        about = f"messages-late:{channel.value}"
        if channel in late and not held:
            minutes = late[channel].late_s // 60 + 1
            reason = f"Messages by {channel.label} leave late, the oldest by {minutes} min. Tell an administrator."
            _alarm(_open_cause(about) or _new_cause(about), reason, now=now)
        elif cause := _open_cause(about):
            close_about(about=cause, outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)
    return len(late) + held


def _late_channels(now: datetime) -> dict[Channel, queries.ChannelCounts]:
    late = queries.late_channels(queries.channel_counts(now), limit_s=rules.LATE_AFTER_S)
    return {one.channel: one for one in late}


def _open_cause(about: str) -> str | None:
    waiting = WorkItem.objects.open().filter(about__startswith=f"{about}:")
    return waiting.values_list("about", flat=True).first()


def _new_cause(about: str) -> str:
    """A cause that was closed stays closed: each time that messages are late is one of its own."""
    return f"{about}:{WorkItem.objects.filter(about__startswith=f'{about}:').count()}"


def _alarm(about: str, reason: str, *, now: datetime) -> None:
    open_item(
        kind=DutyKind.OTHER,
        about=about,
        reason=reason,
        owner_role=Role.COORDINATOR,
        due_at=now + LOOK_WITHIN,
        urgent=True,
        by=None,
        now=now,
    )


def get_channel(name: str) -> Channel:
    """The channel that somebody names; RuleBroken for a word that is none."""
    if name not in Channel.values:
        raise RuleBroken(f"There is no channel {name}: it is one of {', '.join(Channel.values)}.")
    return Channel(name)
