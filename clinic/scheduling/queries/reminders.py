"""Reads for reminders of appointments: which ones want them, the page behind a link, what clients said."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from clinic.clients.models import ClientStatus, MessagePurpose
from clinic.clients.queries import agrees_to
from clinic.core.clock import clinic_zone
from clinic.messaging.models import Reminder, SignedLink
from clinic.messaging.queries import open_link
from clinic.messaging.rules import language_of
from clinic.scheduling import rules
from clinic.scheduling.models import Appointment, AppointmentReply, AppointmentStatus, ReplyKind
from clinic.worklist.models import WorkItem

KIND = "appointment"
MAY_COME = [AppointmentStatus.BOOKED, AppointmentStatus.CONFIRMED]


def to_be_reminded(now: dt.datetime) -> list[Appointment]:
    """Appointments of the next three weeks that stand, of clients who are in care or come for the first time."""
    coming = Appointment.objects.filter(
        status__in=MAY_COME,
        starts_at__gt=now,
        starts_at__lte=now + rules.PLAN_AHEAD,
        client__deceased_on=None,
    )
    return list(coming.exclude(client__status=ClientStatus.DISCHARGED).select_related("client"))


def reminded_in_vain(now: dt.datetime) -> list[UUID]:
    """Appointments that do not stand or have begun, of which a reminder still waits."""
    coming = Appointment.objects.filter(pk=OuterRef("about_id"), status__in=MAY_COME, starts_at__gt=now)
    waiting = Reminder.objects.open().filter(~Exists(coming), about_kind=KIND)
    return list(waiting.order_by().values_list("about_id", flat=True).distinct())


def still_wanted(appointment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the appointments that stand and have not begun, by the database's clock."""
    return {appointment_id for appointment_id, _ in steps_wanted(appointment_ids)}


def steps_wanted(appointment_ids: Collection[UUID]) -> set[tuple[UUID, int]]:
    """The reminders of the times at which appointments stand now; those of a time before a move are none of them."""
    coming = Appointment.objects.filter(pk__in=appointment_ids, status__in=MAY_COME, starts_at__gt=Now())
    rows = coming.values_list("pk", "times_moved")
    return {(pk, step) for pk, times_moved in rows for step in rules.steps_of(times_moved)}


def starts_of(appointment_ids: Collection[UUID]) -> dict[UUID, dt.datetime]:
    """When appointments begin: a reminder is of no use after it."""
    return dict(Appointment.objects.filter(pk__in=appointment_ids).values_list("pk", "starts_at"))


@dataclass(frozen=True)
class OpenAppointment:
    """What stands behind a live link, in the client's own time and language; `newest` is their last word to it."""

    link: SignedLink
    appointment: Appointment
    when: str
    zone_name: str
    newest: AppointmentReply | None
    is_written_to: bool

    @property
    def stands(self) -> bool:
        return self.appointment.status in MAY_COME

    @property
    def is_asked_to_move(self) -> bool:
        return self.newest is not None and self.newest.kind == ReplyKind.MOVE


def open_appointment(token: str, *, now: dt.datetime) -> OpenAppointment | None:
    """The appointment of a live link until it begins; a cancelled one is shown as what it is."""
    link = open_link(token, about_kind=KIND, now=now)
    if link is None:
        return None
    rows = Appointment.objects.select_related("client", "clinician")
    appointment = rows.filter(pk=link.about_id, starts_at__gt=now).first()
    if appointment is None:
        return None
    client = appointment.client
    zone = ZoneInfo(client.time_zone)
    return OpenAppointment(
        link=link,
        appointment=appointment,
        when=rules.when_words(appointment.starts_at, zone, language_of(client.language)),
        zone_name="" if client.time_zone == settings.TIME_ZONE else client.time_zone.split("/")[-1].replace("_", " "),
        newest=newest_reply(appointment),
        is_written_to=agrees_to(client, MessagePurpose.APPOINTMENTS),
    )


def newest_reply(appointment: Appointment) -> AppointmentReply | None:
    """What the client said last to the time at which the appointment stands."""
    return replies_to(appointment).filter(starts_at=appointment.starts_at).first()


def replies_to(appointment: Appointment) -> QuerySet[AppointmentReply]:
    """All that the client said to an appointment by link, the newest first."""
    return AppointmentReply.objects.filter(appointment=appointment).order_by("-at")


def in_words(appointment: Appointment) -> str:
    """An appointment as the board names it, in the clinic's own time."""
    when = rules.when_words(appointment.starts_at, clinic_zone(), "en")
    return f"the appointment of {when}, with {appointment.clinician.title}"


def move_about(reply: AppointmentReply) -> str:
    """The cause of the duty to find another time because the client asked for one."""
    return f"{_moves_of(reply.appointment)}{reply.pk}"


def open_moves(appointment: Appointment) -> list[str]:
    """The causes of duties, still open, to find another time for an appointment."""
    waiting = WorkItem.objects.open().filter(about__startswith=_moves_of(appointment))
    return [about for about in waiting.values_list("about", flat=True) if about]


def _moves_of(appointment: Appointment) -> str:
    return f"appointment-move:{appointment.pk}:"


def rebook_about(appointment: Appointment) -> str:
    """The cause of the duty to offer another time to a client who cancelled."""
    return f"appointment-cancelled:{appointment.pk}"
