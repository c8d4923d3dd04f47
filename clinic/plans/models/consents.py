"""Consent to a medication: as it was recorded, and as a client is asked for it by link."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.clients.models import Client
from clinic.core.models import Record, only_changes
from clinic.formulary.models import Medication
from clinic.plans.rules.asking import Answer
from clinic.plans.rules.consent import LONGEST, GivenBy, How
from clinic.staff.models import User


class MedicationConsentQuerySet(models.QuerySet["MedicationConsent"]):
    def visible_to(self, user: User) -> "MedicationConsentQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def standing(self) -> "MedicationConsentQuerySet":
        """Consents that hold: not revoked, and no mere beginning in an emergency."""
        return self.filter(revoked_at=None).exclude(how=How.EMERGENCY)


class Discussed(Record):
    """What was discussed of one medication before a client agrees to it."""

    target_symptoms = models.CharField(max_length=LONGEST, blank=True)
    benefit = models.CharField("expected benefit", max_length=LONGEST, blank=True)
    risks = models.CharField("common and serious risks", max_length=LONGEST, blank=True)
    alternatives = models.CharField("alternatives, no medication among them", max_length=LONGEST, blank=True)
    is_off_label = models.BooleanField("the use is off label, and this was said", default=False)

    class Meta:
        abstract = True


class MedicationConsent(Discussed):
    """A client or guardian consents to one medication, with what was discussed; or it begins in an emergency without.

    Never changed and never deleted: it is revoked, and another is given. `text_version` is the version and language
    of the page on which it was given by link; the prescriber who discussed it is then who recorded it.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="medication_consents", db_index=False)
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(
        max_length=10,
        choices=[
            (How.SPOKEN, "Spoken"),
            (How.SIGNED, "Signed on paper"),
            (How.LINK, "By link"),
            (How.EMERGENCY, "Emergency, without consent"),
        ],
    )
    text_version = models.CharField(max_length=10, blank=True)
    given_by = models.CharField(
        max_length=10, choices=[(GivenBy.CLIENT, "Client"), (GivenBy.GUARDIAN, "Guardian")], blank=True
    )
    guardian_name = models.CharField(max_length=150, blank=True)
    because = models.CharField("why it begins without consent", max_length=LONGEST, blank=True)
    given_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    revoked_because = models.CharField(max_length=LONGEST, blank=True)

    objects = MedicationConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(fields=["client", "medication", "-recorded_at"], name="plans_consent_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "medication"],
                condition=Q(revoked_at=None) & ~Q(how="emergency"),
                name="plans_one_consent_stands",
            ),
            models.CheckConstraint(
                condition=(Q(how="emergency", given_by="") & ~Q(because=""))
                | (
                    Q(how__in=["spoken", "signed", "link"], because="")
                    & ~Q(given_by="")
                    & ~Q(target_symptoms="")
                    & ~Q(benefit="")
                    & ~Q(risks="")
                    & ~Q(alternatives="")
                ),
                name="plans_consent_says_what",
            ),
            models.CheckConstraint(
                condition=(Q(how="link") & ~Q(text_version="")) | (~Q(how="link") & Q(text_version="")),
                name="plans_text_read_by_link",
            ),
            models.CheckConstraint(
                condition=(Q(given_by="guardian") & ~Q(guardian_name=""))
                | (~Q(given_by="guardian") & Q(guardian_name="")),
                name="plans_guardian_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoked_because="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because="")),
                name="plans_revoked_by_and_why",
            ),
        ]
        triggers = only_changes("only_revoked", "revoked_at", "revoked_by", "revoked_because")

    def __str__(self) -> str:
        return f"{self.medication}, {self.given_on}"

    @property
    def stands(self) -> bool:
        """Whether it holds: not revoked, and a consent."""
        return self.revoked_at is None and self.how != How.EMERGENCY


class AskedConsentQuerySet(models.QuerySet["AskedConsent"]):
    def visible_to(self, user: User) -> "AskedConsentQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def open(self) -> "AskedConsentQuerySet":
        """Neither answered nor taken back."""
        return self.filter(answered_at=None, ended_at=None)


class AskedConsent(Discussed):
    """A client or guardian is asked by link whether they agree to a medication, with what was discussed.

    It is answered once, by them, or ended by a prescriber; nothing else of it ever changes.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="asked_consents", db_index=False)
    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(
        max_length=10, choices=[(Answer.AGREED, "Agreed"), (Answer.CALL, "Asks to be called")], blank=True
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    consent = models.ForeignKey(MedicationConsent, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = AskedConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["client", "-asked_at"], name="plans_asked_of_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "medication"],
                condition=Q(answered_at=None, ended_at=None),
                name="plans_one_consent_asked",
            ),
            models.CheckConstraint(
                condition=~Q(target_symptoms="") & ~Q(benefit="") & ~Q(risks="") & ~Q(alternatives=""),
                name="plans_asked_says_what",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, consent=None)
                | Q(answer="agreed", answered_at__isnull=False, consent__isnull=False)
                | Q(answer="call", answered_at__isnull=False, consent=None),
                name="plans_asked_answered_at",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="plans_asked_ended_by",
            ),
        ]
        triggers = [
            *only_changes("only_answered", "ended_at", "ended_by", "opened_at", "answer", "answered_at", "consent"),
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.answered_at IS NOT NULL"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.medication}, {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether it still may be answered: neither answered nor taken back."""
        return self.answered_at is None and self.ended_at is None
