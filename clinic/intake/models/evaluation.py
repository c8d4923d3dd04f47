"""The psychiatric evaluation: a draft until signed, unchangeable after."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record, never_emptied
from clinic.intake.models.history import ChartQuerySet

SIGNED = pgtrigger.Q(old__signed_at__isnull=False)
SIGNED_KEPT = never_emptied("signed evaluations")


class PsychiatricEvaluationQuerySet(ChartQuerySet["PsychiatricEvaluation"]):
    pass


class PsychiatricEvaluation(Record):
    """One evaluation by one prescriber. `version` counts saves: a save against an older version is refused."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="evaluations", db_index=False)
    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evaluations")
    evaluated_on = models.DateField()
    reason = models.TextField("reason for the evaluation, in the client's words", blank=True)
    present_illness = models.TextField("history of present illness", blank=True)
    psychiatric_history = models.TextField(blank=True)
    substance_use = models.TextField(blank=True)
    medical_history = models.TextField(blank=True)
    family_history = models.TextField(blank=True)
    social_history = models.TextField(blank=True)
    risk_answers = models.JSONField("answers to the risk questions", default=dict, blank=True)
    risk_formulation = models.TextField(blank=True)
    mental_status = models.JSONField("mental status by domain", default=dict, blank=True)
    diagnosis_deferred_because = models.CharField("why no diagnosis is made yet", max_length=300, blank=True)
    formulation = models.TextField(blank=True)
    recommendation = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    content_hash = models.CharField("SHA-256 of what was signed", max_length=64, blank=True)
    signed_history = models.JSONField(
        "allergies, medications, trials and scores as they stood at signing", default=dict, blank=True
    )

    objects = PsychiatricEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["-evaluated_on"]
        indexes = [models.Index(fields=["client", "-evaluated_on"], name="intake_client_evaluations")]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, content_hash="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(content_hash="")),
                name="intake_evaluation_signed_by",
            ),
            models.UniqueConstraint(
                fields=["client", "prescriber"], condition=Q(signed_at=None), name="intake_one_draft_each"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes", operation=pgtrigger.Update | pgtrigger.Delete, condition=SIGNED
            ),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.evaluated_on}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class EvaluationDiagnosis(Record):
    """A diagnosis of the evaluation, billable ICD-10-CM code with its official text; rank 1 is the principal."""

    evaluation = models.ForeignKey(PsychiatricEvaluation, on_delete=models.PROTECT, related_name="diagnoses")
    code = models.CharField(max_length=10)
    text = models.CharField(max_length=300)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "evaluation diagnoses"
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "code"], name="intake_diagnosis_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="signed_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM intake_psychiatricevaluation e
                        WHERE e.id IN (NEW.evaluation_id, OLD.evaluation_id) AND e.signed_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'the evaluation is signed: its diagnoses cannot change';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return self.code


class EvaluationAddendum(Record):
    """A correction or addition to a signed evaluation; it never changes either."""

    evaluation = models.ForeignKey(PsychiatricEvaluation, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["written_at"]
        verbose_name_plural = "evaluation addenda"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"
