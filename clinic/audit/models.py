"""One row a deed. The database itself refuses to change, delete or truncate them."""

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinic.audit.rules import deed_words, detail_words
from clinic.core.models import new_id


class AuditEvent(models.Model):
    """Who did what to which record, when and from where. Ids and codes only, never clinical text.

    `client_id` is a bare id, not a foreign key: this app stands below `clients`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    action = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    acting_role = models.CharField(max_length=20, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["by", "-at"], name="audit_by_newest"),
            models.Index(fields=["client_id", "-at"], name="audit_client_newest"),
            models.Index(fields=["action", "-at"], name="audit_action_newest"),
            # "Since you last looked": one reader's own reads of one chart.
            models.Index(
                fields=["client_id", "by", "-at"], condition=models.Q(action="chart_read"), name="audit_own_chart_reads"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the audit is append-only';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}"

    @property
    def deed(self) -> str:
        """What was done, in words."""
        return deed_words(self.action)

    @property
    def kind(self) -> str:
        """What kind of record it was done to; the code of a kind that is no more."""
        try:
            return str(apps.get_model(self.subject_type)._meta.verbose_name).capitalize()
        except LookupError:
            return self.subject_type

    @property
    def details(self) -> list[tuple[str, str]]:
        """What was kept of it, in words, beside whom it showed."""
        told = [(detail_words(name), detail_words(value)) for name, value in self.detail.items() if name != "clients"]
        return [(name, value) for name, value in told if value]

    @property
    def shown(self) -> list[str]:
        """The clients whom a search or a list showed, in its order."""
        return list(self.detail.get("clients", []))
