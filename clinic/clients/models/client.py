"""A person we look after, and who on the staff may see them: care team, consent to share, the emergency door."""

from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from clinic.clients.rules import language_name, zone_words
from clinic.core.addresses import address
from clinic.core.models import Record
from clinic.staff.models import User
from clinic.staff.roles import Role


class WordsOf(models.Func):
    """The words of a search text, each of which its index finds as a whole."""

    template = "string_to_array(%(expressions)s, ' ')"
    output_field = ArrayField(models.TextField())


class Sex(models.TextChoices):
    """Sex recorded for dosing and laboratory ranges; gender is the client's own words."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Another"
    UNKNOWN = "unknown", "Not known"


class ClientStatus(models.TextChoices):
    ENQUIRY = "enquiry", "Enquiry"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DISCHARGED = "discharged", "Discharged"


IN_CARE = [ClientStatus.ACTIVE, ClientStatus.PAUSED]


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> "ClientQuerySet":
        """Clients whose identity and contact this user may see: the care team's own, all for the front desk."""
        if user.role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
            return self
        if user.role in {Role.PRESCRIBER, Role.THERAPIST}:
            return self.filter(pk__in=_on_care_team(user).union(_by_break_glass(user)))
        return self.none()

    def charts_open_to(self, user: User) -> "ClientQuerySet":
        """Clients whose clinical record this user may read.

        A prescriber or coordinator: those on whose care team they are. A therapist: the same, and only while the
        client consents to sharing between therapist and prescriber. Break-glass opens a chart until it expires.
        """
        return self.filter(pk__in=open_charts(user))

    def in_care(self) -> "ClientQuerySet":
        return self.filter(status__in=IN_CARE)


def open_charts(user: User) -> models.QuerySet[Any, UUID]:
    """The keys of the clients of `charts_open_to`."""
    own = _on_care_team(user)
    if user.role == Role.THERAPIST:
        own = own.filter(models.Exists(SharingConsent.objects.live().filter(client=models.OuterRef("client"))))
    elif user.role not in {Role.PRESCRIBER, Role.COORDINATOR}:
        return own.none()
    return own.union(_by_break_glass(user))


# A union, not an OR: the planner reads a person's few links and looks their clients up; an OR walks every client.
def _on_care_team(user: User) -> models.QuerySet["CareTeamMember", UUID]:
    return CareTeamMember.objects.live().filter(user=user, role=user.acting_role).values_list("client", flat=True)


def _by_break_glass(user: User) -> models.QuerySet["BreakGlassAccess", UUID]:
    return BreakGlassAccess.objects.live().filter(user=user).order_by().values_list("client", flat=True)


@pghistory.track()
class Client(Record):
    """A person who enquired or is looked after. `search_text` is written by the services for the search alone."""

    given_names = models.CharField("legal given names", max_length=150)
    family_name = models.CharField("legal family name", max_length=150)
    preferred_name = models.CharField(max_length=150, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    birth_on = models.DateField("birth date")
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    gender = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, default="en")
    needs_interpreter = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=60, default="America/Denver")
    address_line = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, default="US")
    status = models.CharField(max_length=12, choices=ClientStatus.choices, default=ClientStatus.ENQUIRY)
    deceased_on = models.DateField(null=True, blank=True)
    came_from = models.CharField(max_length=20, default="staff", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    search_text = models.TextField(blank=True, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_names"]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="clients_search_trigram"),
            GinIndex(WordsOf("search_text"), name="clients_search_words"),
            models.Index(fields=["birth_on"], name="clients_birth_on"),
            models.Index(fields=["family_name", "given_names", "id"], name="clients_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name to call the person by: preferred, else legal."""
        return f"{self.preferred_name or self.given_names} {self.family_name}".strip()

    @property
    def time_zone_words(self) -> str:
        return zone_words(self.time_zone)

    @property
    def legal_name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        """For lists where the full name is more than the reader needs."""
        first = (self.preferred_name or self.given_names)[:1]
        return f"{first}. {self.family_name[:1]}." if first else f"{self.family_name[:1]}."

    @property
    def language_name(self) -> str:
        return language_name(self.language)

    def get_absolute_url(self) -> str:
        """The chart page; it stands above this app, so the settings name it."""
        return address(settings.CHART_URL_NAME, self.pk)

    def age_on(self, day: date) -> int:
        """Whole years of age on a calendar day."""
        return day.year - self.birth_on.year - ((day.month, day.day) < (self.birth_on.month, self.birth_on.day))


class CareTeamMemberQuerySet(models.QuerySet["CareTeamMember"]):
    def live(self) -> "CareTeamMemberQuerySet":
        return self.filter(ended_at=None)

    def working(self) -> "CareTeamMemberQuerySet":
        """Live, and of people who work here: who can be asked to do something for the client."""
        return self.live().filter(user__is_active=True)


class CareTeamMember(Record):
    """One member of staff looking after one client in one role, until ended."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="care_team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="care_links")
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role])
    is_lead = models.BooleanField("the one responsible in this role", default=True)
    started_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = CareTeamMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "user", "role"], condition=models.Q(ended_at=None), name="clients_care_link_once"
            ),
            models.UniqueConstraint(
                fields=["client", "role"],
                condition=models.Q(ended_at=None, is_lead=True),
                name="clients_one_lead_in_a_role",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="clients_care_link_ended_by",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[Role.PRESCRIBER, Role.THERAPIST, Role.COORDINATOR]),
                name="clients_care_link_role",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "role", "client"], condition=models.Q(ended_at=None), name="clients_live_links"
            )
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class SharingConsentQuerySet(models.QuerySet["SharingConsent"]):
    def live(self) -> "SharingConsentQuerySet":
        return self.filter(revoked_at=None)


class SharingConsent(Record):
    """The client agrees that therapist and prescriber share the record; revoking closes it at once."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="sharing_consents")
    given_on = models.DateField()
    text_version = models.CharField(max_length=20)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = SharingConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_on", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=models.Q(revoked_at=None), name="clients_one_live_sharing_consent"
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="clients_sharing_consent_revoked_by",
            ),
        ]

    def __str__(self) -> str:
        return "live" if self.revoked_at is None else "revoked"


class BreakGlassQuerySet(models.QuerySet["BreakGlassAccess"]):
    def live(self) -> "BreakGlassQuerySet":
        return self.filter(expires_at__gt=Now())

    def unreviewed(self) -> "BreakGlassQuerySet":
        return self.filter(reviewed_at=None)


class BreakGlassAccess(Record):
    """An emergency look at a chart outside the care team: reason given, ends by itself, reviewed by another person."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="break_glass_accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    review_note = models.CharField(max_length=500, blank=True)

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["user", "client", "expires_at"], name="clients_break_glass_live")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_at=None, reviewed_by=None)
                | models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="clients_break_glass_reviewed_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(reviewed_by=models.F("user")), name="clients_break_glass_not_reviewed_by_self"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("opened_at")), name="clients_break_glass_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
