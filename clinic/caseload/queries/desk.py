"""The home of those who coordinate, administer and audit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When, Window
from django.db.models.lookups import In

from clinic.audit.models import AuditEvent
from clinic.clients.models import IN_CARE, BreakGlassAccess, Client
from clinic.clients.queries import Named, naming
from clinic.core.addresses import address
from clinic.core.clock import day_bounds, local_day
from clinic.core.models import Constant
from clinic.core.queries import prepared
from clinic.core.rows import Shown, Tuples
from clinic.core.templatetags.clinic_ui import DatedLine, clock, day, person
from clinic.coverage.models import EligibilityCheck
from clinic.intake.models import ContactWish, Enquiry, EnquiryStatus
from clinic.messaging.models import Reminder, ReminderState
from clinic.messaging.queries import stands_still
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from clinic.worklist.queries import KindSummary, summary_line, waiting_by_kind

ROWS = 10
SEEN_LATELY = timedelta(days=60)
INSURANCE_AHEAD = timedelta(days=7)
CHECK_HOLDS = timedelta(days=30)
LAST_WEEK = timedelta(days=7)
REFUSALS = ["access_refused", "chart_refused", "contact_refused"]
BREAK_GLASS = ["break_glass_used", "break_glass_reviewed"]


BOOKED = ("pk", "starts_at", "kind", "status", "clinician__full_name", "clinician__is_active", *naming("client"))


@dataclass(frozen=True, slots=True)
class CoordinatorHome(Shown):
    """The front desk's day."""

    enquiries: list[DatedLine]
    enquiries_waiting: int
    duties: list[KindSummary]
    schedule: list[DatedLine]
    insurance: list[DatedLine]
    unbooked: list[DatedLine]
    messages_stand_still: bool


@dataclass(frozen=True, slots=True)
class AdministratorHome(Shown):
    """What the clinic administrator looks after."""

    without_second_factor: list[User]
    break_glass: list[BreakGlassAccess]
    staff_working: int
    enquiries_open: int
    duties_overdue: int
    messages_failed: int
    messages_stand_still: bool


@dataclass(frozen=True, slots=True)
class AuditorHome(Shown):
    """What an auditor looks at first."""

    refusals: list[AuditEvent]
    break_glass: list[BreakGlassAccess]
    break_glass_events: list[AuditEvent]


def coordinator_home(user: User, now: datetime) -> CoordinatorHome:
    """New people, duties, today's schedule, insurance to check, and who has no next appointment."""
    begins, ends = day_bounds(local_day(now))
    [found] = _of_coordinator(user, now, now + INSURANCE_AHEAD, now - CHECK_HOLDS)
    oldest = found["enquiry_rows"]
    return CoordinatorHome(
        enquiries=[_waiting(*row) for *row, _ in oldest],
        enquiries_waiting=oldest[0][-1] if oldest else 0,
        duties=[summary_line(*row) for row in found["duty_rows"]],
        schedule=[_booked(*row) for row in _standing_between(begins, ends)],
        insurance=[_to_check(*row) for row in found["unchecked_rows"]],
        unbooked=clients_without_next_visit(now),
        messages_stand_still=stands_still(now),
    )


@prepared
def _of_coordinator(user: User, now: datetime, insured_until: datetime, checked_since: datetime) -> QuerySet[User, Any]:
    """The lists that Postgres need not plan anew each time, in one statement."""
    return User.objects.filter(pk=user.pk).values(
        enquiry_rows=Tuples(_oldest_enquiries()),
        duty_rows=Tuples(waiting_by_kind(user, now)),
        unchecked_rows=Tuples(_unchecked(now, insured_until, checked_since)),
    )


def open_enquiries() -> QuerySet[Enquiry]:
    """Enquiries nobody has booked or closed yet."""
    return Enquiry.objects.exclude(status=Constant(EnquiryStatus.CLOSED)).filter(
        status__in=[EnquiryStatus.NEW, EnquiryStatus.IN_PROGRESS]
    )


def _oldest_enquiries() -> QuerySet[Enquiry, Any]:
    """The first of them, each with how many there are in all."""
    shown = ("pk", "received_at", "given_names", "family_name", "contact_wish", "status")
    return open_enquiries().order_by("received_at").values_list(*shown, Window(Count("*")))[:ROWS]


def _waiting(pk: UUID, received_at: datetime, given_names: str, family_name: str, wish: str, status: str) -> DatedLine:
    return DatedLine(
        when=day(received_at),
        small=f"{ContactWish(wish).label} · {EnquiryStatus(status).label.lower()}",
        name=f"{given_names} {family_name}",
        address=address("intake:enquiry", pk),
    )


