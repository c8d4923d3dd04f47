"""Two administrators at once never leave the clinic without one."""

from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.staff import services
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.staff import UserFactory


@pytest.mark.parametrize("gone", [{"is_active": False}, {"roles": ["therapist"], "acting_role": "therapist"}])
def test_of_two_who_close_each_other_at_once_one_stays(administrator: User, gone: dict[str, Any]) -> None:
    other = UserFactory(acting_role=Role.ADMINISTRATOR)
    # The other one was quicker: this one's page and session are from before.
    User.objects.get_queryset().filter(pk=administrator.pk).update(**gone)
    with pytest.raises(RuleBroken, match="you manage accounts no longer"):
        services.edit_staff(
            user_id=other.pk,
            version=other.version,
            email=other.email,
            full_name=other.full_name,
            credentials="",
            phone="",
            roles=[Role.ADMINISTRATOR],
            is_medical_director=False,
            is_active=False,
            is_confirmed=True,
            by=administrator,
        )
    other.refresh_from_db()
    assert other.is_active
