"""Who has seen which change, and what the therapist observed."""

import pgtrigger
from django.conf import settings
from django.db import models

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User
from clinic.titration.models import DoseChange


class ChangeAcknowledgement(Record):
    """One person of the care team has seen one dose change."""

    change = models.ForeignKey(DoseChange, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["change", "by"], name="coordination_acknowledged_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def visible_to(self, user: User) -> "ObservationQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class Observation(Record):
    """What a therapist or prescriber noticed and wants the other to know, perhaps about one dose change."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="observations", db_index=False)
    change = models.ForeignKey(DoseChange, on_delete=models.PROTECT, related_name="observations", null=True, blank=True)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["client", "-at"], name="coordination_client_newest")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
