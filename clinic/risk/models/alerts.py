"""Alerts about danger to a person, and who on call was told of them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.risk.rules.rota import Place
from clinic.staff.models import User


class RiskKind(models.TextChoices):
    SELF_HARM = "self_harm", "Thoughts of self-harm"
    WANTS_HELP_NOW = "wants_help_now", "Asked for help now"
    HARM_TO_OTHERS = "harm_to_others", "Danger to somebody else"
    HARMED_BY_OTHERS = "harmed_by_others", "In danger from somebody else"
    MEDICAL = "medical", "Medical danger"
    CLINICIAN = "clinician", "Raised by a clinician"


class Disposition(models.TextChoices):
    SAFE_AT_HOME = "safe_at_home", "Spoke with the client: safe, plan agreed"
    SEEN_TODAY = "seen_today", "Seen today"
    EMERGENCY = "emergency", "Sent to emergency care or 911 called"
    NOT_REACHED = "not_reached", "Not reached; welfare check or emergency contact called"
    NOT_A_RISK = "not_a_risk", "Reviewed: no present danger"


class RiskAlertQuerySet(models.QuerySet["RiskAlert"]):
    def open(self) -> "RiskAlertQuerySet":
        return self.filter(closed_at=None)

    def untaken(self) -> "RiskAlertQuerySet":
        """Open, and nobody who works here has taken it on: its clock runs, for a closed account sees to nothing."""
        return self.open().exclude(acknowledged_by__is_active=True)

    def visible_to(self, user: User) -> "RiskAlertQuerySet":
        """Danger is seen by whoever may see the person at all, not only by those who read the chart.

        Who was called out is told of this person by the clinic itself, on the care team or not.
        """
        called_out = CallOut.objects.filter(user=user).values("alert")
        return self.filter(Q(client__in=Client.objects.visible_to(user)) | Q(pk__in=called_out))


class RiskAlert(Record):
    """A danger raised at an instant; acknowledged by a person, closed only with a disposition."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="risk_alerts")
    kind = models.CharField(max_length=20, choices=RiskKind.choices)
    source = models.CharField(max_length=120, unique=True)
    reason = models.CharField(max_length=300)
    done_so_far = models.TextField(blank=True, default="", db_default="")
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    disposition = models.CharField(max_length=20, choices=Disposition.choices, blank=True)
    what_was_done = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = RiskAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        indexes = [
            models.Index(fields=["client", "-raised_at"], name="risk_client_newest"),
            models.Index(fields=["-raised_at"], condition=models.Q(closed_at=None), name="risk_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, disposition="")
                | (models.Q(closed_at__isnull=False, closed_by__isnull=False) & ~models.Q(disposition="")),
                name="risk_closed_with_disposition",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, acknowledged_by=None)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="risk_acknowledged_by",
            ),
            models.CheckConstraint(
                condition=~Q(disposition="not_a_risk") | Q(raised_by=None) | ~Q(closed_by=F("raised_by")),
                name="risk_false_alarm_closed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def holder(self) -> User | None:
        """Who has taken it on and works here."""
        taken_by = self.acknowledged_by
        return taken_by if taken_by is not None and taken_by.is_active else None


class FalseAlarm(Record):
    """Who raised an alert says that there is no danger; the alert stays open until another person agrees."""

    alert = models.OneToOneField(RiskAlert, on_delete=models.PROTECT, related_name="false_alarm")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    what_was_done = models.TextField()

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return "false alarm"


class CallOut(Record):
    """One person on call was told of one alert, once: which place they held and when. Never changes."""

    alert = models.ForeignKey(RiskAlert, on_delete=models.PROTECT, related_name="call_outs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="call_outs")
    place = models.CharField(max_length=10, choices=[(place.value, place.label) for place in Place])
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["told_at"]
        constraints = [models.UniqueConstraint(fields=["alert", "user"], name="risk_told_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_place_display()
