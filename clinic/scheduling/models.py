"""Availability, appointments, waitlist."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from clinic.clients.models import Client
from clinic.core.models import Constant, Record
from clinic.staff.models import User
from clinic.staff.roles import Role


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Modality(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    TELEHEALTH = "telehealth", "Telehealth"
    PHONE = "phone", "Phone"


class Availability(Record):
    """Hours a clinician sees clients, each week on one weekday, in the clinic's own zone."""

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="availability")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    begins = models.TimeField()
    ends = models.TimeField()
    modality = models.CharField(max_length=12, choices=Modality.choices, default=Modality.IN_PERSON)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["weekday", "begins"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="scheduling_availability_ends_after_begins")
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.begins:%H:%M}-{self.ends:%H:%M}"


class TimeOff(Record):
    """A span in which a clinician is not available."""

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="scheduling_time_off_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}"


class AppointmentKind(models.TextChoices):
    CONSULTATION = "consultation", "Consultation"
    EVALUATION = "evaluation", "Psychiatric evaluation"
    FOLLOW_UP = "follow_up", "Medication check"
    BRIEF = "brief", "Brief check"
    THERAPY = "therapy", "Therapy session"


class AppointmentStatus(models.TextChoices):
    BOOKED = "booked", "Booked"
    CONFIRMED = "confirmed", "Confirmed"
    ARRIVED = "arrived", "Arrived"
    DONE = "done", "Done"
    NO_SHOW = "no_show", "Did not come"
    CANCELLED = "cancelled", "Cancelled"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def standing(self) -> "AppointmentQuerySet":
        """Appointments that hold their time."""
        return self.exclude(status=Constant(AppointmentStatus.CANCELLED))

    def visible_to(self, user: User) -> "AppointmentQuerySet":
        """The front desk sees every appointment; a clinician their own and those of their clients."""
        if user.role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
            return self
        return self.filter(Q(clinician=user) | Q(client__in=Client.objects.visible_to(user)))

    def changed_by(self, user: User) -> "AppointmentQuerySet":
        """What this user may move and mark: of those they see, a therapist only their own."""
        seen = self.visible_to(user)
        return seen.filter(clinician=user) if user.role == Role.THERAPIST else seen


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


_SPAN = TsTzRange("starts_at", "ends_at", RangeBoundary())


@pghistory.track()
class Appointment(Record):
    """A client and a clinician at one time. The database refuses two at once for either of them.

    `time_set_at` is when it got the time at which it now stands, `times_moved` how often it got another one.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    kind = models.CharField(max_length=15, choices=AppointmentKind.choices)
    modality = models.CharField(max_length=12, choices=Modality.choices, default=Modality.IN_PERSON)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=AppointmentStatus.choices, default=AppointmentStatus.BOOKED)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note_for_desk = models.CharField(max_length=200, blank=True)
    time_set_at = models.DateTimeField()
    times_moved = models.PositiveSmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["client", "-starts_at"], name="scheduling_client_newest"),
            models.Index(fields=["clinician", "starts_at"], name="scheduling_clinician_day"),
            models.Index(fields=["starts_at"], name="scheduling_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="scheduling_ends_after_start"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="scheduling_cancelled_at",
            ),
            ExclusionConstraint(
                name="scheduling_clinician_not_double_booked",
                expressions=[(_SPAN, RangeOperators.OVERLAPS), ("clinician", RangeOperators.EQUAL)],
                condition=~Q(status="cancelled"),
            ),
            ExclusionConstraint(
                name="scheduling_client_not_double_booked",
                expressions=[(_SPAN, RangeOperators.OVERLAPS), ("client", RangeOperators.EQUAL)],
                condition=~Q(status="cancelled"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%Y-%m-%d %H:%M}"


class ReplyKind(models.TextChoices):
    CONFIRM = "confirm", "Confirmed"
    CANCEL = "cancel", "Cancelled"
    MOVE = "move", "Asked to move it"


class AppointmentReply(Record):
    """What a client said by link to an appointment, at the time at which it then stood."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=10, choices=ReplyKind.choices)
    starts_at = models.DateTimeField("the time that was replied to")
    words = models.CharField("times that suit", max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_kind_display()


class WaitlistEntry(Record):
    """Somebody who would come sooner if a time came free."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="waitlist_entries")
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=15, choices=AppointmentKind.choices)
    times_that_suit = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.get_kind_display()
