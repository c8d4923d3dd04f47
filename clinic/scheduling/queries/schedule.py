"""Reads of the schedule."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.clients.queries import Named, chart_open_to, naming
from clinic.core.clock import clinic_zone, closed_days, day_bounds, local_day
from clinic.core.queries import prepared
from clinic.core.rows import Shown
from clinic.scheduling import rules
from clinic.scheduling.models import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Availability,
    Modality,
    TimeOff,
    WaitlistEntry,
)
from clinic.staff.models import User
from clinic.staff.roles import Role

TIMES_SHOWN = 60
# All of them: those of holidays are taken out before the first are shown.
EVERY = 2000
NO_APPOINTMENT = UUID(int=0)
SIGNS: dict[str, tuple[str, str]] = {
    AppointmentStatus.CANCELLED: ("quiet", "x"),
    AppointmentStatus.NO_SHOW: ("warn", "alert-triangle"),
    AppointmentStatus.DONE: ("good", "check"),
    AppointmentStatus.ARRIVED: ("good", "check"),
}


@dataclass(frozen=True, slots=True)
class Booked(Shown):
    """One appointment of a day in words; `signs` say how it stands in words, tone and icon."""

    pk: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    client: str
    what: str
    signs: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ClinicianDay(Shown):
    """One clinician's appointments of one day, in order, and from when to when they see clients."""

    clinician: UUID
    title: str
    appointments: list[Booked]
    hours: list[tuple[dt.time, dt.time]]


def hours_of(clinician: User) -> list[rules.Hours]:
    return [_as_hours(row) for row in _open_hours(clinician.pk)]


@prepared
def _open_hours(clinician_id: UUID) -> QuerySet[Availability]:
    """A closed account sees nobody, whatever hours it left."""
    return Availability.objects.filter(clinician=clinician_id, clinician__is_active=True)


