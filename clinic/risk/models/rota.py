"""Who is on call, and how they wish to be told."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.core.models import Record
from clinic.risk.rules.rota import Hours, Place


class OnCallTurnQuerySet(models.QuerySet["OnCallTurn"]):
    def standing(self) -> "OnCallTurnQuerySet":
        """Not withdrawn, and of somebody who works here: a closed account is told nothing."""
        return self.filter(withdrawn_at=None, user__is_active=True)

    def between(self, start: datetime, end: datetime) -> "OnCallTurnQuerySet":
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class OnCallTurn(Record):
    """One person holds one place (first, second, lead) of the rota of office hours or of the one out of hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="on_call_turns")
    place = models.CharField(max_length=10, choices=[(place.value, place.label) for place in Place])
    hours = models.CharField(max_length=15, choices=[(hours.value, hours.label) for hours in Hours])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = OnCallTurnQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at"], condition=Q(withdrawn_at=None), name="risk_turn_standing")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="risk_turn_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="risk_turn_withdrawn_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.hours}"


class OnCallChannels(Record):
    """The ways by which one person wishes to be told when on call; without a row, by every way there is."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="on_call_channels")
    by_email = models.BooleanField(default=True)
    by_sms = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(by_email=True) | Q(by_sms=True), name="risk_channels_at_least_one")
        ]

    def __str__(self) -> str:
        return "channels"
