"""The people who work at the clinic."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from clinic.core.models import Record
from clinic.staff.permissions import Permission
from clinic.staff.roles import MEDICAL_DIRECTOR, Role, permissions_of


class UserQuerySet(models.QuerySet["User"]):
    def working(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def owning(self, role: Role) -> "UserQuerySet":
        return self.working().filter(roles__contains=[role])


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def working(self) -> UserQuerySet:
        return self.get_queryset().working()

    def owning(self, role: Role) -> UserQuerySet:
        return self.get_queryset().owning(role)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(
        self, *, email: str, password: str | None, full_name: str, roles: list[Role], **extra: Any
    ) -> "User":
        """A member of staff; the first of the roles is the one worn at first sign-in."""
        user = self.model(email=email.lower(), full_name=full_name, roles=roles, acting_role=roles[0], **extra)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class User(AbstractBaseUser, Record):
    """A member of staff. `roles` are owned, `acting_role` is worn now: pages and permissions follow that one.

    A prescriber with a `supervisor` is a trainee: what they sign waits for the supervisor's signature too.
    """

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=150)
    credentials = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role]), size=2)
    acting_role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in Role])
    is_active = models.BooleanField(default=True)
    is_medical_director = models.BooleanField(default=False)
    supervisor = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="trainees", null=True, blank=True, verbose_name="co-signs notes"
    )
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    READS_DEPEND_ON = ("acting_role",)
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="staff_user_email_lower_case"),
            models.CheckConstraint(
                condition=models.Q(roles__contains=[models.F("acting_role")]), name="staff_user_acts_as_own_role"
            ),
            models.CheckConstraint(
                condition=models.Q(is_medical_director=False) | models.Q(roles__contains=[Role.PRESCRIBER]),
                name="staff_medical_director_prescribes",
            ),
            models.CheckConstraint(
                condition=models.Q(supervisor=None)
                | (models.Q(roles__contains=[Role.PRESCRIBER]) & ~models.Q(supervisor=models.F("id"))),
                name="staff_trainee_prescribes_under_another",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def title(self) -> str:
        """Name with credentials, as a client would read it on a letter."""
        return f"{self.full_name}, {self.credentials}" if self.credentials else self.full_name

    @property
    def version(self) -> int:
        """Another number after each change of the account: whoever saves from an older one is told."""
        return (self.updated_at - EPOCH) // timedelta(microseconds=1)

    @property
    def role(self) -> Role:
        return Role(self.acting_role)

    @property
    def owned_roles(self) -> list[Role]:
        return [Role(role) for role in self.roles]

    @property
    def other_roles(self) -> list[Role]:
        return [role for role in self.owned_roles if role != self.acting_role]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role worn now allows; the medical director, acting as a prescriber, reviews the formulary too."""
        known = permissions_of(self.acting_role)
        directs = self.is_medical_director and self.acting_role == Role.PRESCRIBER
        return known | MEDICAL_DIRECTOR if directs else known

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in self.permissions

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name
