"""Which roles go together, and what nobody does alone."""

import pytest

from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.staff import rules
from clinic.staff.permissions import Permission
from clinic.staff.roles import MEDICAL_DIRECTOR, PERMISSIONS, Role, permissions_of


@pytest.mark.parametrize("roles", [["prescriber"], ["prescriber", "administrator"], ["auditor"]])
def test_one_or_two_roles_go_together(roles: list[str]) -> None:
    rules.check_roles(roles)


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        ([], "at least one"),
        (["prescriber", "therapist", "coordinator"], "at most 2"),
        (["auditor", "therapist"], "nobody audits their own work"),
    ],
)
def test_other_combinations_do_not(roles: list[str], says: str) -> None:
    with pytest.raises(RuleBroken, match=says):
        rules.check_roles(roles)


def test_an_own_account_needs_another_person() -> None:
    me = new_id()
    rules.check_not_own(account=new_id(), by=me)
    with pytest.raises(RuleBroken, match="another administrator"):
        rules.check_not_own(account=me, by=me)


def test_only_an_own_role_is_worn() -> None:
    rules.check_can_wear("therapist", ["therapist"])
    with pytest.raises(RuleBroken, match="not yours"):
        rules.check_can_wear("auditor", ["therapist"])


def test_an_unknown_role_may_nothing() -> None:
    assert permissions_of("owner") == frozenset()


def test_every_permission_belongs_to_somebody() -> None:
    assert set(Permission) == MEDICAL_DIRECTOR.union(*(PERMISSIONS[role] for role in Role))
