"""What a client says by link to an appointment: I come, I do not come, I would rather come at another time."""

import datetime as dt

from django.db import transaction

from clinic.audit.services import record
from clinic.clients.models import MessagePurpose
from clinic.clients.services import end_message_consents, renew_message_consents
from clinic.messaging.rules import page_gone
from clinic.messaging.services import confirm_birth_year
from clinic.scheduling import queries, rules
from clinic.scheduling.models import Appointment, AppointmentReply, AppointmentStatus, ReplyKind
from clinic.scheduling.services.reminders import end_asking, withdraw
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, Outcome
from clinic.worklist.services import open_item

# The clinic's own promise, no clinical number.
CALL_WITHIN = dt.timedelta(days=1)
BY_LINK = "by the client, by link"


def enter_appointment(*, token: str, year: int, now: dt.datetime) -> None:
    """A client by link gives their birth year; what they then read is written down once, here, for reading is GET."""
    confirm_birth_year(token=token, about_kind=queries.KIND, year=year, now=now)
    opened = queries.open_appointment(token, now=now)
    if opened is not None:
        record("appointment_opened_by_link", by=None, subject=opened.link)


@transaction.atomic
def reply_by_link(*, token: str, reply: ReplyKind, words: str = "", now: dt.datetime) -> AppointmentReply:
    """A client confirms their appointment, cancels it, which frees the time at once, or asks for another time.

    Cancelling and asking give the care team one duty each; the same said again is the same reply. Refused once the
    appointment has begun, is over or was cancelled by somebody else.
    """
    opened = queries.open_appointment(token, now=now)
    if opened is None:
        raise page_gone()
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("client", "clinician")
    appointment = rows.get(pk=opened.appointment.pk)
    newest = queries.newest_reply(appointment)
    words = words if reply == ReplyKind.MOVE else ""
    if newest and (newest.kind, newest.words) == (reply, words):
        return newest
    rules.check_answerable(appointment.status, appointment.starts_at, now)
    said = AppointmentReply(appointment=appointment, kind=reply, starts_at=appointment.starts_at, words=words, at=now)
    said.clean_fields()
    said.save(force_insert=True)
    {ReplyKind.CONFIRM: _confirm, ReplyKind.CANCEL: _cancel, ReplyKind.MOVE: _ask_to_move}[reply](said, now=now)
    record(f"appointment_reply_{reply}", by=None, subject=appointment, client_id=appointment.client_id)
    return said


@transaction.atomic
def wish_messages_by_link(*, token: str, wants: bool, now: dt.datetime) -> None:
    """A client ends messages about appointments, by whatever channel, or has them again; it holds at once."""
    opened = queries.open_appointment(token, now=now)
    if opened is None:
        raise page_gone()
    deed = renew_message_consents if wants else end_message_consents
    deed(client_id=opened.appointment.client_id, purpose=MessagePurpose.APPOINTMENTS, now=now)


def _confirm(said: AppointmentReply, *, now: dt.datetime) -> None:
    appointment = said.appointment
    appointment.status = AppointmentStatus.CONFIRMED
    appointment.save(update_fields=["status", "updated_at"])
    end_asking(appointment, ends=Outcome.NO_LONGER_NEEDED, by=None, now=now)


def _cancel(said: AppointmentReply, *, now: dt.datetime) -> None:
    appointment = said.appointment
    withdraw(
        appointment, because="the client cancelled the appointment", ends=Outcome.NO_LONGER_NEEDED, by=None, now=now
    )
    appointment.status, appointment.cancelled_at = AppointmentStatus.CANCELLED, now
    appointment.cancel_reason = BY_LINK
    appointment.save(update_fields=["status", "cancelled_at", "cancel_reason", "updated_at"])
    reason = f"The client cancelled {queries.in_words(appointment)}, by link. The time is free. Offer another one."
    _open_duty(appointment, queries.rebook_about(appointment), reason, now=now)


def _ask_to_move(said: AppointmentReply, *, now: dt.datetime) -> None:
    """Asked again with other words it is another duty in place of the one before: the board shows what holds now."""
    appointment = said.appointment
    end_asking(appointment, ends=Outcome.NO_LONGER_NEEDED, by=None, now=now)
    suits = f" Times that suit: {said.words}" if said.words else ""
    reason = f"The client asks to move {queries.in_words(appointment)}.{suits}"
    _open_duty(appointment, queries.move_about(said), reason, now=now)


def _open_duty(appointment: Appointment, about: str, reason: str, *, now: dt.datetime) -> None:
    open_item(
        kind=DutyKind.BOOK_VISIT,
        about=about,
        reason=reason,
        owner_role=Role.COORDINATOR,
        due_at=min(now + CALL_WITHIN, max(appointment.starts_at, now)),
        client=appointment.client,
        by=None,
        now=now,
    )
