"""Deeds between therapist and prescriber: acknowledge a dose change, write down what was noticed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import CareTeamMember, Client
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.coordination.rules import check_observation
from clinic.core.rules import SENT_TWICE, RuleBroken
from clinic.staff.models import User
from clinic.titration.models import DoseChange


@transaction.atomic
def acknowledge_change(*, change_id: UUID, observation: str = "", by: User, now: datetime) -> ChangeAcknowledgement:
    """Say that one has seen a dose change, perhaps with what one noticed; a second time changes nothing.

    Refused off the care team: an emergency look at a chart takes no part in the care.
    """
    change = DoseChange.objects.visible_to(by).select_related("client").filter(pk=change_id).first()
    if change is None:
        raise Http404
    _check_on_team(change.client, by)
    seen, is_new = ChangeAcknowledgement.objects.get_or_create(change=change, by=by, defaults={"at": now})
    if is_new:
        record("change_acknowledged", by=by, subject=change)
    if observation.strip():
        _write(change.client, change, observation, by, now)
    return seen


@transaction.atomic
def write_observation(
    *, client_id: UUID, text: str, change_id: UUID | None = None, by: User, now: datetime
) -> Observation:
    """Write down what was noticed about a client, for everyone of the care team to read; it never changes."""
    client = Client.objects.charts_open_to(by).filter(pk=client_id).first()
    if client is None:
        raise Http404
    _check_on_team(client, by)
    change = DoseChange.objects.filter(client=client, pk=change_id).first() if change_id else None
    if change_id and change is None:
        raise RuleBroken("This dose change is not one of this client's.")
    return _write(client, change, text, by, now)


def _write(client: Client, change: DoseChange | None, text: str, by: User, now: datetime) -> Observation:
    told = check_observation(text)
    last = Observation.objects.filter(client=client, by=by).order_by("-at").first()
    is_same = last is not None and (last.text, last.change_id) == (told, change.pk if change else None)
    if last is not None and is_same and now - last.at < SENT_TWICE:
        return last
    observation = Observation(client=client, change=change, text=told, by=by, at=now)
    observation.save(force_insert=True)
    record("observation_written", by=by, subject=observation)
    return observation


def _check_on_team(client: Client, by: User) -> None:
    on_team = CareTeamMember.objects.live().filter(client=client, user=by, role=by.acting_role)
    if not on_team.exists():
        raise RuleBroken("Only this client's care team writes here.")
