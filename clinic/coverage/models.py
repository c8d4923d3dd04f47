"""Who pays."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.formulary.models import Medication


class Coverage(Record):
    """One insurance cover of a client, with the numbers a pharmacy or payer asks for."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="coverages")
    payer = models.CharField(max_length=150)
    plan_name = models.CharField(max_length=150, blank=True)
    plan_type = models.CharField(
        max_length=12,
        choices=[
            ("commercial", "Commercial"),
            ("medicaid", "Medicaid"),
            ("medicare", "Medicare"),
            ("self_pay", "Self-pay"),
            ("other", "Other"),
        ],
        default="commercial",
    )
    member_id = models.CharField(max_length=60, blank=True)
    group_number = models.CharField(max_length=60, blank=True)
    rx_bin = models.CharField("RxBIN", max_length=20, blank=True)
    rx_pcn = models.CharField("RxPCN", max_length=20, blank=True)
    rx_group = models.CharField("RxGrp", max_length=20, blank=True)
    subscriber_name = models.CharField(max_length=200, blank=True)
    subscriber_relationship = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField("1 primary, 2 secondary", default=1)
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=[("staff", "Entered by staff"), ("import", "Another system")])

    class Meta:
        ordering = ["rank", "-began_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(began_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                name="coverage_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.payer


class EligibilityCheck(Record):
    """Somebody asked the payer whether the cover holds; who, how and what was said."""

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="eligibility_checks")
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(
        max_length=10, choices=[("phone", "Phone"), ("portal", "Payer's portal"), ("card", "Card seen")]
    )
    result = models.CharField(
        max_length=12, choices=[("active", "Active"), ("inactive", "Not active"), ("unclear", "Unclear")]
    )
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return self.get_result_display()


class PriorAuthorization(Record):
    """A payer's leave for a medication, tracked by the care team; nothing is submitted from here."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="prior_authorizations")
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="prior_authorizations")
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=12,
        choices=[
            ("needed", "Needed"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("denied", "Denied"),
            ("appealed", "Appealed"),
            ("withdrawn", "Withdrawn"),
        ],
        default="needed",
    )
    reference = models.CharField(max_length=80, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    approved_from = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.get_status_display()
