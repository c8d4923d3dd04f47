"""Vitals and laboratory results, and the days by which clients are reminded of tests."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    def visible_to(self, user: User) -> "MeasurementQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def standing(self) -> "MeasurementQuerySet":
        """Results that count: not withdrawn."""
        return self.filter(withdrawn_at=None)

    def newest_of_each_kind(self) -> "MeasurementQuerySet":
        return self.order_by("kind", "-taken_at", "-id").distinct("kind")


class WhyWithdrawn(models.TextChoices):
    TYPED_WRONG = "typed_wrong", "Typed wrong"
    WRONG_TIME = "wrong_time", "Wrong day or time"
    WRONG_CLIENT = "wrong_client", "Belongs to another client"
    BAD_SAMPLE = "bad_sample", "Measured wrong or bad sample"


class Measurement(Record):
    """One value with its unit, taken at an instant: a vital sign or a laboratory result.

    What staff entered in another unit stands in `entered_as`. A wrong one is withdrawn and stays to be seen.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    kind = models.CharField(max_length=30)
    loinc = models.CharField(max_length=12, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=30)
    entered_as = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=10, choices=[("staff", "Entered by staff"), ("import", "Another system")])
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_because = models.CharField(max_length=15, choices=WhyWithdrawn.choices, blank=True)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        indexes = [
            models.Index(fields=["client", "-taken_at"], name="monitoring_client_newest"),
            models.Index(fields=["client", "kind", "-taken_at"], name="monitoring_kind_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="monitoring_withdrawn_by_and_why",
            )
        ]
        triggers = [
            # An import may bring a newer version of its own rows; what staff entered is only withdrawn.
            pgtrigger.Protect(
                name="entered_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.origin = 'staff' AND (OLD.client_id, OLD.kind, OLD.value, OLD.unit, OLD.taken_at, OLD.note)"
                    " IS DISTINCT FROM (NEW.client_id, NEW.kind, NEW.value, NEW.unit, NEW.taken_at, NEW.note)"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.kind


class DueDayQuerySet(models.QuerySet["DueDay"]):
    def open(self) -> "DueDayQuerySet":
        return self.filter(ended_at=None)


class DueDay(Record):
    """A day by which a client is to have tests done, of which they are reminded; which tests is computed, never kept.

    It ends once nothing is due by that day any more: a result came, or the plan moved it, which is another day.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="due_days")
    due_on = models.DateField()
    said_done_at = models.DateTimeField("when the client said by link that it is done", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DueDayQuerySet.as_manager()

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "due_on"], condition=Q(ended_at=None), name="monitoring_due_day_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="due_day_never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.due_on}"


class ProtocolDecision(Record):
    """The medical director uses a protocol or switches it off; the newest about a key counts, earlier ones stay.

    `status`, `sentence` and the `ingredients` it is for are those of the protocol when it was decided about.
    """

    key = models.CharField(max_length=80)
    is_used = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=2)
    sentence = models.CharField(max_length=300)
    ingredients = ArrayField(models.CharField(max_length=100), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["key", "-at", "-id"], name="monitoring_decision_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(is_used=True) | ~Q(note=""), name="monitoring_switched_off_says_why")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.key