@prepared
def _standing_between(begins: datetime, ends: datetime) -> QuerySet[Appointment, Any]:
    standing = Appointment.objects.standing().filter(starts_at__gte=begins, starts_at__lt=ends)
    return standing.order_by("starts_at").values_list(*BOOKED)[: 6 * ROWS]


def _to_check(starts_at: datetime, *client: Any) -> DatedLine:
    return DatedLine(day(starts_at), name=person(Named(*client)), address=address("coverage:coverage", client[0]))


def _unchecked(begins: datetime, ends: datetime, checked_since: datetime) -> QuerySet[Appointment, Any]:
    """Appointments of the next 7 days whose client's cover was not checked within 30 days."""
    checked = EligibilityCheck.objects.filter(coverage__client=OuterRef("client"), checked_at__gte=checked_since)
    coming = Appointment.objects.standing().filter(starts_at__gte=begins, starts_at__lt=ends)
    return coming.filter(~Exists(checked)).order_by("starts_at").values_list("starts_at", *naming("client"))[:ROWS]


def _booked(
    pk: UUID, starts_at: datetime, kind: str, status: str, clinician: str, works_here: bool, *client: Any
) -> DatedLine:
    is_booked = status == AppointmentStatus.BOOKED
    return DatedLine(
        when=clock(starts_at),
        words=f"{AppointmentKind(kind).label.lower()} with {clinician}",
        name=person(Named(*client)),
        address=address("scheduling:appointment", pk),
        small="" if works_here else f"{clinician} works here no longer",
        sign=None if is_booked else (str(AppointmentStatus(status).label), "quiet", ""),
    )


def clients_without_next_visit(now: datetime) -> list[DatedLine]:
    """Clients in care who were booked in the last 60 days and have nothing booked to come, the latest first."""
    last: dict[UUID, DatedLine] = {}
    for starts_at, *client in _last_bookings(now, now - SEEN_LATELY):
        book = address("scheduling:book", client[0])
        last.setdefault(client[0], DatedLine(day(starts_at), name=f"Book {person(Named(*client))}", address=book))
    return list(last.values())


@prepared
def _last_bookings(now: datetime, since: datetime) -> QuerySet[Appointment, Any]:
    """Walks back from now and stops at the last row shown: each client's last booking, with nothing to come.

    Asked in this order, for most of those met on the way have another booking: only of the rest is their status read.
    """
    last = Appointment.objects.filter(starts_at__gte=since, starts_at__lt=now)
    later = Appointment.objects.filter(client=OuterRef("client"), starts_at__gt=OuterRef("starts_at"))
    stands = later.filter(Q(starts_at__lt=now) | ~Q(status=AppointmentStatus.CANCELLED))
    status = Subquery(Client.objects.filter(pk=OuterRef("client")).order_by().values("status"))
    unbooked = last.filter(Case(When(~Exists(stands), then=In(status, IN_CARE)), default=False))
    return unbooked.order_by("-starts_at").values_list("starts_at", *naming("client"))[:ROWS]


def administrator_home(user: User, now: datetime) -> AdministratorHome:
    """Accounts that cannot see clients yet, emergency looks to review, and how the clinic stands."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"))
    overdue = WorkItem.objects.open().filter(due_at__lt=now)
    failed = Reminder.objects.filter(
        state__in=[ReminderState.REFUSED, ReminderState.GAVE_UP], due_at__gte=now - LAST_WEEK
    )
    return AdministratorHome(
        without_second_factor=list(User.objects.working().filter(~Exists(factor))[: 2 * ROWS]),
        break_glass=break_glass_to_review(),
        staff_working=User.objects.working().count(),
        enquiries_open=open_enquiries().count(),
        duties_overdue=overdue.count(),
        messages_failed=failed.count(),
        messages_stand_still=stands_still(now),
    )


def break_glass_to_review() -> list[BreakGlassAccess]:
    """Emergency looks that nobody has reviewed, newest first."""
    return list(BreakGlassAccess.objects.unreviewed().select_related("user")[:ROWS])


def auditor_home(user: User, now: datetime) -> AuditorHome:
    """Refusals and emergency looks of the last 7 days."""
    lately = AuditEvent.objects.filter(at__gte=now - LAST_WEEK).select_related("by").order_by("-at")
    return AuditorHome(
        refusals=list(lately.filter(action__in=REFUSALS)[: 2 * ROWS]),
        break_glass=break_glass_to_review(),
        break_glass_events=list(lately.filter(action__in=BREAK_GLASS)[: 2 * ROWS]),
    )
