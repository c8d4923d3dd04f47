"""Deeds on enquiries: receive, take on, match or make the client, staff the care team, close."""

from datetime import date, datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404

from clinic.audit.services import record, record_shown
from clinic.clients.models import CareTeamMember, Client
from clinic.clients.queries import Duplicate
from clinic.clients.rules import Contact, Related, checked_contact, is_minor
from clinic.clients.services import ClientDetails, add_team_member, register_client
from clinic.core.clock import local_day
from clinic.core.models import values_of
from clinic.core.rules import SENT_TWICE, RuleBroken, refuse
from clinic.intake import queries, rules
from clinic.intake.models import Enquiry, EnquiryStatus
from clinic.staff.models import User
from clinic.staff.roles import Role


class Answers(TypedDict, total=False):
    """What a person may leave out on the public page."""

    may_leave_message: bool
    persists_despite_therapy: bool
    tried_several_medications: bool
    daily_life_is_hard: bool
    wants_blended_plan: bool
    insurance_payer: str
    insurance_member_id: str
    times_that_suit: str


@transaction.atomic
def receive_enquiry(
    *,
    given_names: str,
    family_name: str,
    birth_on: date,
    what_is_going_on: str,
    contact_wish: str,
    phone: str = "",
    email: str = "",
    guardian_name: str = "",
    nonce: UUID | None = None,
    now: datetime,
    **answers: Unpack[Answers],
) -> Enquiry:
    """Keep what a person wrote on the public page; nothing is decided here.

    The phone is kept as E.164, the e-mail in lower case. The very same words answer the row that stands, from the
    same page (`nonce`) at any time and from another one within ten minutes: a second click, or the way back and a
    page shown anew, make no second enquiry. Raises RuleBroken with the field.
    """
    today = local_day(now)
    reach = {"phone": phone, "email": email, "contact_wish": contact_wish}
    refuse(*rules.refusals_of_enquiry(birth_on=birth_on, guardian_name=guardian_name, today=today, **reach))
    minor = is_minor(birth_on, today=today)
    enquiry = Enquiry(
        given_names=given_names.strip(),
        family_name=family_name.strip(),
        birth_on=birth_on,
        phone=checked_contact(Contact(kind="phone", value=phone)).value if phone else "",
        email=checked_contact(Contact(kind="email", value=email)).value if email else "",
        contact_wish=contact_wish,
        is_for_minor=minor,
        guardian_name=guardian_name.strip() if minor else "",
        what_is_going_on=what_is_going_on.strip(),
        received_at=now,
        nonce=nonce,
        **answers,
    )
    enquiry.clean_fields()
    return _kept_once(enquiry)


@transaction.atomic
def take_enquiry(*, enquiry_id: UUID, take_over: bool = False, by: User, now: datetime) -> Enquiry:
    """Make an enquiry one's own; taking it over from a colleague is said on purpose."""
    enquiry = _locked(enquiry_id)
    if enquiry.owner == by and enquiry.status != EnquiryStatus.CLOSED:
        return enquiry
    _check_mine(enquiry, by, taking_over=take_over)
    return _own(enquiry, by)


@transaction.atomic
def possible_clients(*, enquiry: Enquiry, by: User) -> list[Duplicate]:
    """Clients who may be the person of an enquiry, looked for while nobody is matched; who was shown is written."""
    if enquiry.client:
        return []
    found = queries.possible_clients(by, enquiry)
    record_shown("duplicates_searched", [one.client.pk for one in found], by=by, subject=enquiry)
    return found


@transaction.atomic
def match_client(*, enquiry_id: UUID, client_id: UUID, by: User, now: datetime) -> Enquiry:
    """Say which client an enquiry is from; the same answer twice is one, another answer is refused."""
    enquiry = _locked(enquiry_id)
    if enquiry.client_id == client_id:
        return enquiry
    _check_mine(enquiry, by)
    _check_unmatched(enquiry)
    client = Client.objects.visible_to(by).filter(pk=client_id).first()
    if client is None:
        raise Http404
    return _matched(enquiry, client, by)


