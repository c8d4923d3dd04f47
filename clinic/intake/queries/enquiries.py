"""Reads of the enquiry queue. What is booked is seen on the schedule, not told by it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import CareTeamMember
from clinic.clients.queries import Duplicate, Named, care_team, naming, possible_duplicates
from clinic.core.addresses import address
from clinic.core.clock import local_day
from clinic.core.models import Constant
from clinic.core.queries import prepared
from clinic.intake.models import ContactWish, Enquiry, EnquiryStatus, TherapistReferral
from clinic.scheduling.models import Appointment
from clinic.scheduling.queries import next_appointment
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.staff.ties import Tie

ROWS = 60
MINOR = ("Under 18", "note", "user")
REFERRAL = ("Referral", "quiet", "route")
URGENT = ("Within two weeks", "warn", "clock")
SHOWN = {"waiting": "Waiting", "booked": "Booked", "closed": "Closed"}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue: an enquiry from the public page or a referral by a therapist.

    `path` leads to the enquiry or the client, `signs` are words, tone and icon.
    """

    kind: str
    pk: UUID
    name: str
    path: str
    received_at: datetime
    days: int
    wish: str
    owner: str
    signs: list[tuple[str, str, str]]
    client_id: UUID | None = None


@dataclass(frozen=True)
class EnquiryPage:
    """An enquiry and what its page needs: who looks after the client, when they come."""

    enquiry: Enquiry
    team: list[CareTeamMember]
    appointment: Appointment | None


def queue(*, show: str, now: datetime) -> list[QueueRow]:
    """Enquiries and referrals, oldest first: waiting for the care team, booked, or closed (newest first)."""
    rows = [_enquiry_row(row, now) for row in _enquiries(show)]
    rows += [_referral_row(row, now) for row in _referrals(show)]
    rows.sort(key=lambda row: row.received_at, reverse=show == "closed")
    return rows[:ROWS]


def booked_but_open() -> QuerySet[Enquiry]:
    """Enquiries not yet marked as booked whose client has an appointment made since."""
    return Enquiry.objects.filter(_has_appointment("received_at"), status__in=["new", "in_progress"])


def get_enquiry(enquiry_id: UUID) -> Enquiry:
    """One enquiry, or 404."""
    return get_object_or_404(Enquiry.objects.select_related("client", "owner"), pk=enquiry_id)


def get_referral(referral_id: UUID) -> TherapistReferral:
    """One referral, or 404."""
    return get_object_or_404(TherapistReferral, pk=referral_id)


def enquiry_page(enquiry: Enquiry, *, now: datetime) -> EnquiryPage:
    """What the page of one enquiry shows beside who it may be."""
    client = enquiry.client
    return EnquiryPage(
        enquiry=enquiry,
        team=care_team(client) if client else [],
        appointment=next_appointment(client, now) if client else None,
    )


def possible_clients(user: User, enquiry: Enquiry) -> list[Duplicate]:
    """Clients who may be the person of an enquiry that nobody has matched."""
    return possible_duplicates(
        user,
        given_names=enquiry.given_names,
        family_name=enquiry.family_name,
        birth_on=enquiry.birth_on,
        reached_at=[value for value in (enquiry.phone, enquiry.email) if value],
    )


def waiting_referrals(client_id: UUID, user: User) -> QuerySet[TherapistReferral]:
    """Referrals of this client by this therapist that nobody has dealt with."""
    return TherapistReferral.objects.filter(client_id=client_id, referred_by=user, handled_at=None)


def owned_by(user: User, now: datetime) -> list[Tie]:
    """How many open enquiries somebody handles."""
    handled = Enquiry.objects.filter(owner=user).exclude(status=EnquiryStatus.CLOSED).count()
    return [Tie(handled, "enquiry that they handle", "enquiries that they handle")]


def prescribers() -> QuerySet[User]:
    return User.objects.owning(Role.PRESCRIBER).order_by("full_name")


def therapists() -> QuerySet[User]:
    return User.objects.owning(Role.THERAPIST).order_by("full_name")


def _has_appointment(since: str) -> Exists:
    standing = Appointment.objects.standing()
    return Exists(standing.filter(client=OuterRef("client"), starts_at__gte=OuterRef(since)))


@prepared
def _enquiries(show: str) -> QuerySet[Enquiry, Any]:
    rows = Enquiry.objects.alias(has_time=_has_appointment("received_at"))
    closed = Q(status=Constant(EnquiryStatus.CLOSED))
    if show == "closed":
        rows = rows.filter(closed).order_by("-received_at")
    elif show == "booked":
        is_booked = Q(status=EnquiryStatus.BOOKED) | Q(has_time=True)
        rows = rows.filter(~closed, is_booked).order_by("-received_at")
    else:
        # A booked enquiry whose appointment was cancelled waits again.
        rows = rows.filter(~closed, has_time=False).order_by("received_at")
    shown = ("pk", "received_at", "contact_wish", "is_for_minor", "owner__full_name", "owner__is_active")
    return rows.values_list(*shown, "given_names", "family_name")[:ROWS]


@prepared
def _referrals(show: str) -> QuerySet[TherapistReferral, Any]:
    rows = TherapistReferral.objects.alias(has_time=_has_appointment("referred_at"))
    if show == "closed":
        rows = rows.filter(handled_at__isnull=False).order_by(F("handled_at").desc())
    else:
        rows = rows.filter(handled_at=None, has_time=show == "booked").order_by("referred_at")
    return rows.values_list("pk", "referred_at", "urgency", "referred_by__full_name", *naming("client"))[:ROWS]


def _enquiry_row(row: tuple[Any, ...], now: datetime) -> QueueRow:
    pk, received_at, wish, is_for_minor, owner, works_here, given_names, family_name = row
    return QueueRow(
        kind="enquiry",
        pk=pk,
        name=f"{given_names} {family_name}",
        path=address("intake:enquiry", pk),
        received_at=received_at,
        days=_days(received_at, now),
        wish=ContactWish(wish).label,
        owner=f"{owner} (works here no longer)" if works_here is False else owner or "",
        signs=[MINOR] if is_for_minor else [],
    )


def _referral_row(row: tuple[Any, ...], now: datetime) -> QueueRow:
    pk, referred_at, urgency, referred_by, *named = row
    client = Named(*named)
    return QueueRow(
        kind="referral",
        pk=pk,
        name=str(client),
        path=address("clients:detail", client.id),
        received_at=referred_at,
        days=_days(referred_at, now),
        wish=f"Referred by {referred_by}",
        owner="",
        signs=[REFERRAL, URGENT] if urgency == "soon" else [REFERRAL],
        client_id=client.id,
    )


def _days(since: datetime, now: datetime) -> int:
    return (local_day(now) - local_day(since)).days
