"""The dose plan: versions that never change, their steps day by day, and each change in plain words."""

from datetime import date, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable

from clinic.clients.models import Client
from clinic.core.models import Record, never_emptied
from clinic.formulary.models import Medication
from clinic.plans.models import TreatmentPlan
from clinic.staff.models import User

APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete
SIGNED_KEPT = never_emptied("signed dose plans")


class DosePlanQuerySet(models.QuerySet["DosePlan"]):
    def visible_to(self, user: User) -> "DosePlanQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def running(self, today: date | Combinable) -> "DosePlanQuerySet":
        """Begun or to begin, and not stopped by `today`, a day or an expression of one."""
        return self.filter(
            Q(versions__superseded_at=None) & (Q(versions__stop_on=None) | Q(versions__stop_on__gt=today))
        )


class DosePlan(Record):
    """One medication for one client over time, under the treatment plan it was agreed in.

    `in_place_of` is the dose plan that left for it under the same signature.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="dose_plans", db_index=False)
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    treatment_plan = models.ForeignKey(
        TreatmentPlan, on_delete=models.PROTECT, related_name="dose_plans", null=True, blank=True
    )
    treats = models.CharField("what it is for", max_length=200)
    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    began_on = models.DateField()
    in_place_of = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = DosePlanQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on"]
        indexes = [models.Index(fields=["client", "-began_on"], name="titration_client_newest")]

    def __str__(self) -> str:
        return f"{self.medication}"


class DosePlanVersion(Record):
    """What a prescriber signed: the order as in the dose-plan contract and when it ends; only superseded.

    Numbers and formulary data of the day of signing stand in `order` and `formulary_version`; `template` is the
    key of the label schedule it was begun from, empty where doses were set by hand.
    """

    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    order = models.JSONField()
    first_on = models.DateField()
    stop_on = models.DateField(null=True, blank=True)
    dispense = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    regimen = models.JSONField("what the regimen check found", default=dict)
    formulary_version = models.CharField(max_length=20)
    template = models.CharField(max_length=60, blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dose_plan", "number"], name="titration_version_number_once"),
            models.UniqueConstraint(
                fields=["dose_plan"], condition=Q(superseded_at=None), name="titration_one_current_version"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["superseded_at", "updated_at"]),
            ),
            pgtrigger.Protect(name="signed_never_deleted", operation=pgtrigger.Delete),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class DoseStepQuerySet(models.QuerySet["DoseStep"]):
    def current(self) -> "DoseStepQuerySet":
        """Steps of versions in force."""
        return self.filter(version__superseded_at=None)

    def on(self, day: date) -> "DoseStepQuerySet":
        return self.filter(first_on__lte=day).filter(Q(last_on=None) | Q(last_on__gte=day))


class DoseStep(Record):
    """Days `first_on` to `last_on` (null: open-ended) on which `mg_per_day` is taken, with units by time of day."""

    version = models.ForeignKey(DosePlanVersion, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    first_on = models.DateField()
    last_on = models.DateField(null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(default=1)
    mg_per_day = models.DecimalField(max_digits=9, decimal_places=3)
    doses = models.JSONField(default=list)
    words = models.TextField()

    objects = DoseStepQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="titration_step_number_once"),
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="titration_step_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["first_on"], name="titration_step_first_on")]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.words


class ChangeKind(models.TextChoices):
    START = "start", "Started"
    INCREASE = "increase", "Increased"
    DECREASE = "decrease", "Decreased"
    REPLAN = "replan", "Schedule changed"
    HOLD = "hold", "Held"
    STOP = "stop", "Stopped"


class DoseChangeQuerySet(models.QuerySet["DoseChange"]):
    def visible_to(self, user: User) -> "DoseChangeQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))


class DoseChange(Record):
    """A dose plan was started, changed or stopped: from when, from and to how many mg a day, why, in plain words."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="dose_changes", db_index=False)
    version = models.OneToOneField(DosePlanVersion, on_delete=models.PROTECT, related_name="change")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    takes_effect_on = models.DateField()
    from_mg = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    to_mg = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    words = models.TextField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = DoseChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["client", "-at"], name="titration_client_changes")]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.words


class FavouriteQuerySet(models.QuerySet["FavouriteRegimen"]):
    def of(self, user: User) -> "FavouriteQuerySet":
        """A prescriber's own, not removed; nobody else sees them."""
        return self.filter(prescriber=user, removed_at=None)


class FavouriteRegimen(Record):
    """Products with steps, a titration or a taper that a prescriber keeps for themselves to use again.

    `regimen` is written as in a dose_plan order, without days of the calendar and without limits.
    """

    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    regimen = models.JSONField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = FavouriteQuerySet.as_manager()

    class Meta:
        ordering = ["medication__name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["prescriber", "medication", "name"],
                condition=Q(removed_at=None),
                name="titration_favourite_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class MissedDoses(Record):
    """Doses due from `first_missed_on` to the day before `goes_on_on` were not taken: what the plan says of these
    days is what was planned. `version` is how it goes on, `rule` the restart rule's sentence of that day.
    """

    version = models.OneToOneField(DosePlanVersion, on_delete=models.PROTECT, related_name="missed")
    last_taken_on = models.DateField()
    first_missed_on = models.DateField()
    goes_on_on = models.DateField()
    onward = models.CharField(
        max_length=10,
        choices=[
            ("resume", "Goes on, moved by the missed days"),
            ("keep", "Goes on, on its planned days"),
            ("restart", "Begun again"),
        ],
    )
    rule = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_taken_on__lt=F("first_missed_on"), first_missed_on__lt=F("goes_on_on")),
                name="titration_missed_days_in_order",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY), SIGNED_KEPT]

    def __str__(self) -> str:
        return f"{self.first_missed_on} to {self.goes_on_on}"

    @property
    def last_missed_on(self) -> date:
        return self.goes_on_on - timedelta(days=1)


class SafetyOverride(Record):
    """A prescriber signed although a finding said stop: which finding, and the coded reason with words.

    "Will monitor" is a promise: what is measured, by which day, by whom. Its duty ends when the result is entered.
    """

    version = models.ForeignKey(DosePlanVersion, on_delete=models.PROTECT, related_name="overrides")
    code = models.CharField(max_length=40)
    key = models.CharField(max_length=120, default="")
    finding = models.JSONField()
    reason_code = models.CharField(
        max_length=20,
        choices=[
            ("benefit", "Benefit outweighs the risk"),
            ("tolerated", "Taken before and tolerated"),
            ("will_monitor", "Will monitor"),
            ("intended", "Intended and discussed with the client"),
            ("checks_unavailable", "Checks unavailable"),
            ("other", "Other"),
        ],
    )
    words = models.CharField(max_length=300)
    monitors = models.CharField("what is measured", max_length=30, blank=True)
    monitor_by = models.DateField("by which day", null=True, blank=True)
    monitor_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(monitors="", monitor_by=None, monitor_owner=None)
                | (~Q(monitors="") & Q(monitor_by__isnull=False, monitor_owner__isnull=False)),
                name="titration_promise_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(reason_code="will_monitor") | ~Q(monitors=""),
                name="titration_will_monitor_says_what",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=APPEND_ONLY), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.code
