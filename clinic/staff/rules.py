"""The laws of accounts: which roles go together and what nobody does to their own account."""

from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.staff.roles import Role

ROLES_AT_MOST = 2


def check_roles(roles: list[str]) -> None:
    """A member of staff owns one or two roles; an auditor owns that one alone, for nobody audits themself."""
    if not roles:
        raise RuleBroken("Choose at least one role.", field="roles")
    if len(roles) > ROLES_AT_MOST:
        raise RuleBroken(f"A person holds at most {ROLES_AT_MOST} roles.", field="roles")
    if Role.AUDITOR in roles and len(roles) > 1:
        raise RuleBroken("An auditor holds no other role: nobody audits their own work.", field="roles")


def check_medical_director(*, is_medical_director: bool, roles: list[str]) -> None:
    """Only a prescriber answers for the numbers and rules that doses are checked against."""
    if is_medical_director and Role.PRESCRIBER not in roles:
        raise RuleBroken("The medical director is a prescriber.", field="is_medical_director")


def check_supervisor(*, account: UUID, roles: list[str], supervisor: UUID, is_trainee: bool) -> None:
    """A trainee is a prescriber, under another prescriber who is no trainee themself (`is_trainee`)."""
    if Role.PRESCRIBER not in roles:
        raise RuleBroken("Only a prescriber has a supervisor who co-signs.", field="supervisor")
    if supervisor == account or is_trainee:
        raise RuleBroken("A supervisor is another prescriber, and no trainee.", field="supervisor")


def check_not_own(*, account: UUID, by: UUID, field: str | None = None) -> None:
    """Nobody changes their own roles, ends their own account or removes their own second factor by themself."""
    if account == by:
        raise RuleBroken("This is your own account: another administrator must do this.", field=field)


def check_manages(*, roles: list[str], is_active: bool) -> None:
    """Accounts are changed by whoever is an administrator at this moment, not when their page was opened."""
    if not is_active or Role.ADMINISTRATOR not in roles:
        raise RuleBroken("Somebody changed your own account meanwhile: you manage accounts no longer.")


def check_confirmed(*, is_closing: bool, is_confirmed: bool) -> None:
    """An account is closed by whoever has read what hangs on it and was asked once more."""
    if is_closing and not is_confirmed:
        raise RuleBroken("Read below what hangs on this account, then close it there.", field="is_active")


def check_can_wear(role: str, owned: list[str]) -> None:
    """One wears only a role that one owns."""
    if role not in owned:
        raise RuleBroken("This role is not yours.", field="role")
