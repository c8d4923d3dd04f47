"""Who looks after a client."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients import rules
from clinic.clients.models import CareTeamMember
from clinic.clients.services.root import locked_client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role


@transaction.atomic
def add_team_member(
    *, client_id: UUID, user: User, role: str, is_lead: bool = True, by: User, now: datetime
) -> CareTeamMember:
    """Put a member of staff on a client's care team; a new lead of a role takes it over from the one before."""
    client = locked_client(client_id)
    rules.check_team_role(role, list(user.roles), is_active=user.is_active)
    live = CareTeamMember.objects.live().select_for_update().filter(client=client, role=role)
    if any(member.user_id == user.pk for member in live):
        raise RuleBroken(f"{user} is on this care team already as {Role(role).label.lower()}.", field="user")
    if is_lead:
        for member in live:
            if member.is_lead:
                member.is_lead = False
                member.save(update_fields=["is_lead", "updated_at"])
    member = CareTeamMember(client=client, user=user, role=role, is_lead=is_lead, started_at=now, added_by=by)
    member.clean_fields()
    member.save(force_insert=True)
    record("care_team_joined", by=by, subject=member, user_id=str(user.pk), role=str(role), is_lead=is_lead)
    return member


@transaction.atomic
def end_team_member(*, member_id: UUID, by: User, now: datetime) -> CareTeamMember:
    """End somebody's work with a client: from this moment the chart is closed to them."""
    member = CareTeamMember.objects.live().select_for_update().filter(pk=member_id).first()
    if member is None:
        raise Http404
    member.ended_at, member.ended_by = now, by
    member.save(update_fields=["ended_at", "ended_by", "updated_at"])
    record("care_team_left", by=by, subject=member, user_id=str(member.user_id), role=member.role)
    return member