@transaction.atomic
def make_client(*, enquiry_id: UUID, by: User, now: datetime) -> Client:
    """Make the client out of an enquiry, with contact points used only as the person wished.

    Made once: asked again by the same coordinator it answers the client that was made.
    """
    enquiry = _locked(enquiry_id)
    if enquiry.client is not None and enquiry.owner == by:
        return enquiry.client
    _check_mine(enquiry, by)
    _check_unmatched(enquiry)
    client = register_client(
        details=ClientDetails(
            given_names=enquiry.given_names,
            family_name=enquiry.family_name,
            birth_on=enquiry.birth_on,
            time_zone=settings.TIME_ZONE,
        ),
        contact_points=contact_points_of(enquiry),
        related_people=guardian_of(enquiry),
        came_from="enquiry",
        by=by,
        now=now,
    )
    _matched(enquiry, client, by)
    return client


@transaction.atomic
def assign_care_team(
    *, enquiry_id: UUID, prescriber: User, therapist: User | None = None, by: User, now: datetime
) -> Client:
    """Put prescriber, therapist and the coordinator who handles the enquiry on the client's care team.

    Who is on it already stays; a new prescriber or therapist becomes the lead of their role.
    """
    enquiry = _locked(enquiry_id)
    _check_mine(enquiry, by)
    if enquiry.client is None:
        raise RuleBroken("Match this enquiry to a client, or make the client, before the care team is chosen.")
    _own(enquiry, by)
    wanted = {Role.PRESCRIBER: prescriber, Role.THERAPIST: therapist, Role.COORDINATOR: by}
    on_team = set(CareTeamMember.objects.live().filter(client=enquiry.client).values_list("user_id", "role"))
    for role, user in wanted.items():
        if user is not None and role in user.roles and (user.pk, role) not in on_team:
            add_team_member(client_id=enquiry.client.pk, user=user, role=role, by=by, now=now)
    return enquiry.client


@transaction.atomic
def close_enquiry(*, enquiry_id: UUID, reason: str, by: User, now: datetime) -> Enquiry:
    """Close an enquiry with the reason; whoever comes second is told who handles it."""
    enquiry = _locked(enquiry_id)
    if enquiry.status == EnquiryStatus.CLOSED and enquiry.owner == by:
        return enquiry
    _check_mine(enquiry, by)
    if not reason.strip():
        raise RuleBroken("Say why this enquiry is closed.", field="reason")
    enquiry.status, enquiry.closed_at, enquiry.closed_because = EnquiryStatus.CLOSED, now, reason.strip()
    enquiry.owner = by
    enquiry.clean_fields()
    enquiry.save(update_fields=["status", "closed_at", "closed_because", "owner", "updated_at"])
    record("enquiry_closed", by=by, subject=enquiry)
    return enquiry


@transaction.atomic
def reopen_enquiry(*, enquiry_id: UUID, by: User, now: datetime) -> Enquiry:
    """Open a closed enquiry again and make it one's own."""
    enquiry = _locked(enquiry_id)
    if enquiry.status != EnquiryStatus.CLOSED:
        return enquiry
    enquiry.status, enquiry.closed_at, enquiry.closed_because = EnquiryStatus.IN_PROGRESS, None, ""
    enquiry.owner = by
    enquiry.save(update_fields=["status", "closed_at", "closed_because", "owner", "updated_at"])
    record("enquiry_reopened", by=by, subject=enquiry)
    return enquiry


@transaction.atomic
def note_bookings(*, now: datetime) -> int:
    """Mark open enquiries whose client has an appointment by now as booked; answers how many."""
    rows = list(queries.booked_but_open().select_for_update(of=("self",), skip_locked=True)[:500])
    for enquiry in rows:
        enquiry.status = EnquiryStatus.BOOKED
        enquiry.save(update_fields=["status", "updated_at"])
        record("enquiry_booked", by=None, subject=enquiry)
    return len(rows)


