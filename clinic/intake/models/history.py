"""What a client brings along: trials, medications from anyone, allergies, problems, events."""

from typing import Self, TypeVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.formulary.models import Medication
from clinic.formulary.rules.regimen import Recognized, allergens, name_to_check, recognize
from clinic.staff.models import User


class Origin(models.TextChoices):
    CLIENT = "client", "Told by the client"
    STAFF = "staff", "Entered by staff"
    IMPORT = "import", "Another system"


Row = TypeVar("Row", bound=models.Model)


class ChartQuerySet(models.QuerySet[Row]):
    def visible_to(self, user: User) -> Self:
        return self.filter(client__in=Client.objects.charts_open_to(user))


class TrialResponse(models.TextChoices):
    REMISSION = "remission", "Remission"
    RESPONSE = "response", "Clear benefit"
    PARTIAL = "partial", "Some benefit"
    NONE = "none", "No benefit"
    WORSE = "worse", "Worse"
    UNKNOWN = "unknown", "Not known"


class WhyStopped(models.TextChoices):
    STILL_TAKING = "still_taking", "Still taking"
    NO_EFFECT = "no_effect", "Did not help"
    SIDE_EFFECTS = "side_effects", "Side effects"
    COST = "cost", "Cost or insurance"
    CHOICE = "choice", "Own choice"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not known"


class MedicationTrialQuerySet(ChartQuerySet["MedicationTrial"]):
    pass


class MedicationTrial(Record):
    """A medication tried before: highest dose in mg a day, weeks taken, how it went, why it ended."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="medication_trials")
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=150)
    highest_mg = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    response = models.CharField(max_length=10, choices=TrialResponse.choices, default=TrialResponse.UNKNOWN)
    why_stopped = models.CharField(max_length=15, choices=WhyStopped.choices, default=WhyStopped.UNKNOWN)
    detail = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = MedicationTrialQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["client", "-recorded_at"], name="intake_client_trials")]

    def __str__(self) -> str:
        return self.name

    @property
    def recognized(self) -> Recognized | None:
        """What it is checked as; None where nothing in its words is known."""
        return recognize(name_to_check(self.name, self.medication.ingredient if self.medication else ""))


class ReportedMedicationQuerySet(ChartQuerySet["ReportedMedication"]):
    pass


class ReportedMedication(Record):
    """Something the client takes that we did not prescribe here, from anyone, as told or imported."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="reported_medications")
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=300)
    rxcui = models.CharField(max_length=12, blank=True)
    dose_text = models.CharField(max_length=200, blank=True)
    mg_per_day = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    prescribed_by = models.CharField(max_length=150, blank=True)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects = ReportedMedicationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["client", "-recorded_at"], name="intake_client_reported")]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_on=None) | Q(last_on=None) | Q(last_on__gte=models.F("first_on")),
                name="intake_reported_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recognized(self) -> Recognized | None:
        """What it is checked as; None where nothing in its words is known."""
        return recognize(name_to_check(self.name, self.medication.ingredient if self.medication else ""))


class AllergyQuerySet(ChartQuerySet["Allergy"]):
    pass


class Allergy(Record):
    """An allergy or intolerance. No row means not asked; `is_none_known` states that the client has none."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="allergies")
    substance = models.CharField(max_length=200)
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reaction = models.CharField(max_length=200, blank=True)
    severity = models.CharField(
        max_length=10,
        choices=[("mild", "Mild"), ("moderate", "Moderate"), ("severe", "Severe"), ("unknown", "Not known")],
        default="unknown",
    )
    is_none_known = models.BooleanField(default=False)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AllergyQuerySet.as_manager()

    class Meta:
        ordering = ["substance"]
        verbose_name_plural = "allergies"
        indexes = [models.Index(fields=["client", "-recorded_at"], name="intake_client_allergies")]

    def __str__(self) -> str:
        return self.substance

    @property
    def is_checked(self) -> bool:
        """Whether it names a medication or a class that plans are checked against."""
        return self.medication_id is not None or bool(allergens(self.substance))


class Pregnancy(models.TextChoices):
    YES = "yes", "Pregnant"
    POSSIBLE = "possible", "Possibly pregnant"
    NO = "no", "Not pregnant"
    UNKNOWN = "unknown", "Asked, not known"


class PregnancyAnswerQuerySet(ChartQuerySet["PregnancyAnswer"]):
    def newest_first(self) -> "PregnancyAnswerQuerySet":
        return self.order_by("-recorded_at", "-id")


class PregnancyAnswer(Record):
    """Whether the client is pregnant, as told on a day; the newest answer counts. No row means not asked."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="pregnancy_answers", db_index=False)
    status = models.CharField(max_length=10, choices=Pregnancy.choices)
    due_on = models.DateField("due date", null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects = PregnancyAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(fields=["client", "-recorded_at"], name="intake_client_pregnancy")]
        constraints = [
            models.CheckConstraint(condition=Q(due_on=None) | Q(status="yes"), name="intake_due_date_if_pregnant")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def matters(self) -> bool:
        """Whether every page that shows the person must say it."""
        return self.status in {Pregnancy.YES, Pregnancy.POSSIBLE}


class ProblemHistoryQuerySet(ChartQuerySet["ProblemHistory"]):
    pass


class ProblemHistory(Record):
    """A problem in its own coding as it came (SNOMED CT codes stay as they are); none is invented."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="problem_history")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=300)
    clinical_status = models.CharField(max_length=30, blank=True)
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    recorded_at = models.DateTimeField()

    objects = ProblemHistoryQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "text"]
        verbose_name_plural = "problem histories"
        indexes = [models.Index(fields=["client", "-began_on"], name="intake_client_problems")]

    def __str__(self) -> str:
        return self.text


class HistoryEventQuerySet(ChartQuerySet["HistoryEvent"]):
    pass


class HistoryEvent(Record):
    """A dated line of earlier care elsewhere (a visit, an admission)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="history_events")
    kind = models.CharField(max_length=60)
    text = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)

    objects = HistoryEventQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["client", "-began_at"], name="intake_client_events")]

    def __str__(self) -> str:
        return self.text
