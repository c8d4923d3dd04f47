"""Safety plans: signed versions that never change, and who has a copy."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.risk.rules.safety import STEPS, CopyHolder


def never_changes() -> pgtrigger.Trigger:
    """What is signed or handed over stays: a correction is a new row."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class SafetyPlan(Record):
    """One signed version of a client's safety plan, in their own words, step by step. The highest number counts."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="safety_plans")
    number = models.PositiveSmallIntegerField()
    warning_signs = models.TextField()
    coping_alone = models.TextField()
    distraction = models.TextField()
    people_to_ask = models.TextField()
    professionals = models.TextField()
    safe_environment = models.TextField()
    review_on = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="risk_safety_plan_number_once")]
        triggers = [never_changes()]

    def __str__(self) -> str:
        return f"Safety plan {self.number}"

    @property
    def words(self) -> dict[str, str]:
        """What each step says, by its field."""
        return {step.name: getattr(self, step.name) for step in STEPS}

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The six steps in their order: title and words."""
        return [(step.title, getattr(self, step.name)) for step in STEPS]


class SafetyPlanCopy(Record):
    """Somebody has a copy of one version since a day. `recorded_by` is None where the client opened it by link."""

    plan = models.ForeignKey(SafetyPlan, on_delete=models.PROTECT, related_name="copies")
    holder = models.CharField(max_length=10, choices=[(holder.value, holder.label) for holder in CopyHolder])
    name = models.CharField(max_length=150, blank=True)
    given_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["given_on", "recorded_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(holder="family") | ~Q(name=""), name="risk_family_copy_is_named"),
            models.UniqueConstraint(fields=["plan", "holder", "name", "given_on"], name="risk_copy_once"),
        ]
        triggers = [never_changes()]

    def __str__(self) -> str:
        return self.get_holder_display()