def contact_points_of(enquiry: Enquiry) -> list[Contact]:
    """How the person may be reached, used only as they wished: calls, texts or e-mail, voicemail if allowed."""
    points = []
    if enquiry.phone:
        points.append(
            Contact(
                kind="phone",
                value=enquiry.phone,
                is_preferred=enquiry.contact_wish in rules.NEEDS_PHONE,
                may_call=enquiry.may_be_called,
                may_leave_voicemail=enquiry.may_leave_message,
                may_text=enquiry.contact_wish == "text",
                consented_on=local_day(enquiry.received_at),
            )
        )
    if enquiry.email:
        wished = enquiry.contact_wish == "email"
        points.append(
            Contact(
                kind="email",
                value=enquiry.email,
                is_preferred=wished,
                may_email=wished,
                consented_on=local_day(enquiry.received_at),
            )
        )
    return points


def guardian_of(enquiry: Enquiry) -> list[Related]:
    """The guardian a minor's enquiry names; they are reached as the enquiry says."""
    if not enquiry.is_for_minor or enquiry.guardian_name.casefold() == "none":
        return []
    return [Related(kind="guardian", name=enquiry.guardian_name, phone=enquiry.phone, email=enquiry.email)]


# What becomes of an enquiry later, and the page that it was written on: no part of what was told.
NOT_TOLD = ("received_at", "nonce", "status", "client", "owner", "closed_at", "closed_because")


def _kept_once(enquiry: Enquiry) -> Enquiry:
    told = values_of(enquiry, but=NOT_TOLD)
    before = Enquiry.objects.filter(**told, received_at__gt=enquiry.received_at - SENT_TWICE).first()
    if before is not None:
        return before
    Enquiry.objects.bulk_create([enquiry], ignore_conflicts=True)
    standing = Enquiry.objects.get(nonce=enquiry.nonce) if enquiry.nonce else enquiry
    if standing.pk != enquiry.pk:
        if values_of(standing, but=NOT_TOLD) == told:
            return standing
        # The way back, and other words on the same page: they are told beside the first, not lost.
        enquiry.nonce = None
        enquiry.save(force_insert=True)
    record("enquiry_received", by=None, subject=enquiry)
    return enquiry


def _locked(enquiry_id: UUID) -> Enquiry:
    rows = Enquiry.objects.select_for_update(of=("self",)).select_related("owner", "client")
    enquiry = rows.filter(pk=enquiry_id).first()
    if enquiry is None:
        raise Http404
    return enquiry


def _check_mine(enquiry: Enquiry, by: User, *, taking_over: bool = False) -> None:
    rules.check_may_handle(
        status=enquiry.status,
        owner_name=enquiry.owner.full_name if enquiry.owner else "",
        is_owner=taking_over or enquiry.owner == by,
    )


def _check_unmatched(enquiry: Enquiry) -> None:
    if enquiry.client is not None:
        raise RuleBroken(f"This enquiry is matched to {enquiry.client} already.")


def _own(enquiry: Enquiry, by: User) -> Enquiry:
    """Acting on an enquiry makes it one's own."""
    if enquiry.owner != by or enquiry.status == EnquiryStatus.NEW:
        enquiry.owner = by
        if enquiry.status == EnquiryStatus.NEW:
            enquiry.status = EnquiryStatus.IN_PROGRESS
        enquiry.save(update_fields=["owner", "status", "updated_at"])
        record("enquiry_taken", by=by, subject=enquiry)
    return enquiry


def _matched(enquiry: Enquiry, client: Client, by: User) -> Enquiry:
    _own(enquiry, by)
    enquiry.client = client
    enquiry.save(update_fields=["client", "updated_at"])
    record("enquiry_matched", by=by, subject=enquiry, client_id=client.pk)
    return enquiry
