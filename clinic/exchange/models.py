"""What came from where, and where it differs from what the clinic's staff entered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record


class ImportedResource(Record):
    """One resource of another system, which row of ours it became, and a digest to see whether it changed."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="imported_resources")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    resource_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    row_model = models.CharField(max_length=60, blank=True)
    row_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "resource_type", "value"], name="exchange_resource_once")
        ]

    def __str__(self) -> str:
        return self.resource_type


class ImportDifference(Record):
    """A field in which an imported chart differs from what staff entered; ours stands until a person settles it."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="import_differences")
    field = models.CharField(max_length=60)
    ours = models.TextField(blank=True)
    theirs = models.TextField(blank=True)
    found_at = models.DateTimeField()
    kept = models.CharField(max_length=6, choices=[("ours", "Kept ours"), ("theirs", "Took theirs")], blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "field"], condition=Q(settled_at=None), name="exchange_one_open_difference"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, kept="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(kept="")),
                name="exchange_settled_by",
            ),
        ]

    def __str__(self) -> str:
        return self.field
