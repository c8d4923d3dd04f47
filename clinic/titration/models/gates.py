"""Gates: a step that begins only when what it waits for is good."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.core.models import Record
from clinic.titration.models.dose_plans import DosePlan
from clinic.titration.rules.gates import GateKind


class GateState(models.TextChoices):
    WAITING = "waiting", "Waits"
    PASSED = "passed", "Passed"
    ENDED = "ended", "Taken away"


class StepGateQuerySet(models.QuerySet["StepGate"]):
    def waiting(self) -> "StepGateQuerySet":
        return self.filter(state=GateState.WAITING)


class StepGate(Record):
    """A coming step waits for a result, a check-in without worry, or the prescriber's decision.

    `step_first_on` moves with its step. A result is good from `good_from` to `good_to`, both the prescriber's own
    numbers in the unit in which results are kept. Until it passes, the step before lasts `stay_days` longer each time.
    """

    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="gates")
    step_first_on = models.DateField()
    mg_per_day = models.DecimalField(max_digits=9, decimal_places=3)
    waits_for = models.CharField(max_length=10, choices=[(kind.value, kind.label) for kind in GateKind])
    measured = models.CharField(max_length=30, blank=True)
    good_from = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    good_to = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    stay_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=GateState.choices, default=GateState.WAITING)
    last_words = models.CharField("what came in so far", max_length=300, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = StepGateQuerySet.as_manager()

    class Meta:
        ordering = ["step_first_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["dose_plan", "step_first_on"], condition=Q(state="waiting"), name="titration_one_gate_a_step"
            ),
            models.CheckConstraint(
                condition=(
                    Q(waits_for="result") & ~Q(measured="") & (Q(good_from__isnull=False) | Q(good_to__isnull=False))
                )
                | (~Q(waits_for="result") & Q(measured="", good_from=None, good_to=None)),
                name="titration_gate_says_what_is_good",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", judged_at=None) | (~Q(state="waiting") & Q(judged_at__isnull=False)),
                name="titration_gate_judged_at",
            ),
            models.CheckConstraint(condition=Q(stay_days__gte=1), name="titration_gate_stays_a_day"),
        ]
        indexes = [models.Index(fields=["step_first_on"], condition=Q(state="waiting"), name="titration_waiting_gates")]
        triggers = [
            pgtrigger.Protect(
                name="gate_stays_as_set",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=["step_first_on", "state", "last_words", "judged_at", "judged_by", "updated_at"]
                ),
            ),
            pgtrigger.Protect(name="gate_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.get_waits_for_display()
