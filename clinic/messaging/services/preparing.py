"""Just before sending: is it still wanted, where to, with which words. Then the try is written down."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from clinic.clients.models import Client, ClientStatus
from clinic.messaging import rules
from clinic.messaging.gateways import Gateway, Message, Result, gateway_for
from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState
from clinic.messaging.purposes import Purpose, ToStaff, purpose_of
from clinic.messaging.queries import Way, database_now, ways_to_reach
from clinic.messaging.rules import AfterUnknown, Outcome
from clinic.messaging.services.finishing import close, finish
from clinic.messaging.services.links import mint_link

STARTED = "started"


@dataclass(frozen=True)
class Prepared:
    """A try that is written down and may now be made."""

    gateway: Gateway
    message: Message
    attempt_id: int
    after_unknown: AfterUnknown | None


@transaction.atomic
def prepare(*, reminder_id: UUID, lease_token: UUID) -> Prepared | None:
    """Read everything again and begin a try; None where the row is no longer ours, wanted, or to be sent now."""
    held = Reminder.objects.select_for_update(of=("self",)).select_related("client")
    row = held.filter(pk=reminder_id, lease_token=lease_token, state=ReminderState.CLAIMED).first()
    now = database_now()
    if row is None or row.lease_until is None or row.lease_until <= now:
        return None
    purpose = purpose_of(row.about_kind)
    if purpose is None:
        raise LookupError(f"No app registered the purpose {row.about_kind}.")
    if reason := _why_not(row.client, purpose, row.about_id):
        close(row, ReminderState.CANCELLED, because=reason, now=now)
        return None
    wait_until = None if purpose.to_staff else rules.quiet_until(now, ZoneInfo(row.client.time_zone))
    if wait_until is not None:
        row.state, row.next_try_at, row.attempts = ReminderState.DUE, wait_until, row.attempts - 1
        row.lease_token = row.lease_until = None
        row.save(update_fields=["state", "next_try_at", "attempts", "lease_token", "lease_until", "updated_at"])
        return None
    ways = _ways(row, purpose)
    address = next((way.address for way in ways if way.channel == row.channel), None)
    gateway = gateway_for(row.channel)
    if address is None or gateway is None:
        finish(
            reminder_id=row.pk,
            lease_token=lease_token,
            attempt_id=None,
            result=Result(Outcome.REFUSED, detail="no way that may be used"),
        )
        return None
    return _begin(row, purpose, gateway, address)


def _ways(row: Reminder, purpose: Purpose) -> list[Way]:
    if purpose.to_staff:
        return purpose.to_staff.ways_of(row.about_id)
    return ways_to_reach([row.client_id]).get(row.client_id, [])


def _why_not(client: Client, purpose: Purpose, about_id: UUID) -> str:
    is_out_of_care = client.deceased_on is not None or client.status == ClientStatus.DISCHARGED
    if is_out_of_care and purpose.to_staff is None:
        return "the client is no longer in care"
    return "" if purpose.still_wanted(about_id) else "no longer wanted"


def _begin(row: Reminder, purpose: Purpose, gateway: Gateway, address: str) -> Prepared:
    now = database_now()
    lease_until = now + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
    row.delivery_attempts.filter(outcome=STARTED).update(outcome=Outcome.UNKNOWN, detail="the sender died")
    lost_answers = row.delivery_attempts.filter(outcome=Outcome.UNKNOWN).count()
    after = None
    if lost_answers:
        after = rules.after_unknown(keeps_keys=gateway.keeps_keys, can_ask=gateway.can_ask, times=lost_answers)
    if purpose.to_staff:
        message = _to_staff(row, purpose, purpose.to_staff, address)
    else:
        message = _message(row, purpose, address)
    attempt = DeliveryAttempt.objects.create(reminder=row, at=now, outcome=STARTED)
    # A long batch must not outlive its lease: each try begins with a whole one.
    Reminder.objects.filter(pk=row.pk).update(lease_until=lease_until, next_try_at=lease_until, updated_at=now)
    return Prepared(gateway, message, attempt.pk, after)


def _token(row: Reminder, purpose: Purpose) -> str:
    expires_at = database_now() + purpose.link_lasts
    return mint_link(client_id=row.client_id, about_kind=row.about_kind, about_id=row.about_id, expires_at=expires_at)


def _to_staff(row: Reminder, purpose: Purpose, staff: ToStaff, address: str) -> Message:
    page = reverse(purpose.view_name, args=[staff.page_of(row.about_id)])
    sender, link = settings.MESSAGE_SENDER_NAME, settings.SITE_URL.rstrip("/") + page
    text = rules.staff_text(sender=sender, words=purpose.words["en"], link=link)
    return Message(row.idem_key, row.channel, address, sender, purpose.subject["en"], text)


def _message(row: Reminder, purpose: Purpose, address: str) -> Message:
    language = rules.language_of(row.client.language)
    link = settings.SITE_URL.rstrip("/") + reverse(purpose.view_name, args=[_token(row, purpose)])
    sender = settings.MESSAGE_SENDER_NAME
    words = purpose.words[language]
    if row.channel == Channel.SMS:
        text = rules.sms_text(sender=sender, words=words, link=link, language=language)
    else:
        text = rules.email_text(
            sender=sender,
            words=words,
            link=link,
            how_long=purpose.how_long[language],
            language=language,
            phone=settings.CLINIC_PHONE,
        )
    return Message(row.idem_key, row.channel, address, sender, purpose.subject[language], text)
