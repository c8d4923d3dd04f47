"""What came from where, and where it differs from what the clinic's staff entered."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.exchange.rules.merging import field_words, value_words
from clinic.staff.models import User


class ImportedResource(Record):
    """One resource of another system, which row of ours it became, and a digest to see whether it changed.

    `values` is what the last import said, field by field: what differs from it in our row was changed here.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="imported_resources")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    resource_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    values = models.JSONField(default=dict, blank=True)
    row_model = models.CharField(max_length=60, blank=True)
    row_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "system", "resource_type", "value"], name="exchange_resource_once"
            )
        ]
        indexes = [models.Index(fields=["resource_type", "value"], name="exchange_by_value")]

    def __str__(self) -> str:
        return self.resource_type


class ImportDifferenceQuerySet(models.QuerySet["ImportDifference"]):
    def open(self) -> "ImportDifferenceQuerySet":
        return self.filter(settled_at=None)

    def visible_to(self, user: User) -> "ImportDifferenceQuerySet":
        """Fields of the client's own record to all who see the client, of the chart to those it is open to."""
        seen = Q(resource=None, client__in=Client.objects.visible_to(user))
        return self.filter(seen | Q(client__in=Client.objects.charts_open_to(user)))


class ImportDifference(Record):
    """A field in which an imported chart differs from what staff entered; ours stands until a person settles it.

    `resource` is None for the client's own fields.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="import_differences")
    field = models.CharField(max_length=240)
    resource = models.ForeignKey(
        ImportedResource, on_delete=models.PROTECT, related_name="differences", null=True, blank=True
    )
    ours = models.TextField(blank=True)
    theirs = models.TextField(blank=True)
    found_at = models.DateTimeField()
    kept = models.CharField(max_length=6, choices=[("ours", "Kept ours"), ("theirs", "Took theirs")], blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ImportDifferenceQuerySet.as_manager()

    class Meta:
        ordering = ["found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "resource", "field"],
                condition=Q(settled_at=None),
                nulls_distinct=False,
                name="exchange_one_open_difference",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, kept="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(kept="")),
                name="exchange_settled_by",
            ),
        ]

    def __str__(self) -> str:
        return self.field

    @property
    def label(self) -> str:
        """The field in words."""
        return field_words(self.field)

    @property
    def values(self) -> tuple[str, str]:
        """Ours and theirs as a person reads them."""
        return value_words(self.ours), value_words(self.theirs)