def _as_hours(row: Availability) -> rules.Hours:
    return rules.Hours(
        weekday=row.weekday,
        begins=row.begins,
        ends=row.ends,
        modality=row.modality,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def booked_between(clinician: User, starts_at: dt.datetime, ends_at: dt.datetime) -> int:
    """How many standing appointments touch a span."""
    return (
        Appointment.objects.standing().filter(clinician=clinician, starts_at__lt=ends_at, ends_at__gt=starts_at).count()
    )


def free_times(
    clinician: User,
    *,
    client: Client,
    kind: str,
    first_day: dt.date,
    now: dt.datetime,
    days: int = 14,
    most: int = TIMES_SHOWN,
    besides: UUID = NO_APPOINTMENT,
) -> list[rules.FreeTime]:
    """Times from `first_day` at which both the clinician and the client are free for this kind of appointment.

    `besides` is an appointment that gives up its own time: one that another clinician takes over may stay where it is.
    """
    begins, _ = day_bounds(first_day)
    _, ends = day_bounds(first_day + dt.timedelta(days=days - 1))
    return rules.free_times(
        [first_day + dt.timedelta(days=n) for n in range(days)],
        hours_of(clinician),
        [rules.Span(*span) for span in _busy(clinician.pk, client.pk, begins, ends, besides)],
        minutes=rules.MINUTES[kind],
        not_before=now,
        zone=clinic_zone(),
    )[:most]


def offered_times(
    clinician: User, *, client: Client, kind: str, first_day: dt.date, now: dt.datetime, besides: UUID = NO_APPOINTMENT
) -> list[rules.FreeTime]:
    """The free times that are offered to be booked: none on a holiday, when the clinic is closed."""
    free = free_times(clinician, client=client, kind=kind, first_day=first_day, now=now, most=EVERY, besides=besides)
    return [one for one in free if local_day(one.starts_at) not in closed_days()][:TIMES_SHOWN]


@prepared
def _busy(
    clinician_id: UUID, client_id: UUID, begins: dt.datetime, ends: dt.datetime, besides: UUID
) -> QuerySet[Appointment, tuple[dt.datetime, dt.datetime]]:
    """Spans in which either of the two has an appointment or the clinician is away."""
    standing = Appointment.objects.standing().filter(starts_at__lt=ends, ends_at__gt=begins).exclude(pk=besides)
    away = TimeOff.objects.filter(clinician=clinician_id, starts_at__lt=ends, ends_at__gt=begins)
    spans = ("starts_at", "ends_at")
    taken = standing.filter(clinician=clinician_id).values_list(*spans)
    return taken.union(standing.filter(client=client_id).values_list(*spans), away.values_list(*spans))


def clinicians() -> QuerySet[User]:
    """Everybody clients can be booked with."""
    return User.objects.working().filter(roles__overlap=[Role.PRESCRIBER, Role.THERAPIST]).order_by("full_name")


def booked_by(user: User) -> QuerySet[User]:
    """With whom this user may book clients: a therapist with themself, everybody else with every clinician."""
    return clinicians().filter(pk=user.pk) if user.role == Role.THERAPIST else clinicians()


def times_booked(client: Client, clinician: User, kind: str, *, by: User) -> list[rules.FreeTime]:
    """What this user has booked for the client already: asked for once more, it is no new appointment."""
    booked = Appointment.objects.standing().filter(client=client, clinician=clinician, kind=kind, booked_by=by)
    return [as_time(appointment) for appointment in booked]


def as_time(appointment: Appointment) -> rules.FreeTime:
    return rules.FreeTime(appointment.starts_at, appointment.ends_at, appointment.modality)


def day_of(user: User, day: dt.date) -> list[ClinicianDay]:
    """Who sees whom on a day: the front desk sees every clinician, a clinician their own list."""
    begins, ends = day_bounds(day)
    booked, open_hours = defaultdict(list), defaultdict(list)
    for clinician_id, *row in _appointments_between(user, begins, ends):
        booked[clinician_id].append(_booked(*row))
    for clinician_id, opens, closes in _hours_on(day.weekday(), day):
        open_hours[clinician_id].append((opens, closes))
    return [
        ClinicianDay(
            person.pk,
            person.title if person.is_active else f"{person.title} (works here no longer)",
            booked[person.pk],
            open_hours[person.pk],
        )
        for person in _columns(user, begins, ends)
    ]


@prepared
def _columns(user: User, begins: dt.datetime, ends: dt.datetime) -> QuerySet[User]:
    """Everybody who sees clients, and who works here no longer while somebody is still booked with them that day."""
    standing = Appointment.objects.standing().filter(
        clinician=OuterRef("pk"), starts_at__gte=begins, starts_at__lt=ends
    )
    own = {"pk": user.pk} if user.role in {Role.PRESCRIBER, Role.THERAPIST} else {}
    sees_clients = Q(is_active=True, roles__overlap=[Role.PRESCRIBER, Role.THERAPIST])
    people = User.objects.get_queryset().filter(sees_clients | Q(Exists(standing), is_active=False), **own)
    return people.order_by("full_name").only("full_name", "credentials", "is_active")


@prepared
def _hours_on(weekday: int, day: dt.date) -> QuerySet[Availability, tuple[UUID, dt.time, dt.time]]:
    open_hours = Availability.objects.filter(clinician__is_active=True, weekday=weekday, valid_from__lte=day)
    hours = open_hours.exclude(valid_until__lt=day)
    return hours.values_list("clinician", "begins", "ends")


@prepared
def _appointments_between(user: User, begins: dt.datetime, ends: dt.datetime) -> QuerySet[Appointment, Any]:
    """A clinician's own day; the front desk's is everybody's."""
    seen = Appointment.objects.visible_to(user)
    if user.role in {Role.PRESCRIBER, Role.THERAPIST}:
        seen = Appointment.objects.filter(clinician=user)
    shown = ("clinician", "pk", "starts_at", "ends_at", "kind", "modality", "status")
    rows = seen.filter(starts_at__gte=begins, starts_at__lt=ends).order_by("starts_at")
    return rows.values_list(*shown, *naming("client"))


def _booked(
    pk: UUID, starts_at: dt.datetime, ends_at: dt.datetime, kind: str, modality: str, status: str, *client: Any
) -> Booked:
    return Booked(
        pk=pk,
        starts_at=starts_at,
        ends_at=ends_at,
        client=str(Named(*client)),
        what=f"{AppointmentKind(kind).label} · {Modality(modality).label}",
        signs=signs_of(status),
    )


def signs_of(status: str) -> list[tuple[str, str, str]]:
    """How an appointment stands, as words, tone and icon."""
    return [(AppointmentStatus(status).label, *SIGNS.get(status, ("note", "calendar")))]


def get_appointment(user: User, appointment_id: UUID) -> Appointment:
    return get_object_or_404(
        Appointment.objects.visible_to(user)
        .select_related("client", "clinician", "booked_by")
        .annotate(is_chart_open=chart_open_to(user, "client")),
        pk=appointment_id,
    )


def get_changeable(user: User, appointment_id: UUID) -> Appointment:
    """One appointment that this user may move and mark, else 404."""
    rows = Appointment.objects.changed_by(user).select_related("client", "clinician", "booked_by")
    return get_object_or_404(rows, pk=appointment_id)


def get_clinician(clinician_id: UUID) -> User:
    return get_object_or_404(clinicians(), pk=clinician_id)


def get_visible_client(user: User, client_id: UUID) -> Client:
    return get_object_or_404(Client.objects.visible_to(user), pk=client_id)


def usual_booking(user: User, client: Client) -> dict[str, Any]:
    """What is most likely booked next: with the clinician who books, else with the client's own; what comes next."""
    if user.acting_role == Role.THERAPIST:
        return {"clinician": user.pk, "kind": AppointmentKind.THERAPY}
    team = client.care_team.working().filter(role=Role.PRESCRIBER).order_by("-is_lead", "started_at")
    mine = user.pk if user.acting_role == Role.PRESCRIBER else None
    done = set(Appointment.objects.filter(client=client, status=AppointmentStatus.DONE).values_list("kind", flat=True))
    if done & {AppointmentKind.EVALUATION, AppointmentKind.FOLLOW_UP}:
        kind = AppointmentKind.FOLLOW_UP
    else:
        kind = AppointmentKind.EVALUATION if AppointmentKind.CONSULTATION in done else AppointmentKind.CONSULTATION
    return {"clinician": mine or team.values_list("user_id", flat=True).first(), "kind": kind}


def appointments_of(client: Client, *, newest: int = 10) -> list[Appointment]:
    return list(Appointment.objects.filter(client=client).select_related("clinician").order_by("-starts_at")[:newest])


def next_appointment(client: Client, now: dt.datetime) -> Appointment | None:
    """The next standing appointment of a client with anybody."""
    return (
        Appointment.objects.standing()
        .filter(client=client, starts_at__gte=now)
        .select_related("clinician")
        .order_by("starts_at")
        .first()
    )


def hours_by_clinician(today: dt.date) -> list[User]:
    """Clinicians with their present and coming hours and time off."""
    return list(
        clinicians().prefetch_related(
            Prefetch(
                "availability",
                queryset=Availability.objects.exclude(valid_until__lt=today),
                to_attr="open_hours",
            ),
            Prefetch(
                "time_off",
                queryset=TimeOff.objects.filter(ends_at__gte=day_bounds(today)[0]),
                to_attr="coming_time_off",
            ),
        )
    )


def get_hours(hours_id: UUID) -> Availability:
    return get_object_or_404(Availability.objects.select_related("clinician"), pk=hours_id)


def waiting(limit: int = 50) -> list[WaitlistEntry]:
    """Who waits for an earlier time, longest first."""
    return list(WaitlistEntry.objects.filter(closed_at=None).select_related("client", "clinician")[:limit])


def get_waitlist_entry(entry_id: UUID) -> WaitlistEntry:
    return get_object_or_404(WaitlistEntry.objects.select_related("client"), pk=entry_id)
