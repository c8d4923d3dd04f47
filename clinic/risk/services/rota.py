"""Deeds on the on-call rota: who is on call from when to when, and how they wish to be told."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.rules import phone_number
from clinic.core.rules import RuleBroken
from clinic.risk.models import OnCallChannels, OnCallTurn
from clinic.risk.queries.rota import may_be_on_call
from clinic.risk.rules import rota as laws
from clinic.risk.rules.rota import Hours, Place
from clinic.staff.models import User


@transaction.atomic
def add_turn(
    *, user: str, place: str, hours: str, starts_at: datetime, ends_at: datetime, by: User, now: datetime
) -> OnCallTurn:
    """Put somebody on the rota, first, second or lead, in office hours or out of them. Raises RuleBroken.

    A turn over another one covers it while it lasts. The very same turn once more is the one that stands.
    """
    person = User.objects.filter(pk__in=[one.pk for one in may_be_on_call()], pk=user).first()
    if person is None:
        raise RuleBroken("Only somebody who works here and deals with danger can be on call.", field="user")
    laws.check_turn(starts_at, ends_at, now=now)
    said = {"user": person, "place": Place(place), "hours": Hours(hours), "starts_at": starts_at, "ends_at": ends_at}
    standing = OnCallTurn.objects.filter(withdrawn_at=None, **said).first()
    if standing:
        return standing
    turn = OnCallTurn(**said, added_at=now, added_by=by)
    turn.full_clean()
    turn.save(force_insert=True)
    record("on_call_turn_added", by=by, subject=turn, user=str(person.pk), place=place, hours=hours)
    return turn


@transaction.atomic
def withdraw_turn(*, turn_id: UUID, by: User, now: datetime) -> OnCallTurn:
    """Take a turn off the rota that is not over yet; the row stays and says who took it off."""
    turn = OnCallTurn.objects.select_for_update(of=("self",)).filter(pk=turn_id).first()
    if turn is None:
        raise Http404
    if turn.withdrawn_at is not None:
        return turn
    laws.check_not_over(turn.ends_at, now=now)
    turn.withdrawn_at, turn.withdrawn_by = now, by
    turn.save(update_fields=["withdrawn_at", "withdrawn_by", "updated_at"])
    record("on_call_turn_withdrawn", by=by, subject=turn)
    return turn


@transaction.atomic
def choose_channels(*, by_email: bool, by_sms: bool, by: User) -> OnCallChannels:
    """Choose how one is told when on call: e-mail, text message or both, but never by nothing. Raises RuleBroken."""
    laws.check_channels(by_email=by_email, by_sms=by_sms, has_phone=phone_number(by.phone) is not None)
    chosen, _ = OnCallChannels.objects.update_or_create(user=by, defaults={"by_email": by_email, "by_sms": by_sms})
    record("on_call_channels_chosen", by=by, subject=chosen, by_email=by_email, by_sms=by_sms)
    return chosen
