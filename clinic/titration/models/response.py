"""How a medication is borne and whether it helps: side effects, why it ended, what the clinic waits for, who stays."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from clinic.clients.models import Client
from clinic.core.models import Record, only_changes
from clinic.intake.models.history import WhyStopped
from clinic.staff.models import User
from clinic.titration.models.dose_plans import APPEND_ONLY, DosePlan
from clinic.titration.rules.side_effects import DONE, SEVERITIES

WHY_ENDED = [choice for choice in WhyStopped.choices if choice[0] != WhyStopped.STILL_TAKING]


class TrialEnd(Record):
    """A prescriber says by a code why a medication ended; the newest counts, what the stop said stays as it was."""

    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="trial_ends")
    why = models.CharField(max_length=15, choices=WHY_ENDED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.get_why_display()


class SideEffectQuerySet(models.QuerySet["SideEffect"]):
    def visible_to(self, user: User) -> "SideEffectQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def standing(self) -> "SideEffectQuerySet":
        """Begun and not ended."""
        return self.filter(ended_on=None)


class SideEffect(Record):
    """What bothers a client on a medication: since when, on how many mg a day it began, until when. Only ended.

    `code` is that of the check-in's list, "own" for own words; each time it is spoken of is a note.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="side_effects", db_index=False)
    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="side_effects")
    code = models.CharField(max_length=20)
    words = models.CharField(max_length=100)
    began_on = models.DateField()
    began_mg = models.DecimalField(max_digits=9, decimal_places=3)
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SideEffectQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "-id"]
        indexes = [models.Index(fields=["client", "-began_on"], name="titration_client_effects")]
        constraints = [
            models.UniqueConstraint(
                "dose_plan", "code", Lower("words"), condition=Q(ended_on=None), name="titration_effect_once"
            ),
            models.CheckConstraint(condition=~Q(words="") & Q(began_mg__gte=0), name="titration_effect_of_something"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None, ended_at=None)
                | Q(ended_on__gte=F("began_on"), ended_by__isnull=False, ended_at__isnull=False),
                name="titration_effect_ended_by_and_when",
            ),
        ]
        triggers = only_changes("only_ended", "ended_on", "ended_by", "ended_at")

    def __str__(self) -> str:
        return self.words


class SideEffectNote(Record):
    """How much a side effect bothers on a day, on how many mg a day, and what was done about it.

    `by` is nobody where the client told it by link; `source` names that answer, so that it is kept once.
    """

    side_effect = models.ForeignKey(SideEffect, on_delete=models.PROTECT, related_name="notes")
    noted_on = models.DateField()
    severity = models.PositiveSmallIntegerField(choices=list(SEVERITIES.items()))
    mg_per_day = models.DecimalField(max_digits=9, decimal_places=3)
    done = models.CharField("what was done", max_length=10, choices=list(DONE.items()), blank=True)
    words = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=80, unique=True, null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-noted_on", "-at"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__lte=max(SEVERITIES)), name="titration_effect_severity"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(source__isnull=False, done=""), name="titration_effect_noted_by"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return self.get_severity_display()


class ResponseThresholds(Record):
    """From when the clinic asks whether a medication helps; the newest is in force, without one the rules' defaults."""

    number = models.PositiveSmallIntegerField(unique=True)
    adequate_weeks = models.PositiveSmallIntegerField()
    better_percent = models.PositiveSmallIntegerField()
    worse_points = models.PositiveSmallIntegerField()
    silent_weeks = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    adequate_weeks__gt=0,
                    better_percent__range=(1, 100),
                    worse_points__gt=0,
                    silent_weeks__gt=0,
                ),
                name="titration_thresholds_of_something",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"Version {self.number}"


class PlanStayQuerySet(models.QuerySet["PlanStay"]):
    def visible_to(self, user: User) -> "PlanStayQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class PlanStay(Record):
    """A prescriber looked at the plan of a client who does not improve: it stays until a day. The newest counts."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plan_stays", db_index=False)
    until = models.DateField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = PlanStayQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["client", "-at"], name="titration_client_stays")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="titration_stay_says_why")]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY)]

    def __str__(self) -> str:
        return f"{self.until}"
