"""What clients answered on rating scales."""

from django.conf import settings
from django.db import models

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.scales.rules import title_of
from clinic.staff.models import User


class ScaleResponseQuerySet(models.QuerySet["ScaleResponse"]):
    def visible_to(self, user: User) -> "ScaleResponseQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def newest_first(self) -> "ScaleResponseQuerySet":
        return self.order_by("-answered_at", "-id")


class AnsweredBy(models.TextChoices):
    CLIENT = "client", "Client"
    STAFF = "staff", "Staff, with the client"
    IMPORT = "import", "Another system"


class ScaleResponse(Record):
    """One filled-in instrument: item answers as given (null = not answered), total and band as scored then."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="scale_responses", db_index=False)
    instrument = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="en")
    answers = models.JSONField(default=list, blank=True)
    total = models.SmallIntegerField(null=True, blank=True)
    band = models.CharField(max_length=30, blank=True)
    flags = models.JSONField(default=list, blank=True)
    is_complete = models.BooleanField(default=True)
    is_prorated = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=10, choices=AnsweredBy.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ScaleResponseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["client", "-answered_at", "-id"], name="scales_client_newest"),
            models.Index(fields=["client", "instrument", "-answered_at"], name="scales_instrument_newest"),
            models.Index(
                fields=["-answered_at"],
                condition=models.Q(answered_by="staff", flags__contains=["self_harm"]),
                name="scales_self_harm_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.total}"

    @property
    def title(self) -> str:
        return title_of(self.instrument)
