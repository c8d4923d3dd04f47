"""What happened in a client's life, in the words of who told it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record, only_changes
from clinic.intake.models.history import ChartQuerySet


class LifeEventQuerySet(ChartQuerySet["LifeEvent"]):
    def standing(self) -> "LifeEventQuerySet":
        """Not withdrawn."""
        return self.filter(withdrawn_at=None)


class LifeEvent(Record):
    """Something of a day that may explain how a client does, such as a move or a loss. A wrong one is withdrawn."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="life_events", db_index=False)
    happened_on = models.DateField()
    words = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = LifeEventQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["client", "-happened_on"], name="intake_client_life")]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="intake_life_event_of_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="intake_life_event_withdrawn_by",
            ),
        ]
        triggers = only_changes("only_withdrawn", "withdrawn_at", "withdrawn_by")

    def __str__(self) -> str:
        return self.words
