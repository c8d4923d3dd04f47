"""Two administrators at once never leave the clinic without one."""

from typing import Any
from uuid import UUID

import pytest
from django.http import Http404

from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.staff import services
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.staff import UserFactory


def close(user: User, *, by: User, user_id: UUID | None = None) -> None:
    services.edit_staff(
        user_id=user_id or user.pk,
        version=user.version,
        email=user.email,
        full_name=user.full_name,
        credentials="",
        phone="",
        roles=[Role.ADMINISTRATOR],
        is_medical_director=False,
        is_active=False,
        is_confirmed=True,
        by=by,
    )


@pytest.mark.parametrize("gone", [{"is_active": False}, {"roles": ["therapist"], "acting_role": "therapist"}])
def test_of_two_who_close_each_other_at_once_one_stays(administrator: User, gone: dict[str, Any]) -> None:
    other = UserFactory(acting_role=Role.ADMINISTRATOR)
    # The other one was quicker: this one's page and session are from before.
    User.objects.get_queryset().filter(pk=administrator.pk).update(**gone)
    with pytest.raises(RuleBroken, match="you manage accounts no longer"):
        close(other, by=administrator)
    other.refresh_from_db()
    assert other.is_active


def test_an_account_that_is_none_is_not_found(administrator: User) -> None:
    with pytest.raises(Http404):
        close(administrator, by=administrator, user_id=new_id())
