"""Who was told of an alert, by which ways, and whether that arrived."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from clinic.clients.rules import phone_number
from clinic.messaging.models import Channel, Reminder, ReminderState
from clinic.messaging.queries import Way, not_stopped
from clinic.risk.models import CallOut, OnCallChannels, RiskAlert
from clinic.risk.rules.escalation import Clock
from clinic.risk.rules.rota import Place
from clinic.staff.models import User

KIND = "call_out"
# Neutral: nothing in it tells of whom, what or why; the page stands behind sign-in.
MESSAGE_WORDS: Mapping[str, str] = {"en": "Please sign in and look now:"}
MESSAGE_SUBJECT: Mapping[str, str] = {"en": "Please sign in and look now"}


def clock() -> Clock:
    """The clinic's own times."""
    return Clock(second_after=settings.RISK_SECOND_AFTER, lead_after=settings.RISK_LEAD_AFTER)


def untaken_alerts() -> list[UUID]:
    """Alerts whose clock runs, oldest first."""
    return list(RiskAlert.objects.untaken().order_by("raised_at").values_list("pk", flat=True))


def channels_of(user: User) -> OnCallChannels:
    """How a person wishes to be told; who has not chosen is told by every way that they have."""
    chosen = OnCallChannels.objects.filter(user=user).first()
    return chosen or OnCallChannels(user=user, by_email=True, by_sms=phone_number(user.phone) is not None)


def ways_of(user: User) -> list[Way]:
    """The chosen ways by which a person can be told now; an address that said STOP is none."""
    chosen, number = channels_of(user), phone_number(user.phone)
    ways = [Way(Channel.EMAIL, user.email)] if chosen.by_email else []
    if chosen.by_sms and number:
        ways.append(Way(Channel.SMS, number))
    return not_stopped(ways)


def ways_of_call_out(call_out_id: UUID) -> list[Way]:
    """Read just before a message leaves."""
    return ways_of(CallOut.objects.select_related("user").get(pk=call_out_id).user)


def alert_of(call_out_id: UUID) -> UUID:
    """The alert whose page a message leads to."""
    return CallOut.objects.get(pk=call_out_id).alert_id


def still_wanted(call_out_ids: Collection[UUID]) -> set[UUID]:
    """Read just before messages leave: nobody has taken the alert on, and who is told works here."""
    told = CallOut.objects.filter(pk__in=call_out_ids, user__is_active=True)
    untaken = told.filter(alert__in=RiskAlert.objects.untaken())
    return set(untaken.values_list("pk", flat=True))


@dataclass(frozen=True)
class Sent:
    """What became of one message: in words, and whether it was handed over or can no longer be."""

    channel: str
    words: str
    at: datetime | None
    has_left: bool
    has_failed: bool


@dataclass(frozen=True)
class Told:
    """One person on call, and by which messages they were told."""

    place: str
    name: str
    phone: str
    at: datetime
    messages: list[Sent]


@dataclass(frozen=True)
class Telling:
    """Everybody who was told of an alert. Loud when nobody could be: no one on call, or no message that left."""

    told: list[Told]

    @property
    def nobody_on_call(self) -> bool:
        return not self.told

    @property
    def nobody_by_message(self) -> bool:
        """No message has left, and at least one was tried in vain or none could be written."""
        messages = [message for told in self.told for message in told.messages]
        has_left = any(message.has_left for message in messages)
        is_waiting = any(not message.has_failed for message in messages)
        return bool(self.told) and not has_left and not is_waiting


def telling_of(alert: RiskAlert) -> Telling:
    """Who was told of an alert, and what became of the messages."""
    call_outs = list(CallOut.objects.filter(alert=alert).select_related("user"))
    messages: QuerySet[Reminder] = Reminder.objects.filter(about_kind=KIND, about_id__in=[row.pk for row in call_outs])
    sent: dict[UUID, list[Sent]] = {row.pk: [] for row in call_outs}
    for message in messages.order_by("channel"):
        sent[message.about_id].append(_sent(message))
    return Telling(
        [
            Told(Place(row.place).label, row.user.full_name, row.user.phone, row.told_at, sent[row.pk])
            for row in call_outs
        ]
    )


def _sent(message: Reminder) -> Sent:
    is_waiting = message.state in {ReminderState.DUE, ReminderState.CLAIMED}
    tried_in_vain = message.attempts > (1 if message.state == ReminderState.CLAIMED else 0)
    words = {
        ReminderState.ACCEPTED: "handed over",
        ReminderState.CANCELLED: "not needed any more",
        ReminderState.REFUSED: "could not be delivered",
        ReminderState.GAVE_UP: "could not be delivered",
        ReminderState.UNKNOWN: "sent, not confirmed",
    }.get(ReminderState(message.state), "not sent, tried in vain" if tried_in_vain else "on its way")
    return Sent(
        channel=Channel(message.channel).label,
        words=words,
        at=message.accepted_at,
        has_left=message.state in {ReminderState.ACCEPTED, ReminderState.UNKNOWN},
        has_failed=message.state in {ReminderState.REFUSED, ReminderState.GAVE_UP} or (is_waiting and tried_in_vain),
    )
