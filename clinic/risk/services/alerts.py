"""Deeds on alerts: raise, take on, close."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.risk.models import Disposition, FalseAlarm, RiskAlert, RiskKind
from clinic.risk.queries import alerts as queries
from clinic.risk.rules import alerts as rules
from clinic.risk.services.telling import try_to_call_out
from clinic.staff.models import User


@transaction.atomic
def raise_alert(
    *, client: Client, kind: RiskKind, source: str, reason: str, by: User | None, now: datetime, done_so_far: str = ""
) -> RiskAlert:
    """Raise a danger to a person; asked again from the same source it answers the alert that stands.

    The first person on call is told at once. If that fails the alert stands all the same and the next minute tries.
    """
    fresh = RiskAlert(
        client=client,
        kind=kind,
        source=source,
        reason=reason,
        done_so_far=done_so_far,
        raised_at=now,
        raised_by=by,
    )
    fresh.clean_fields()
    RiskAlert.objects.bulk_create([fresh], ignore_conflicts=True)
    alert = RiskAlert.objects.get(source=source)
    if alert.pk == fresh.pk:
        record("risk_alert_raised", by=by, subject=alert, kind=kind)
        try_to_call_out(alert_id=alert.pk, now=now)
    return alert


@transaction.atomic
def raise_alert_by_hand(
    *, client: Client, kind: str, reason: str, done_so_far: str, by: User, now: datetime
) -> RiskAlert:
    """Raise what a clinician saw or heard; the very same words again, while the alert is open, are one alert."""
    rules.check_raised(reason, done_so_far)
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    said = RiskAlert.objects.open().filter(client=client, kind=kind, reason=reason.strip(), raised_by=by)
    if standing := said.first():
        return standing
    return raise_alert(
        client=client,
        kind=RiskKind(kind),
        source=f"clinician:{new_id()}",
        reason=reason.strip(),
        done_so_far=done_so_far.strip(),
        by=by,
        now=now,
    )


@transaction.atomic
def read_alert(*, alert_id: UUID, by: User) -> RiskAlert:
    """Open an alert for one reader and write that it was read; out of scope and missing are the same 404."""
    alert = queries.get_alert(by, alert_id)
    record("risk_alert_read", by=by, subject=alert)
    return alert


@transaction.atomic
def acknowledge_alert(*, alert_id: UUID, by: User, now: datetime) -> RiskAlert:
    """Take an alert on: from now it is this person's to deal with; who has it already has it.

    What somebody took on who works here no longer is anybody's to take on again.
    """
    alert = _locked(alert_id, by)
    rules.check_not_closed(alert.closed_at)
    if alert.acknowledged_by_id == by.pk:
        return alert
    rules.check_not_held(str(alert.holder or ""))
    alert.acknowledged_at, alert.acknowledged_by = now, by
    alert.save(update_fields=["acknowledged_at", "acknowledged_by", "updated_at"])
    record("risk_alert_acknowledged", by=by, subject=alert)
    return alert


@transaction.atomic
def close_alert(*, alert_id: UUID, disposition: str, what_was_done: str, by: User, now: datetime) -> RiskAlert:
    """Close an alert with what came of it and what was done; whoever closes it has thereby taken it on.

    The same end said again by the same person changes nothing. Who raised an alert and finds that there is no danger
    does not close it: it stays open, with what they say, until another person closes it.
    """
    alert = _locked(alert_id, by)
    if (alert.closed_by_id, alert.disposition, alert.what_was_done) == (by.pk, disposition, what_was_done):
        return alert
    rules.check_not_closed(alert.closed_at)
    rules.check_disposition(disposition, what_was_done)
    is_false_alarm = disposition == Disposition.NOT_A_RISK
    if rules.needs_second_person(is_false_alarm=is_false_alarm, by=by.pk, raised_by=alert.raised_by_id):
        return _say_false_alarm(alert, what_was_done=what_was_done, by=by, now=now)
    if alert.holder is None:
        alert.acknowledged_at, alert.acknowledged_by = now, by
    alert.disposition, alert.what_was_done = disposition, what_was_done
    alert.closed_at, alert.closed_by = now, by
    alert.clean_fields()
    changed = ["acknowledged_at", "acknowledged_by", "disposition", "what_was_done", "closed_at", "closed_by"]
    alert.save(update_fields=[*changed, "updated_at"])
    record("risk_alert_closed", by=by, subject=alert, disposition=disposition)
    return alert


def _say_false_alarm(alert: RiskAlert, *, what_was_done: str, by: User, now: datetime) -> RiskAlert:
    said = FalseAlarm(alert=alert, said_by=by, said_at=now, what_was_done=what_was_done)
    FalseAlarm.objects.bulk_create([said], ignore_conflicts=True)
    if FalseAlarm.objects.filter(pk=said.pk).exists():
        record("risk_false_alarm_said", by=by, subject=said, client_id=alert.client_id)
    return alert


def _locked(alert_id: UUID, by: User) -> RiskAlert:
    rows = RiskAlert.objects.visible_to(by).select_related("acknowledged_by").select_for_update(of=("self",))
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise Http404
    return alert
