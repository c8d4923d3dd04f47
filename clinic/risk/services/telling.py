"""Telling who is on call of an alert: computed from its age and the rota, so that asking twice tells nobody twice."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from clinic.audit.services import record
from clinic.messaging.services import plan_staff_messages
from clinic.risk.models import CallOut, RiskAlert
from clinic.risk.queries.rota import people_on_call
from clinic.risk.queries.telling import KIND, clock, untaken_alerts, ways_of
from clinic.risk.rules import escalation

log = structlog.get_logger(__name__)


def tell_on_call(*, now: datetime) -> int:
    """Tell the first at once, the second 15 and the lead 30 minutes after, while nobody has taken an alert on.

    The minutes are the clinic's settings. One alert that fails delays no other. Answers how many people were told.
    """
    return sum(try_to_call_out(alert_id=alert_id, now=now) for alert_id in untaken_alerts())


def try_to_call_out(*, alert_id: UUID, now: datetime) -> int:
    """Call out, and if that fails leave everything else as it stands: an alert is worth more than its messages."""
    try:
        return call_out(alert_id=alert_id, now=now)
    except Exception:
        log.exception("nobody could be told of an alert", alert_id=str(alert_id))
        return 0


@transaction.atomic
def call_out(*, alert_id: UUID, now: datetime) -> int:
    """Tell of one alert everybody who is due and was not told yet; their messages are rows that leave at once."""
    held = RiskAlert.objects.untaken().select_related("client").select_for_update(of=("self",))
    alert = held.filter(pk=alert_id).first()
    if alert is None:
        return 0
    due = escalation.places_due(alert.raised_at, clock(), now=now)
    told = set(CallOut.objects.filter(alert=alert).values_list("user", flat=True))
    to_tell = escalation.to_tell(due, people_on_call(now), told)
    for place, user_id in to_tell:
        row = CallOut(alert=alert, user_id=user_id, place=place, told_at=now)
        row.save(force_insert=True)
        channels = [way.channel for way in ways_of(row.user)]
        plan_staff_messages(client=alert.client, about_kind=KIND, about_id=row.pk, channels=channels, now=now)
        record("on_call_told", by=None, subject=row, client_id=alert.client_id, place=place, channels=channels)
    return len(to_tell)
