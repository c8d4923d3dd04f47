"""The treatment plan and what it is made of."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record, never_emptied
from clinic.staff.models import User
from clinic.staff.roles import Role

SIGNED_KEPT = never_emptied("signed plans")


class PlanStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"
    SUPERSEDED = "superseded", "Replaced by a newer version"


class TreatmentPlanQuerySet(models.QuerySet["TreatmentPlan"]):
    def visible_to(self, user: User) -> "TreatmentPlanQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def in_force(self) -> "TreatmentPlanQuerySet":
        return self.filter(status=PlanStatus.SIGNED)


class TreatmentPlan(Record):
    """One numbered version of a client's plan. Signed, it is binding and unchangeable; a change is a new version.

    `version` counts saves of the draft, so that a stale save is refused.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="treatment_plans", db_index=False)
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=PlanStatus.choices, default=PlanStatus.DRAFT)
    client_words = models.TextField("what the client wants, in their own words", blank=True)
    review_on = models.DateField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    client_agreed_on = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = TreatmentPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="plans_number_once"),
            models.UniqueConstraint(fields=["client"], condition=Q(status="draft"), name="plans_one_draft"),
            models.UniqueConstraint(fields=["client"], condition=Q(status="signed"), name="plans_one_in_force"),
            models.CheckConstraint(
                condition=Q(status="draft", signed_at=None, signed_by=None)
                | (~Q(status="draft") & Q(signed_at__isnull=False, signed_by__isnull=False)),
                name="plans_signed_by",
            ),
            models.CheckConstraint(
                condition=Q(status="superseded", superseded_at__isnull=False)
                | (~Q(status="superseded") & Q(superseded_at=None)),
                name="plans_superseded_at",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="signed_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
                func="""
                    IF to_jsonb(OLD) - '{status,superseded_at,updated_at}'::text[]
                        IS DISTINCT FROM to_jsonb(NEW) - '{status,superseded_at,updated_at}'::text[] THEN
                        RAISE EXCEPTION 'the plan is signed: it cannot change';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="signed_never_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            ),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"Plan {self.number}"


def part_of_signed_plan(table: str) -> pgtrigger.Trigger:
    """The parts of a signed plan are as fixed as the plan."""
    return pgtrigger.Trigger(
        name="signed_never_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM plans_treatmentplan p
                WHERE p.id IN (NEW.plan_id, OLD.plan_id) AND p.signed_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'the plan is signed: its {table} cannot change';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,  # noqa: S608 - the only value is a literal of this file
    )


class Problem(Record):
    """What the plan is about; with an ICD-10-CM code where it is a diagnosis."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="problems")
    text = models.CharField(max_length=300)
    code = models.CharField(max_length=10, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["rank"]
        triggers = [part_of_signed_plan("problems"), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.text


class Goal(Record):
    """What shall be reached, by which measure, from where to where and by when."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="goals")
    text = models.CharField(max_length=300)
    measure = models.CharField(max_length=120, blank=True)
    baseline = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    target_on = models.DateField(null=True, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["rank"]
        triggers = [part_of_signed_plan("goals"), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.text


class InterventionKind(models.TextChoices):
    MEDICATION = "medication", "Medication"
    THERAPY = "therapy", "Therapy"
    LIFESTYLE = "lifestyle", "Lifestyle"
    SUPPORT = "support", "Other support"


class Intervention(Record):
    """One thing done toward the goals and who is responsible: a role of the team or the client."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="interventions")
    kind = models.CharField(max_length=12, choices=InterventionKind.choices)
    text = models.CharField(max_length=300)
    how_often = models.CharField(max_length=120, blank=True)
    responsible = models.CharField(
        max_length=20,
        choices=[
            (Role.PRESCRIBER, "Prescriber"),
            (Role.THERAPIST, "Therapist"),
            (Role.COORDINATOR, "Care coordinator"),
            ("client", "Client"),
        ],
    )
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["kind", "rank"]
        triggers = [part_of_signed_plan("interventions"), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.text


class PlanAcknowledgement(Record):
    """A therapist has seen a signed plan and says so, with a comment if they wish."""

    plan = models.ForeignKey(TreatmentPlan, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["plan", "by"], name="plans_acknowledged_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
