"""The queue that cannot lose a reminder: rows in Postgres, claimed by lease."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.clients.models import Client, MessageChannel
from clinic.core.models import Record

Channel = MessageChannel


class ReminderState(models.TextChoices):
    """`due` waits for its time or a next try; `claimed` is with a sender under a lease; the rest are final."""

    DUE = "due", "Waiting"
    CLAIMED = "claimed", "Being sent"
    UNKNOWN = "unknown", "Sent, answer lost: to be asked"
    ACCEPTED = "accepted", "Accepted by the gateway"
    REFUSED = "refused", "Refused for good"
    GAVE_UP = "gave_up", "Given up after the last try"
    CANCELLED = "cancelled", "No longer wanted"


OPEN_STATES = [ReminderState.DUE, ReminderState.CLAIMED, ReminderState.UNKNOWN]


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def open(self) -> "ReminderQuerySet":
        return self.filter(state__in=OPEN_STATES)


class Reminder(Record):
    """One message to one person by one channel, planned ahead. Unique by what it is about, channel and step.

    `about_kind` names the purpose ("checkin", "appointment"), `about_id` the row of an upper app it speaks of.
    `due_at` is UTC, computed from the client's zone; lease times are set by the database's clock alone.
    `idem_key` never changes: a gateway that keeps keys sends a message once however often it is tried.
    `shifted_at`: its number had as many messages as it may have, so that it was put off to a later day.
    `taken_back_at`: cancelled while a sender held it. If it is accepted all the same, it was already on its way.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="reminders", db_index=False)
    about_kind = models.CharField(max_length=30)
    about_id = models.UUIDField()
    step = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    local_date = models.DateField()
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReminderState.choices, default=ReminderState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    idem_key = models.UUIDField(unique=True)
    provider_ref = models.CharField(max_length=100, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=120, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    shifted_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["about_kind", "about_id", "channel", "step"], name="messaging_reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False, lease_token__isnull=False)
                | (~Q(state="claimed") & Q(lease_token=None)),
                name="messaging_claimed_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, closed_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False)),
                name="messaging_ended_is_closed",
            ),
        ]
        # Each is written again with every row that ends; what a claim changes stands in none of them.
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(closed_at=None), name="messaging_open_by_time"),
            models.Index(fields=["client", "-due_at"], name="messaging_client_newest"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="messaging_closed"),
            # Only a text message's reference is ever looked for.
            models.Index(
                fields=["provider_ref"],
                condition=Q(channel="sms") & ~Q(provider_ref=""),
                name="messaging_sms_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about_kind} {self.channel} {self.state}"


class CountedText(models.Model):
    """A text message that counts toward what its number may get, on a day of the client's calendar.

    By number, not by client: families share one. Kept as long as the row of the message, for the number may change.
    """

    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, primary_key=True, related_name="counted")
    number = models.CharField(max_length=32)
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["number", "on"], name="messaging_counted_number")]

    def __str__(self) -> str:
        return f"{self.on}"


class DeliveryAttempt(models.Model):
    """One try to hand a message to a gateway and how it ended."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="delivery_attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.outcome


class ReportedState(models.TextChoices):
    """What a provider says became of a message that it had accepted."""

    ACCEPTED = "accepted", "Accepted"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class DeliveryReport(Record):
    """One event that the SMS provider reported; kept even before the message's own row knows its reference.

    `applied_at` stays empty until a message with this reference is known.
    """

    event_id = models.CharField(max_length=100, unique=True)
    reference = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=ReportedState.choices)
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [
            models.Index(fields=["reference"], condition=Q(applied_at=None), name="messaging_reports_waiting"),
        ]

    def __str__(self) -> str:
        return self.state


class OptOut(Record):
    """An address that said STOP on a channel; it holds until START."""

    channel = models.CharField(max_length=5, choices=Channel.choices)
    address = models.CharField(max_length=254)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=20, default="client")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], condition=Q(ended_at=None), name="messaging_one_live_opt_out"
            )
        ]

    def __str__(self) -> str:
        return self.channel


class ChannelPauseQuerySet(models.QuerySet["ChannelPause"]):
    def live(self) -> "ChannelPauseQuerySet":
        return self.filter(ended_at=None)


class ChannelPause(Record):
    """A person lets nothing leave by a channel, until a person resumes it."""

    channel = models.CharField(max_length=5, choices=Channel.choices)
    reason = models.CharField(max_length=200)
    paused_at = models.DateTimeField()
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ChannelPauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel"], condition=Q(ended_at=None), name="messaging_one_live_pause"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="messaging_pause_ended_by",
            ),
        ]

    def __str__(self) -> str:
        return self.channel


class Release(Record):
    """Messages may leave the database of this identity; the first is written at its first look, others by a person.

    A database read back from a backup has another identity than all of its rows: nothing leaves it.
    """

    identity = models.CharField(max_length=60, unique=True)
    reason = models.CharField(max_length=200)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    def __str__(self) -> str:
        return self.identity


class Resending(Record):
    """A person had a message sent once more, and why."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="resendings")
    reason = models.CharField(max_length=200)
    was = models.CharField("state before", max_length=10, choices=ReminderState.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.was


class MessageText(Record):
    """What messages of one kind say in one language, by version; sent only once a second person approved it.

    Where none is approved, the text that came with the portal is sent. A version without `written_by` is that text,
    read and approved by a person of this clinic.
    """

    about_kind = models.CharField(max_length=30)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("es", "Spanish")])
    number = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    written_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["about_kind", "language", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["about_kind", "language", "number"], name="messaging_text_number_once"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="messaging_text_approved_by",
            ),
            models.CheckConstraint(condition=~Q(approved_by=F("written_by")), name="messaging_text_second_person"),
            models.CheckConstraint(
                condition=Q(written_by__isnull=False) | Q(approved_by__isnull=False), name="messaging_text_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about_kind} {self.language} {self.number}"


class SignedLink(Record):
    """A link that opens one page for one client. Only the hash of its 256-bit random token is kept.

    Fresh for each message; expires; used once; `tries_left` counts wrong answers to the birth-year question.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="signed_links")
    about_kind = models.CharField(max_length=30)
    about_id = models.UUIDField()
    token_hash = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    tries_left = models.PositiveSmallIntegerField(default=5)

    class Meta:
        indexes = [models.Index(fields=["about_kind", "about_id"], name="messaging_link_about")]

    def __str__(self) -> str:
        return self.about_kind


class OutboxMessage(Record):
    """What the demo's own gateway accepted: stands in for a provider that keeps idempotency keys."""

    idem_key = models.UUIDField(unique=True)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    to = models.CharField(max_length=254)
    sender = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    times_received = models.PositiveIntegerField(default=1)
    accepted_at = models.DateTimeField()

    class Meta:
        ordering = ["-accepted_at"]
        indexes = [models.Index(fields=["-accepted_at"], name="messaging_outbox_newest")]

    def __str__(self) -> str:
        return self.channel
