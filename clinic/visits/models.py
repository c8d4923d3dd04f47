"""The follow-up visit and its parts."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from clinic.clients.models import Client
from clinic.core.models import Record, never_emptied
from clinic.scheduling.models import Appointment, Modality
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.visits.rules.copied import LONGEST_PHRASE_NAME, LONGEST_TEMPLATE_TEXT, PARTS, Origin, Review
from clinic.visits.rules.decisions import Decision

SIGNED_KEPT = never_emptied("signed visits")


def part_of_signed_visit(what: str) -> pgtrigger.Trigger:
    """The parts of a signed visit are as fixed as the visit: none is added, changed, taken away or moved out of it."""
    return pgtrigger.Trigger(
        name="signed_never_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM visits_followupvisit v
                WHERE v.id IN (NEW.visit_id, OLD.visit_id) AND v.signed_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'the visit is signed: its {what} cannot change';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,  # noqa: S608 - the only value is a literal of this file
    )


class VisitKind(models.TextChoices):
    """What a visit is for; a psychiatric evaluation is written on its own page."""

    FOLLOW_UP = "follow_up", "Medication check"
    BRIEF = "brief", "Brief check"


class FollowUpVisitQuerySet(models.QuerySet["FollowUpVisit"]):
    def visible_to(self, user: User) -> "FollowUpVisitQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def awaiting_cosignature(self) -> "FollowUpVisitQuerySet":
        """Signed by a trainee, and the supervisor has not co-signed yet."""
        return self.filter(signed_at__isnull=False, supervisor__isnull=False, cosignature=None)


class FollowUpVisit(Record):
    """A medication check. A draft until signed; signed, the database refuses every change.

    `version` counts saves of the draft: a save against an older version is refused with both texts shown.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits", db_index=False)
    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="visit", null=True, blank=True
    )
    visited_on = models.DateField()
    kind = models.CharField(max_length=15, choices=VisitKind.choices, default=VisitKind.FOLLOW_UP)
    modality = models.CharField(max_length=12, choices=Modality.choices, default=Modality.IN_PERSON)
    subjective = models.TextField("what the client reports", blank=True)
    mental_status = models.JSONField("mental status by domain", default=dict, blank=True)
    assessment = models.TextField(blank=True)
    risk_answer = models.CharField(
        max_length=12,
        choices=[("none", "No thoughts of self-harm or harm to others"), ("present", "Present: see assessment")],
        blank=True,
    )
    next_steps = models.TextField("what follows", blank=True)
    problems = models.JSONField("problems of the plan and how they go", default=dict, blank=True)
    vitals = models.JSONField("what was measured, as typed", default=dict, blank=True)
    telehealth = models.JSONField("record of a visit by telehealth", default=dict, blank=True)
    adherence = models.JSONField("how doses were taken, as told", default=dict, blank=True)
    minutes = models.CharField("time spent in minutes, as typed", max_length=5, blank=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="supervised_visits",
        null=True,
        blank=True,
        verbose_name="who co-signs the note of a trainee",
    )
    content_hash = models.CharField(max_length=64, blank=True)

    objects = FollowUpVisitQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on"]
        indexes = [models.Index(fields=["client", "-visited_on"], name="visits_client_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, content_hash="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(content_hash="")),
                name="visits_signed_by",
            ),
            models.UniqueConstraint(
                fields=["client", "prescriber"], condition=Q(signed_at=None), name="visits_one_draft_each"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="copied_text_is_reviewed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_at__isnull=True, new__signed_at__isnull=False),
                func="""
                    IF EXISTS (SELECT 1 FROM visits_copiedpassage p WHERE p.visit_id = NEW.id AND p.review = '') THEN
                        RAISE EXCEPTION 'text copied into the visit is not reviewed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.visited_on}"

    def get_absolute_url(self) -> str:
        return reverse("visits:visit", args=[self.pk])

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class MedicationDecision(Record):
    """What was decided for one medication.

    `proposal` is what was typed, at any length: carried out when the visit is signed. Then `rationale` stands, and
    `change` names the dose change that was made.
    """

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.PROTECT, related_name="decisions")
    dose_plan = models.ForeignKey(DosePlan, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision.choices)
    proposal = models.JSONField(null=True, blank=True)
    rationale = models.CharField(max_length=500, blank=True)
    change = models.OneToOneField(DoseChange, on_delete=models.PROTECT, related_name="decision", null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "dose_plan"], name="visits_one_decision_a_dose_plan"),
        ]
        triggers = [part_of_signed_visit("decisions"), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.get_decision_display()


class VisitAddendum(Record):
    """A correction or addition to a signed visit; it never changes either."""

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["written_at"]
        verbose_name_plural = "visit addenda"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"


class Phrase(Record):
    """A text that a prescriber writes again and again, by a short name; shared, all prescribers may use it."""

    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="phrases")
    name = models.CharField(max_length=LONGEST_PHRASE_NAME)
    text = models.TextField()
    is_shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("prescriber", Lower("name"), name="visits_phrase_name_once")]

    def __str__(self) -> str:
        return self.name


class NoteTemplate(Record):
    """Texts for several parts of a note under one name; shared, all prescribers may use it.

    It has words for what is written freely and nothing else: no mental status and no answer about risk comes from it.
    """

    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="note_templates")
    name = models.CharField(max_length=LONGEST_PHRASE_NAME)
    subjective = models.CharField(max_length=LONGEST_TEMPLATE_TEXT, blank=True)
    assessment = models.CharField(max_length=LONGEST_TEMPLATE_TEXT, blank=True)
    next_steps = models.CharField(max_length=LONGEST_TEMPLATE_TEXT, blank=True)
    is_shared = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("prescriber", Lower("name"), name="visits_note_template_name_once"),
            models.CheckConstraint(
                condition=~Q(subjective="", assessment="", next_steps=""), name="visits_note_template_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def texts(self) -> dict[str, str]:
        """What it says, by the part of the note that it is for."""
        return {part: text for part in PARTS if (text := getattr(self, part))}

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What it says as it is read: each part by its label."""
        return [(PARTS[part], text) for part, text in self.texts.items()]


class CopiedPassage(Record):
    """Text copied into a draft from elsewhere. It is no part of the note until it is kept or edited.

    `copied_text` is what was copied, `text` how it stands now in its box, `came_from` where from in words.
    """

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.PROTECT, related_name="passages")
    part = models.CharField(max_length=12, choices=list(PARTS.items()))
    origin = models.CharField(max_length=10, choices=Origin.choices)
    came_from = models.CharField(max_length=120)
    copied_text = models.TextField()
    text = models.TextField(blank=True)
    review = models.CharField(max_length=8, choices=Review.choices, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review="", reviewed_at=None) | (~Q(review="") & Q(reviewed_at__isnull=False)),
                name="visits_copied_reviewed_at",
            ),
        ]
        triggers = [part_of_signed_visit("copied text"), SIGNED_KEPT]

    def __str__(self) -> str:
        return self.came_from


class CoSignature(Record):
    """A supervisor stands for the note of a trainee: once, and only for one that waits for it."""

    visit = models.OneToOneField(FollowUpVisit, on_delete=models.PROTECT, related_name="cosignature")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content_hash = models.CharField("of the note that was co-signed", max_length=64)

    class Meta:
        ordering = ["at"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_of_the_supervisor",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM visits_followupvisit v
                        WHERE v.id = NEW.visit_id AND v.signed_at IS NOT NULL AND v.supervisor_id = NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'only the supervisor co-signs a signed visit';
                    END IF;
                    RETURN NEW;
                """,
            ),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class TelehealthConsent(Record):
    """A client consented to be seen by telehealth, as told in the visit; it holds for a year."""

    visit = models.OneToOneField(FollowUpVisit, on_delete=models.PROTECT, related_name="telehealth_consent")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="telehealth_consents")
    given_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_on"]
        indexes = [models.Index(fields=["client", "-given_on"], name="visits_newest_telehealth")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            SIGNED_KEPT,
        ]

    def __str__(self) -> str:
        return f"{self.given_on}"
