"""Medications, what can be had of them, and how sure we are of each number."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from clinic.core.models import Record, only_changes
from clinic.formulary.rules import spelled_out
from clinic.formulary.rules.regimen import Severity
from clinic.formulary.rules.telling import SEVERITY_WORDS, rule_words


class SourceStatus(models.TextChoices):
    """V: seen in the named source. V2: secondary source, shown as not yet reviewed. U: unverified, inactive."""

    VERIFIED = "V", "Seen in a source"
    SECONDARY = "V2", "Secondary source, not yet reviewed by the medical director"
    UNVERIFIED = "U", "Unverified"


class MedicationQuerySet(models.QuerySet["Medication"]):
    def prescribable(self) -> "MedicationQuerySet":
        return self.filter(retired_at=None)


class Medication(Record):
    """A medication as a prescriber picks it ("paroxetine CR"), with its dose numbers in mg a day.

    A null number is not confirmed: no check is made with it, and the pages say so.
    """

    name = models.CharField(max_length=100, unique=True)
    ingredient = models.CharField(max_length=100)
    rxcui = models.CharField("RxNorm ingredient id", max_length=12, blank=True)
    drug_class = models.CharField(max_length=120)
    dea_schedule = models.CharField(max_length=10, blank=True)
    dose_unit = models.CharField(max_length=20, default="mg")
    frequency = models.CharField(max_length=120, blank=True)
    start_text = models.CharField(max_length=300, blank=True)
    start_mg = models.DecimalField("start, mg a day", max_digits=9, decimal_places=3, null=True, blank=True)
    step_mg = models.DecimalField("usual step, mg", max_digits=9, decimal_places=3, null=True, blank=True)
    max_step_mg = models.DecimalField("largest rise, mg", max_digits=9, decimal_places=3, null=True, blank=True)
    min_interval_days = models.PositiveSmallIntegerField(null=True, blank=True)
    usual_min_mg = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    usual_max_mg = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    max_mg = models.DecimalField("maximum, mg a day (adult)", max_digits=9, decimal_places=3, null=True, blank=True)
    half_life_text = models.CharField(max_length=100, blank=True)
    boxed_warning = models.CharField(max_length=400, blank=True)
    boxed_warning_confirmed = models.BooleanField(default=False)
    monitoring_text = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    unverified_fields = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    not_computed_because = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=2, choices=SourceStatus.choices)
    source = models.TextField()
    data_version = models.CharField(max_length=20)
    reviewed_by = models.CharField(max_length=150, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = MedicationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_on=None, reviewed_by="") | (Q(reviewed_on__isnull=False) & ~Q(reviewed_by="")),
                name="formulary_reviewed_by_and_on",
            )
        ]
        indexes = [models.Index(fields=["rxcui"], name="formulary_rxcui")]

    def __str__(self) -> str:
        return self.name

    @property
    def start_words(self) -> str:
        return spelled_out(self.start_text)

    @property
    def is_reviewed(self) -> bool:
        return self.reviewed_on is not None


class MedicationName(models.Model):
    """A word a medication is found by: generic, salt, brand or synonym, in lower case."""

    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["medication", "name"], name="formulary_name_once")]
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="formulary_name_trigram")]

    def __str__(self) -> str:
        return self.name


class Form(models.TextChoices):
    TABLET = "tablet", "tablet"
    CAPSULE = "capsule", "capsule"
    SOLUTION = "solution", "solution"


class Release(models.TextChoices):
    IR = "IR", "immediate release"
    ER = "ER", "extended release"
    DR = "DR", "delayed release"
    ODT = "ODT", "orally disintegrating"


class Product(Record):
    """One form and release of a medication with its strengths in mg, or the concentration of a solution.

    `presentation` tells apart what has one form ("chewable", "sublingual"); `scored` tablets may be halved.
    """

    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="products")
    form = models.CharField(max_length=10, choices=Form.choices)
    release = models.CharField(max_length=4, choices=Release.choices)
    presentation = models.CharField(max_length=30, blank=True)
    strengths_mg = ArrayField(models.DecimalField(max_digits=9, decimal_places=3), default=list, blank=True)
    scored = models.BooleanField(default=False)
    mg_per_ml = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    ml_step = models.DecimalField("smallest volume, mL", max_digits=6, decimal_places=3, null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["form", "release"]
        constraints = [
            models.UniqueConstraint(
                fields=["medication", "form", "release", "presentation", "scored", "mg_per_ml"],
                nulls_distinct=False,
                name="formulary_product_once",
            ),
            models.CheckConstraint(
                condition=Q(form="solution", mg_per_ml__isnull=False, strengths_mg=[])
                | (~Q(form="solution") & Q(mg_per_ml=None, ml_step=None) & ~Q(strengths_mg=[])),
                name="formulary_product_is_solid_or_solution",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release} {self.form}"


class MedicationReview(Record):
    """The medical director confirmed numbers of a medication: which were known before, which after, from where."""

    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="reviews")
    before = models.JSONField()
    after = models.JSONField()
    source = models.CharField("where the numbers were read", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.medication}"


class RuleKind(models.TextChoices):
    """What a safety rule watches; of the first eight, the data file that holds its kind has its name."""

    INTERACTION = "interactions", "Interaction"
    WASHOUT = "washouts", "Wash-out"
    DOSE_LIMIT = "dose_limits", "Maximum dose"
    DUPLICATE = "duplicates", "Duplicate therapy"
    CONDITION = "conditions", "Condition"
    PREGNANCY = "pregnancy", "Pregnancy"
    AGE = "ages", "Age"
    LOAD = "loads", "Load"
    SCHEDULE = "schedules", "Label schedule"
    RESTART = "restarts", "Restart after missed days"


class Decision(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"


class SafetyRuleQuerySet(models.QuerySet["SafetyRule"]):
    def current(self) -> "SafetyRuleQuerySet":
        """The newest version of each rule."""
        return self.filter(superseded_at=None)

    def active(self) -> "SafetyRuleQuerySet":
        """Versions in force that plans are checked against: sourced and not refused, or accepted here."""
        sourced = Q(status__in=[SourceStatus.VERIFIED, SourceStatus.SECONDARY], decision="")
        return self.current().filter(sourced | Q(decision=Decision.ACCEPTED))

    def unreviewed(self) -> "SafetyRuleQuerySet":
        """What waits for the medical director: everything but what was seen in a first source."""
        return self.current().filter(decision="").exclude(status=SourceStatus.VERIFIED)


class SafetyRule(Record):
    """One version of one rule that regimens are checked against, as its data file says it; only superseded.

    A review is a new version with the medical director's decision. `definition` is the row that the check reads.
    """

    key = models.CharField(max_length=80)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=RuleKind.choices)
    definition = models.JSONField()
    status = models.CharField(max_length=2, choices=SourceStatus.choices)
    data_version = models.CharField(max_length=20)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = SafetyRuleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "key", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="formulary_rule_number_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(superseded_at=None), name="formulary_one_current_rule"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="formulary_rule_decided_by_and_at",
            ),
        ]
        triggers = only_changes("only_superseded", "superseded_at")

    def __str__(self) -> str:
        return self.key

    @property
    def words(self) -> str:
        """The sentence a prescriber reads when the rule fires, of anybody."""
        return rule_words(self.definition)

    @property
    def severity(self) -> str:
        return str(self.definition.get("severity", ""))

    @property
    def severity_words(self) -> str:
        """How grave it is, in a word; empty for a kind of rule that says it otherwise."""
        return SEVERITY_WORDS[Severity(self.severity)] if self.severity else ""

    @property
    def source(self) -> str:
        return str(self.definition.get("source", ""))

    @property
    def is_active(self) -> bool:
        return self.decision == Decision.ACCEPTED or (not self.decision and self.status != SourceStatus.UNVERIFIED)
