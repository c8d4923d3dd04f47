"""What clients answered on rating scales, scales that the clinic loaded itself, and symptoms in own words."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from clinic.clients.models import Client
from clinic.core.models import Record, only_changes
from clinic.scales.rules import title_of
from clinic.scales.rules.symptoms import LONGEST_WORDS, MOST
from clinic.staff.models import User


class ScaleResponseQuerySet(models.QuerySet["ScaleResponse"]):
    def visible_to(self, user: User) -> "ScaleResponseQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def newest_first(self) -> "ScaleResponseQuerySet":
        return self.order_by("-answered_at", "-id")


class AnsweredBy(models.TextChoices):
    """Who answered, and on which way."""

    CLIENT = "client", "Client, by link"
    TABLET = "tablet", "Client, on the clinic's device"
    STAFF = "staff", "Staff, with the client"
    IMPORT = "import", "Another system"


class ScaleResponse(Record):
    """One filled-in instrument: item answers as given (null = not answered), total and band as scored then.

    It stays as it was: a wrong one is followed by another.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="scale_responses", db_index=False)
    instrument = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="en")
    answers = models.JSONField(default=list, blank=True)
    total = models.SmallIntegerField(null=True, blank=True)
    band = models.CharField(max_length=30, blank=True)
    flags = models.JSONField(default=list, blank=True)
    is_complete = models.BooleanField(default=True)
    is_prorated = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=10, choices=AnsweredBy.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ScaleResponseQuerySet.as_manager()
    # A class attribute, no column: filled by reads that know the clinic's own scales.
    own_title = ""

    class Meta:
        indexes = [
            models.Index(fields=["client", "-answered_at", "-id"], name="scales_client_newest"),
            models.Index(fields=["client", "instrument", "-answered_at"], name="scales_instrument_newest"),
            models.Index(
                fields=["-answered_at"],
                condition=models.Q(answered_by="staff", flags__contains=["self_harm"]),
                name="scales_self_harm_newest",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.instrument} {self.total}"

    @property
    def title(self) -> str:
        """What people call the instrument; one of the clinic's own is called by `own_title` where that was read."""
        return self.own_title or title_of(self.instrument)


class ContentPackQuerySet(models.QuerySet["ContentPack"]):
    def in_use(self) -> "ContentPackQuerySet":
        return self.filter(retired_at=None)


class ContentPack(Record):
    """A scale that the clinic loaded from a file after accepting its terms; file and terms are kept word by word.

    Of one code only the newest version is in use; what was answered on an older one stays readable.
    """

    code = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    file_name = models.CharField(max_length=120)
    definition = models.TextField()
    terms_version = models.CharField(max_length=40)
    terms_text = models.TextField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ContentPackQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-accepted_at"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scales_pack_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(retired_at=None), name="scales_pack_one_in_use"
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at=None, retired_by=None)
                | models.Q(retired_at__isnull=False, retired_by__isnull=False),
                name="scales_pack_retired_by",
            ),
        ]
        triggers = only_changes("accepted_as_it_was", "retired_at", "retired_by")

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class TargetSymptomQuerySet(models.QuerySet["TargetSymptom"]):
    def visible_to(self, user: User) -> "TargetSymptomQuerySet":
        return self.filter(client__in=Client.objects.charts_open_to(user))

    def standing(self) -> "TargetSymptomQuerySet":
        """Begun and not ended."""
        return self.filter(ended_on=None)


class TargetSymptom(Record):
    """What shall get better, in the client's own words, worded with them; rated from 0 to 10 until it is ended."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="target_symptoms")
    words = models.CharField(max_length=LONGEST_WORDS)
    began_on = models.DateField()
    worded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = TargetSymptomQuerySet.as_manager()

    class Meta:
        ordering = ["began_on", "id"]
        constraints = [
            models.UniqueConstraint(
                "client", Lower("words"), condition=models.Q(ended_on=None), name="scales_symptom_once"
            ),
            models.CheckConstraint(condition=~models.Q(words=""), name="scales_symptom_of_something"),
            models.CheckConstraint(
                condition=models.Q(ended_on=None, ended_by=None)
                | models.Q(ended_on__gte=models.F("began_on"), ended_by__isnull=False),
                name="scales_symptom_ended_by",
            ),
        ]
        triggers = only_changes("only_ended", "ended_on", "ended_by")

    def __str__(self) -> str:
        return self.words


class SymptomRating(Record):
    """How much of a target symptom was there on a day, 0 not at all to 10 as bad as it can be; the newest counts.

    `source` names the check-in that it was told in, so that it is kept once; `by` is nobody there.
    """

    symptom = models.ForeignKey(TargetSymptom, on_delete=models.PROTECT, related_name="ratings", db_index=False)
    value = models.PositiveSmallIntegerField()
    rated_on = models.DateField()
    rated_at = models.DateTimeField()
    answered_by = models.CharField(max_length=10, choices=AnsweredBy.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    source = models.CharField(max_length=100, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["-rated_at", "-id"]
        indexes = [models.Index(fields=["symptom", "-rated_at"], name="scales_rating_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__lte=MOST), name="scales_rating_0_to_10"),
            models.CheckConstraint(
                condition=models.Q(by__isnull=False) | models.Q(source__isnull=False), name="scales_rating_by"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.value} of {MOST}"
