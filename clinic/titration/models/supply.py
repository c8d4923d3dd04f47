"""The supply of a dose plan: what was filled, who asked for more, what the prescriber decided. Rows only join."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User
from clinic.titration.models.dose_plans import APPEND_ONLY, DosePlan, DoseStep


class HowKnown(models.TextChoices):
    CLIENT = "client", "The client says so"
    PHARMACY = "pharmacy", "The pharmacy says so"
    DISPENSED = "dispensed", "Dispensing record seen"


class WhyWithdrawn(models.TextChoices):
    TYPED_WRONG = "typed_wrong", "Typed wrong"
    NOT_PICKED_UP = "not_picked_up", "Not picked up"
    WRONG_CLIENT = "wrong_client", "Belongs to another client"


class FillQuerySet(models.QuerySet["Fill"]):
    def visible_to(self, user: User) -> "FillQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def standing(self) -> "FillQuerySet":
        """Fills that count: not withdrawn."""
        return self.filter(withdrawn_at=None)


class Fill(Record):
    """So much of one strength came to the client on a day, and how that is known. A wrong one is withdrawn.

    `mg` is what a piece holds, or one mL of a solution; `count` is in pieces or mL.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="fills", db_index=False)
    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="fills")
    form = models.CharField(max_length=10)
    release = models.CharField(max_length=4)
    mg = models.DecimalField(max_digits=9, decimal_places=3)
    count = models.DecimalField(max_digits=6, decimal_places=1)
    filled_on = models.DateField()
    how_known = models.CharField(max_length=10, choices=HowKnown.choices)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_because = models.CharField(max_length=15, choices=WhyWithdrawn.choices, blank=True)

    objects = FillQuerySet.as_manager()

    class Meta:
        ordering = ["-filled_on", "-id"]
        indexes = [models.Index(fields=["client", "-filled_on"], name="titration_client_fills")]
        constraints = [
            models.UniqueConstraint(
                fields=["dose_plan", "form", "release", "mg", "count", "filled_on"],
                condition=Q(withdrawn_at=None),
                name="titration_fill_once",
            ),
            models.CheckConstraint(condition=Q(count__gt=0, mg__gt=0), name="titration_fill_of_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="titration_fill_withdrawn_by_and_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="only_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=["withdrawn_at", "withdrawn_by", "withdrawn_because", "updated_at"]
                ),
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.withdrawn_at IS NOT NULL"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.mg} mg"


class AskedBy(models.TextChoices):
    CLIENT = "client", "The client"
    PHARMACY = "pharmacy", "The pharmacy"
    TEAM = "team", "The care team"


class RefillRequestQuerySet(models.QuerySet["RefillRequest"]):
    def visible_to(self, user: User) -> "RefillRequestQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def waiting(self) -> "RefillRequestQuerySet":
        """Not decided and not withdrawn."""
        return self.filter(decision=None)


class RefillRequest(Record):
    """Somebody asks to renew the supply of a step of a dose plan; it judges nothing and never changes.

    `days` is for how long, where it was said; `source` names what it came from, so that one cause asks once.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="refill_requests", db_index=False)
    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="refill_requests")
    step = models.ForeignKey(DoseStep, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    asked_by = models.CharField("who asks", max_length=10, choices=AskedBy.choices)
    note = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=60, unique=True, null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField()

    objects = RefillRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["client", "-asked_at"], name="titration_client_refills")]
        constraints = [
            models.CheckConstraint(condition=Q(days=None) | Q(days__gt=0), name="titration_refill_days"),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=False) | Q(asked_by="client", source__isnull=False),
                name="titration_refill_entered_by_or_source",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.get_asked_by_display()}: {self.step}"


class RefillDecision(Record):
    """How a request ended, once: approved, approved with a changed amount, declined, or withdrawn by who asked.

    `remarks` is what the rules said then; `units` and `text` are for the pharmacist. No prescription is sent.
    """

    request = models.OneToOneField(RefillRequest, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(
        max_length=10,
        choices=[
            ("approved", "Approved"),
            ("changed", "Approved with a changed amount"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
    )
    step = models.ForeignKey(DoseStep, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    first_on = models.DateField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    units = models.JSONField(default=list, blank=True)
    text = models.TextField(blank=True)
    remarks = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(outcome__in=["approved", "changed"], step__isnull=False, first_on__isnull=False, days__gt=0)
                    & ~Q(text="")
                )
                | (Q(outcome__in=["declined", "withdrawn"], step=None, first_on=None, days=None, text="")),
                name="titration_renewal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome="approved") | ~Q(reason=""), name="titration_refill_decided_says_why"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.get_outcome_display()
