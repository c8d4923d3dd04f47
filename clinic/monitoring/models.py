"""Vitals and laboratory results."""

from django.conf import settings
from django.db import models

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def visible_to(self, user: User) -> "MeasurementQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class Measurement(Record):
    """One value with its unit, taken at an instant: a vital sign or a laboratory result."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    kind = models.CharField(max_length=30)
    loinc = models.CharField(max_length=12, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=30)
    taken_at = models.DateTimeField()
    origin = models.CharField(max_length=10, choices=[("staff", "Entered by staff"), ("import", "Another system")])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        indexes = [
            models.Index(fields=["client", "-taken_at"], name="monitoring_client_newest"),
            models.Index(fields=["client", "kind", "-taken_at"], name="monitoring_kind_newest"),
        ]

    def __str__(self) -> str:
        return self.kind
