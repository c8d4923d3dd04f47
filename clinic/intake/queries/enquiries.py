"""Reads of the enquiry queue. What is booked is seen on the schedule, not told by it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.clients.models import CareTeamMember
from clinic.clients.queries import Duplicate, care_team, possible_duplicates
from clinic.intake.models import Enquiry, EnquiryStatus, TherapistReferral
from clinic.scheduling.models import Appointment
from clinic.scheduling.queries import next_appointment
from clinic.staff.models import User
from clinic.staff.roles import Role

ROWS = 60
SHOWN = {"waiting": "Waiting", "booked": "Booked", "closed": "Closed"}


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue: an enquiry from the public page or a referral by a therapist."""

    kind: str
    pk: UUID
    name: str
    received_at: datetime
    days: int
    wish: str
    owner: str
    is_urgent: bool
    is_for_minor: bool
    client_id: UUID | None


@dataclass(frozen=True)
class EnquiryPage:
    """An enquiry and what its page needs: who it may be, who looks after them, when they come."""

    enquiry: Enquiry
    duplicates: list[Duplicate]
    team: list[CareTeamMember]
    appointment: Appointment | None


def queue(*, show: str, now: datetime) -> list[QueueRow]:
    """Enquiries and referrals, oldest first: waiting for the care team, booked, or closed (newest first)."""
    rows = [_enquiry_row(row, now) for row in _enquiries(show)[:ROWS]]
    rows += [_referral_row(row, now) for row in _referrals(show)[:ROWS]]
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


def enquiry_page(user: User, enquiry: Enquiry, *, now: datetime) -> EnquiryPage:
    """What the page of one enquiry shows; possible clients only while nobody is matched."""
    client = enquiry.client
    duplicates = (
        []
        if client
        else possible_duplicates(
            user,
            given_names=enquiry.given_names,
            family_name=enquiry.family_name,
            birth_on=enquiry.birth_on,
            reached_at=[value for value in (enquiry.phone, enquiry.email) if value],
        )
    )
    return EnquiryPage(
        enquiry=enquiry,
        duplicates=duplicates,
        team=care_team(client) if client else [],
        appointment=next_appointment(client, now) if client else None,
    )


def waiting_referrals(client_id: UUID, user: User) -> QuerySet[TherapistReferral]:
    """Referrals of this client by this therapist that nobody has dealt with."""
    return TherapistReferral.objects.filter(client_id=client_id, referred_by=user, handled_at=None)


def prescribers() -> QuerySet[User]:
    return User.objects.owning(Role.PRESCRIBER).order_by("full_name")


def therapists() -> QuerySet[User]:
    return User.objects.owning(Role.THERAPIST).order_by("full_name")


def _has_appointment(since: str) -> Exists:
    standing = Appointment.objects.standing()
    return Exists(standing.filter(client=OuterRef("client"), starts_at__gte=OuterRef(since)))


def _enquiries(show: str) -> QuerySet[Enquiry]:
    rows = Enquiry.objects.select_related("client", "owner").annotate(has_time=_has_appointment("received_at"))
    if show == "closed":
        return rows.filter(status=EnquiryStatus.CLOSED).order_by("-received_at")
    rows = rows.exclude(status=EnquiryStatus.CLOSED)
    if show == "booked":
        return rows.filter(Q(status=EnquiryStatus.BOOKED) | Q(has_time=True)).order_by("-received_at")
    # A booked enquiry whose appointment was cancelled waits again.
    return rows.filter(has_time=False).order_by("received_at")


def _referrals(show: str) -> QuerySet[TherapistReferral]:
    rows = TherapistReferral.objects.select_related("client", "referred_by").annotate(
        has_time=_has_appointment("referred_at")
    )
    if show == "closed":
        return rows.filter(handled_at__isnull=False).order_by(F("handled_at").desc())
    return rows.filter(handled_at=None, has_time=show == "booked").order_by("referred_at")


def _enquiry_row(enquiry: Enquiry, now: datetime) -> QueueRow:
    return QueueRow(
        kind="enquiry",
        pk=enquiry.pk,
        name=f"{enquiry.given_names} {enquiry.family_name}",
        received_at=enquiry.received_at,
        days=_days(enquiry.received_at, now),
        wish=enquiry.get_contact_wish_display(),
        owner=str(enquiry.owner or ""),
        is_urgent=False,
        is_for_minor=enquiry.is_for_minor,
        client_id=enquiry.client_id,
    )


def _referral_row(referral: TherapistReferral, now: datetime) -> QueueRow:
    return QueueRow(
        kind="referral",
        pk=referral.pk,
        name=referral.client.name,
        received_at=referral.referred_at,
        days=_days(referral.referred_at, now),
        wish=f"Referred by {referral.referred_by}",
        owner="",
        is_urgent=referral.urgency == "soon",
        is_for_minor=False,
        client_id=referral.client_id,
    )


def _days(since: datetime, now: datetime) -> int:
    return (timezone.localdate(now) - timezone.localdate(since)).days
