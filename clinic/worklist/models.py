"""Duties and what became of them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User
from clinic.staff.roles import Role


class DutyKind(models.TextChoices):
    CALL_CLIENT = "call_client", "Call the client"
    SILENT_CHECKIN = "silent_checkin", "No answer to a check-in"
    MESSAGE_FAILED = "message_failed", "A message could not be delivered"
    BOOK_VISIT = "book_visit", "Book a visit"
    CHECK_INSURANCE = "check_insurance", "Check insurance"
    REVIEW_DIFFERENCE = "review_difference", "Settle a difference with an imported chart"
    MONITOR = "monitor", "Monitor as promised"
    MONITORING_DUE = "monitoring_due", "Monitoring due"
    WEIGHT_GAIN = "weight_gain", "Weight gain to review"
    CRITICAL_RESULT = "critical_result", "A critical result"
    REFILL_ASKED = "refill_asked", "Refill asked"
    RUNS_OUT = "runs_out", "Runs out before the next visit"
    STEP_WAITS = "step_waits", "A dose step waits"
    LEAVER = "leaver", "A colleague left"
    OTHER = "other", "Other"


# What a person sees to by saying what they made of it.
REVIEWS = frozenset({DutyKind.WEIGHT_GAIN})
# What ends by itself once it is done, and by nobody's word: a client is not lost by one click.
ENDS_ALONE = frozenset({DutyKind.LEAVER})


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REACHED = "reached", "Reached"
    LEFT_MESSAGE = "left_message", "Left a message"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    DECLINED = "declined", "Declined"
    NO_LONGER_NEEDED = "no_longer_needed", "No longer needed"


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    def open(self) -> "WorkItemQuerySet":
        return self.filter(closed_at=None)

    def waiting(self, now: datetime) -> "WorkItemQuerySet":
        """Open and not put off to a later moment."""
        return self.open().filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))

    def unheld(self) -> "WorkItemQuerySet":
        """Nobody's, or of somebody who works here no longer: anybody who sees them may take them."""
        return self.exclude(owner__is_active=True)

    def visible_to(self, user: User) -> "WorkItemQuerySet":
        """The front desk sees every duty; a clinician their own and those of their role for their clients."""
        if user.role == Role.COORDINATOR:
            return self
        if user.role in {Role.PRESCRIBER, Role.THERAPIST}:
            return self.filter(
                Q(owner=user) | Q(owner_role=user.acting_role, client__in=Client.objects.visible_to(user))
            )
        return self.none()


class WorkItem(Record):
    """One duty: whose it is, by when, why, and how it ended. `about` makes it exist once for one cause."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="work_items")
    kind = models.CharField(max_length=30, choices=DutyKind.choices)
    reason = models.CharField(max_length=300)
    about = models.CharField(max_length=120, unique=True, null=True, blank=True)
    urgent = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="work_items"
    )
    owner_role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role])
    due_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        ordering = ["-urgent", "due_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="worklist_closed_with_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_role", "due_at"],
                condition=models.Q(closed_at=None),
                name="worklist_open_by_role",
            ),
            models.Index(fields=["client", "-due_at"], name="worklist_client_newest"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def holder(self) -> User | None:
        """Whose it is, if they work here: a closed account sees to nothing."""
        return self.owner if self.owner is not None and self.owner.is_active else None
