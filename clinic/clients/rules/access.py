"""Who may open what: care-team roles, moves of status, the emergency door and its review."""

from datetime import timedelta
from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.staff.roles import Role

BREAK_GLASS_FOR = timedelta(minutes=60)
REASON_AT_LEAST = 15
TEAM_ROLES = (Role.PRESCRIBER, Role.THERAPIST, Role.COORDINATOR)
BREAK_GLASS_ROLES = (Role.PRESCRIBER, Role.THERAPIST)
ALLOWED_MOVES = {
    "enquiry": {"active", "discharged"},
    "active": {"paused", "discharged"},
    "paused": {"active", "discharged"},
    "discharged": {"active"},
}


def check_status_move(old: str, new: str) -> None:
    """An enquiry becomes active or ends; care pauses, goes on and ends; who was discharged may come back."""
    if new not in ALLOWED_MOVES.get(old, set()):
        raise RuleBroken(f"A client whose status is {old} cannot become {new}.", field="status")


def check_team_role(role: str, owned: list[str], *, is_active: bool) -> None:
    """Only a working prescriber, therapist or coordinator joins a care team, in a role that is theirs."""
    if role not in TEAM_ROLES:
        raise RuleBroken("A care team has prescribers, therapists and care coordinators.", field="role")
    if not is_active:
        raise RuleBroken("This person no longer works here. Choose somebody else.", field="user")
    if role not in owned:
        raise RuleBroken("This person does not work in that role.", field="user")


def check_break_glass(role: str, reason: str) -> None:
    """The emergency door is for prescribers and therapists, with a reason of at least 15 characters."""
    if role not in BREAK_GLASS_ROLES:
        raise RuleBroken("Only prescribers and therapists may open a chart in an emergency.")
    if len(reason.strip()) < REASON_AT_LEAST:
        raise RuleBroken(
            f"Say in at least {REASON_AT_LEAST} characters why you must see this chart now.", field="reason"
        )


def check_review(*, used_by: UUID, reviewer: UUID, is_reviewed: bool) -> None:
    """Each use of the emergency door is reviewed once, by somebody else."""
    if used_by == reviewer:
        raise RuleBroken("You opened this chart yourself: another person must review it.")
    if is_reviewed:
        raise RuleBroken("This access has been reviewed already.")
