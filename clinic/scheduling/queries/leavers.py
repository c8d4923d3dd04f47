"""Clients whom somebody looked after, or is booked with, who works here no longer."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.clients.models import CareTeamMember, Client, ClientStatus
from clinic.scheduling.models import Appointment, AppointmentKind
from clinic.scheduling.queries.reminders import MAY_COME
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.staff.ties import Tie
from clinic.worklist.models import WorkItem

CAUSE = "leaver:"


@dataclass
class LeftBehind:
    """One client and one person who left: the roles in which they must be replaced, the appointments to be moved."""

    client: Client
    name: str
    roles: list[str] = field(default_factory=list)
    appointments: list[dt.datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Standing:
    """An open duty about one client and one person who left: its cause, and what it says."""

    about: str
    reason: str
    urgent: bool


def left_behind(now: dt.datetime) -> dict[str, LeftBehind]:
    """Who is to be seen to because somebody left, by the cause that their duty has; nobody who was discharged."""
    found: dict[str, LeftBehind] = {}
    for link in _links():
        _of(found, link.client, link.user).roles.append(link.role)
    for appointment in _appointments(now):
        _of(found, appointment.client, appointment.clinician).appointments.append(appointment.starts_at)
    return found


def _of(found: dict[str, LeftBehind], client: Client, leaver: User) -> LeftBehind:
    return found.setdefault(f"{CAUSE}{client.pk}:{leaver.pk}", LeftBehind(client, leaver.full_name))


def _links() -> list[CareTeamMember]:
    """Care of prescribers and therapists with a closed account who lead, or whose role nobody else has."""
    others = CareTeamMember.objects.working().filter(client=OuterRef("client"), role=OuterRef("role"))
    links = CareTeamMember.objects.live().filter(
        Q(is_lead=True) | ~Exists(others), user__is_active=False, client__deceased_on=None
    )
    clinical = links.filter(role__in=[Role.PRESCRIBER, Role.THERAPIST]).exclude(client__status=ClientStatus.DISCHARGED)
    return list(clinical.select_related("client", "user").order_by("role", "started_at"))


def _appointments(now: dt.datetime) -> list[Appointment]:
    """Appointments to come with a closed account."""
    coming = _coming(now).filter(clinician__is_active=False, client__deceased_on=None)
    rows = coming.exclude(client__status=ClientStatus.DISCHARGED).select_related("client", "clinician")
    return list(rows.order_by("starts_at"))


def open_duties_about_leavers() -> dict[str, Standing]:
    """The duties that are open about people who left, by their cause."""
    rows = WorkItem.objects.open().filter(about__startswith=CAUSE).values_list("about", "reason", "urgent")
    return {about.rpartition(":")[0]: Standing(about, reason, urgent) for about, reason, urgent in rows if about}


def next_about(cause: str) -> str:
    """A cause that was closed stays closed: each time that somebody leaves is one of its own.

    One that is open is not counted: whoever looks at the same moment opens that one, and not another.
    """
    ended = WorkItem.objects.filter(about__startswith=f"{cause}:", closed_at__isnull=False)
    return f"{cause}:{ended.count()}"


def coming_with(user: User, now: dt.datetime) -> list[Tie]:
    """How many appointments with somebody are to come."""
    return [Tie(_coming(now).filter(clinician=user).count(), "appointment to come", "appointments to come")]


def coming_of(client: Client, now: dt.datetime) -> list[Appointment]:
    """The appointments to come of a client, the next first."""
    return list(_coming(now).filter(client=client).select_related("clinician").order_by("starts_at"))


def successor_of(appointment: Appointment) -> UUID | None:
    """Who of the client's care team would hold an appointment in place of one who left: its lead in that role."""
    role = Role.THERAPIST if appointment.kind == AppointmentKind.THERAPY else Role.PRESCRIBER
    team = appointment.client.care_team.working().filter(role=role)
    return team.order_by("-is_lead", "started_at").values_list("user_id", flat=True).first()


def _coming(now: dt.datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(status__in=MAY_COME, starts_at__gt=now)
