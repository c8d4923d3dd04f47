"""Which messages a client lets the clinic send, by channel and purpose."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models.client import Client
from clinic.core.models import Record


class MessageChannel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"


class MessagePurpose(models.TextChoices):
    """What a client may be written to about; each is agreed to by itself."""

    CHECKINS = "checkins", "Check-ins"
    APPOINTMENTS = "appointments", "Appointments"
    PAGES = "pages", "Pages to read"


class ConsentWay(models.TextChoices):
    """How a client said it."""

    STAFF = "staff", "told to staff"
    LINK = "link", "by link"
    ENQUIRY = "enquiry", "on the enquiry form"
    CARRIED_OVER = "carried_over", "carried over; how it was said was not kept"


class MessageConsentQuerySet(models.QuerySet["MessageConsent"]):
    def live(self) -> "MessageConsentQuerySet":
        return self.filter(ended_at=None)


class MessageConsent(Record):
    """A client agrees to messages about one purpose by one channel, to a text of a version, until they end it.

    `given_by` and `ended_by` are the member of staff who was told; empty where the client said it without staff.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="message_consents")
    channel = models.CharField(max_length=5, choices=MessageChannel.choices)
    purpose = models.CharField(max_length=15, choices=MessagePurpose.choices)
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    given_how = models.CharField(max_length=15, choices=ConsentWay.choices)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=15, choices=ConsentWay.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = MessageConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "channel", "purpose"], condition=Q(ended_at=None), name="clients_message_consent_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="", ended_by=None)
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="clients_message_consent_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose}"
