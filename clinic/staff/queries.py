"""Who works here, for the pages of accounts and wherever a name is shown."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Subquery
from django.shortcuts import get_object_or_404

from clinic.staff.models import User, UserQuerySet
from clinic.staff.roles import Role
from clinic.staff.ties import Tie


def staff() -> UserQuerySet:
    """Everybody with an account, those who work here first; `has_second_factor` counts no recovery codes."""
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return User.objects.get_queryset().annotate(has_second_factor=Exists(factors)).order_by("-is_active", "full_name")


def get_staff(user_id: UUID) -> User:
    """One account, or 404."""
    return get_object_or_404(staff(), pk=user_id)


def supervisors() -> UserQuerySet:
    """Prescribers who may co-sign for a trainee: those who work here and are no trainees themselves."""
    return User.objects.owning(Role.PRESCRIBER).filter(supervisor=None).order_by("full_name")


def supervision_of(user: User, now: datetime) -> list[Tie]:
    """Whose notes somebody co-signs."""
    trainees = User.objects.working().filter(supervisor=user).count()
    return [Tie(trainees, "trainee whose notes they co-sign", "trainees whose notes they co-sign")]


def name_of(field: str) -> Subquery:
    """The name of the member of staff in a field.

    Asked for once a row is chosen: a join would have the newest ten of a thousand rows picked from all of them.
    """
    return Subquery(User.objects.filter(pk=OuterRef(field)).order_by().values("full_name"))
