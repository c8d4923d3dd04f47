"""What a provider reports after it accepted a message: repeated, late, in any order, even before our own row is marked.

A report is kept first and applied when a message with its reference is known: at once, or at a later look.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from clinic.messaging.models import Channel, DeliveryReport, Reminder, ReminderState, ReportedState
from clinic.messaging.services.finishing import about, close, tell_refused
from clinic.worklist.models import Outcome
from clinic.worklist.services import close_about

AT_ONCE = 200
DELIVERED_AFTER_ALL = "delivered by the other channel"


@transaction.atomic
def take_report(*, event_id: str, reference: str, state: ReportedState, at: datetime, now: datetime) -> None:
    """Keep a report, once for each event, and apply it where its message is known.

    Delivered stands against everything that is reported after or before it; failed ends what was only accepted.
    """
    report = DeliveryReport(event_id=event_id, reference=reference, state=state, at=at)
    DeliveryReport.objects.bulk_create([report], ignore_conflicts=True)
    kept = DeliveryReport.objects.select_for_update().get(event_id=event_id)
    _apply(kept, now=now)


def apply_waiting_reports(*, now: datetime) -> int:
    """Apply reports that came before their message's row was marked; answers how many."""
    known = Reminder.objects.filter(channel=Channel.SMS, provider_ref=OuterRef("reference"))
    waiting = DeliveryReport.objects.filter(Exists(known), applied_at=None).order_by("at")
    found = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    for report_id in found:
        with transaction.atomic():
            _apply(DeliveryReport.objects.select_for_update().get(pk=report_id), now=now)
    return len(found)


def _apply(report: DeliveryReport, *, now: datetime) -> None:
    rows = Reminder.objects.select_for_update(of=("self",)).select_related("client")
    row = rows.filter(channel=Channel.SMS, provider_ref=report.reference).exclude(provider_ref="").first()
    if row is None or report.applied_at is not None:
        return
    if report.state == ReportedState.DELIVERED:
        _deliver(row, report.at, now=now)
    elif report.state == ReportedState.FAILED and row.state == ReminderState.ACCEPTED and row.delivered_at is None:
        close(row, ReminderState.REFUSED, because="reported: failed", now=now)
        tell_refused(row, now=now)
    report.applied_at = now
    report.save(update_fields=["applied_at", "updated_at"])


def _deliver(row: Reminder, at: datetime, *, now: datetime) -> None:
    """The person has it: what was begun because it had failed is taken back, as far as it has not left."""
    row.delivered_at = at if row.delivered_at is None else min(at, row.delivered_at)
    row.save(update_fields=["delivered_at", "updated_at"])
    if row.state == ReminderState.REFUSED:
        close(row, ReminderState.ACCEPTED, because="", now=now)
        same = Reminder.objects.filter(about_kind=row.about_kind, about_id=row.about_id, step=row.step)
        same.filter(state=ReminderState.DUE).update(
            state=ReminderState.CANCELLED, closed_at=now, closed_because=DELIVERED_AFTER_ALL, updated_at=now
        )
        same.filter(state=ReminderState.CLAIMED, taken_back_at=None).update(taken_back_at=now, updated_at=now)
        close_about(about=about(row), outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)
