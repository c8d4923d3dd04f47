"""Enquiries: received once, handled by one person, turned into a client with a care team."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import CareTeamMember, Client, ContactPoint, RelatedPerson
from clinic.core.rules import RuleBroken
from clinic.intake import queries, services
from clinic.intake.models import Enquiry, EnquiryStatus
from clinic.scheduling.models import AppointmentStatus
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.clients import ClientFactory
from tests.factories.intake import RECEIVED, EnquiryFactory, TherapistReferralFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory

NOW = RECEIVED
DAY = dt.timedelta(days=1)
TOLD: dict[str, Any] = {
    "given_names": " Grace ",
    "family_name": "Hopper",
    "birth_on": dt.date(1985, 12, 9),
    "phone": "801 555 0142",
    "email": "Grace@Example.org",
    "contact_wish": "text",
    "what_is_going_on": "I cannot sleep.",
    "now": NOW,
}


@pytest.fixture
def colleague(db: None) -> User:
    return UserFactory(acting_role=Role.COORDINATOR, full_name="Carl Colleague")


def test_an_enquiry_is_kept_as_told(db: None) -> None:
    enquiry = services.receive_enquiry(**TOLD)
    assert (enquiry.given_names, enquiry.phone, enquiry.email) == ("Grace", "+18015550142", "grace@example.org")
    assert enquiry.status == EnquiryStatus.NEW
    event = AuditEvent.objects.get(action="enquiry_received")
    assert event.by is None
    assert event.detail == {}


def test_the_same_page_sent_twice_is_one_enquiry(db: None) -> None:
    nonce = uuid4()
    first = services.receive_enquiry(**TOLD, nonce=nonce)
    assert services.receive_enquiry(**TOLD, nonce=nonce) == first
    assert Enquiry.objects.count() == 1
    assert AuditEvent.objects.filter(action="enquiry_received").count() == 1


def test_the_same_page_sent_late_again_is_one_enquiry_but_other_words_on_it_are_kept(db: None) -> None:
    nonce, later = uuid4(), NOW + dt.timedelta(minutes=11)
    first = services.receive_enquiry(**TOLD, nonce=nonce)
    assert services.receive_enquiry(**TOLD | {"now": later}, nonce=nonce) == first
    worse = TOLD | {"what_is_going_on": "It is worse now.", "now": later}
    second = services.receive_enquiry(**worse, nonce=nonce)
    assert services.receive_enquiry(**worse, nonce=nonce) == second
    assert {one.what_is_going_on for one in Enquiry.objects.all()} == {
        first.what_is_going_on, "It is worse now.",
    }  # fmt: skip
    assert AuditEvent.objects.filter(action="enquiry_received").count() == 2


def test_the_same_words_count_as_new_after_ten_minutes(db: None) -> None:
    first = services.receive_enquiry(**TOLD, nonce=uuid4())
    again = TOLD | {"now": NOW + dt.timedelta(minutes=9)}
    assert services.receive_enquiry(**again, nonce=uuid4()) == first
    later = TOLD | {"now": NOW + dt.timedelta(minutes=11)}
    assert services.receive_enquiry(**later, nonce=uuid4()) != first


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "", "email": ""}, "phone"),
        ({"phone": ""}, "phone"),
        ({"contact_wish": "email", "email": ""}, "email"),
        ({"phone": "12"}, "phone"),
        ({"email": "nowhere"}, "email"),
        ({"birth_on": dt.date(2026, 3, 3)}, "birth_on"),
        ({"birth_on": dt.date(2012, 1, 1)}, "guardian_name"),
    ],
)
def test_what_cannot_be_answered_is_refused_beside_its_field(db: None, change: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.receive_enquiry(**TOLD | change)
    assert refused.value.field == field


def test_one_coordinator_handles_an_enquiry(coordinator: User, colleague: User) -> None:
    enquiry = EnquiryFactory()
    services.take_enquiry(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    services.take_enquiry(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    assert AuditEvent.objects.filter(action="enquiry_taken").count() == 1
    with pytest.raises(RuleBroken, match="Cora Coordinator is handling"):
        services.make_client(enquiry_id=enquiry.pk, by=colleague, now=NOW)
    taken = services.take_enquiry(enquiry_id=enquiry.pk, take_over=True, by=colleague, now=NOW)
    assert taken.owner == colleague
    with pytest.raises(Http404):
        services.take_enquiry(enquiry_id=uuid4(), by=colleague, now=NOW)


def test_the_client_is_made_once_and_reached_only_as_wished(coordinator: User) -> None:
    enquiry = services.receive_enquiry(**TOLD)
    client = services.make_client(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    assert services.make_client(enquiry_id=enquiry.pk, by=coordinator, now=NOW) == client
    phone = ContactPoint.objects.get(client=client, kind="phone")
    email = ContactPoint.objects.get(client=client, kind="email")
    assert (phone.may_text, phone.may_call, phone.may_leave_voicemail, phone.is_preferred) == (True, False, False, True)
    assert (email.may_email, email.is_preferred) == (False, False)
    enquiry.refresh_from_db()
    assert (enquiry.client, enquiry.owner, enquiry.status) == (client, coordinator, EnquiryStatus.IN_PROGRESS)


def test_who_gave_no_phone_is_reached_by_email_alone(coordinator: User) -> None:
    enquiry = services.receive_enquiry(**TOLD | {"phone": "", "contact_wish": "email"})
    client = services.make_client(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    point = ContactPoint.objects.get(client=client)
    assert (point.kind, point.may_email, point.is_preferred) == ("email", True, True)


def test_a_minor_brings_the_guardian(coordinator: User) -> None:
    minor = TOLD | {"birth_on": dt.date(2012, 1, 1), "guardian_name": "Mary Hopper"}
    enquiry = services.receive_enquiry(**minor)
    client = services.make_client(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    assert RelatedPerson.objects.get(client=client).name == "Mary Hopper"
    alone = services.receive_enquiry(**minor | {"guardian_name": "none"})
    other = services.make_client(enquiry_id=alone.pk, by=coordinator, now=NOW)
    assert not RelatedPerson.objects.filter(client=other).exists()


def test_an_enquiry_is_matched_to_one_client(coordinator: User, ada: Client) -> None:
    enquiry = EnquiryFactory(contact_wish="email", email="g@example.org", phone="")
    by = {"enquiry_id": enquiry.pk, "by": coordinator, "now": NOW}
    with pytest.raises(Http404):
        services.match_client(client_id=uuid4(), **by)
    services.match_client(client_id=ada.pk, **by)
    services.match_client(client_id=ada.pk, **by)
    assert AuditEvent.objects.filter(action="enquiry_matched").count() == 1
    with pytest.raises(RuleBroken, match="matched to Ada Byron already"):
        services.match_client(client_id=ClientFactory().pk, **by)
    services.take_enquiry(**by)
    assert services.make_client(**by) == ada


def test_the_care_team_is_put_together_without_doubles(coordinator: User, prescriber: User, therapist: User) -> None:
    enquiry = EnquiryFactory()
    team = {"prescriber": prescriber, "therapist": therapist, "by": coordinator, "now": NOW}
    with pytest.raises(RuleBroken, match="Match this enquiry"):
        services.assign_care_team(enquiry_id=enquiry.pk, **team)
    client = services.make_client(enquiry_id=enquiry.pk, by=coordinator, now=NOW)
    services.assign_care_team(enquiry_id=enquiry.pk, **team)
    services.assign_care_team(enquiry_id=enquiry.pk, **team | {"therapist": None})
    members = CareTeamMember.objects.live().filter(client=client)
    assert {m.user for m in members} == {coordinator, prescriber, therapist}
    assert members.count() == 3


def test_closing_needs_a_reason_and_can_be_undone(coordinator: User, colleague: User) -> None:
    enquiry = EnquiryFactory()
    by = {"enquiry_id": enquiry.pk, "by": coordinator, "now": NOW}
    with pytest.raises(RuleBroken, match="Say why"):
        services.close_enquiry(reason=" ", **by)
    services.close_enquiry(reason="Moved away", **by)
    services.close_enquiry(reason="Moved away", **by)
    assert AuditEvent.objects.filter(action="enquiry_closed").count() == 1
    with pytest.raises(RuleBroken, match="is closed"):
        services.make_client(enquiry_id=enquiry.pk, by=colleague, now=NOW)
    opened = services.reopen_enquiry(enquiry_id=enquiry.pk, by=colleague, now=NOW)
    assert (opened.status, opened.owner, opened.closed_at) == (EnquiryStatus.IN_PROGRESS, colleague, None)
    assert services.reopen_enquiry(**by).owner == colleague


def test_the_queue_sees_what_is_booked(coordinator: User, ada: Client, therapist: User) -> None:
    old, new = EnquiryFactory(received_at=NOW - 3 * DAY), EnquiryFactory(client=ada)
    referral = TherapistReferralFactory(client=ada, referred_by=therapist, urgency="soon", referred_at=NOW - DAY)
    assert [row.pk for row in queries.queue(show="waiting", now=NOW)] == [old.pk, referral.pk, new.pk]
    assert [row.days for row in queries.queue(show="waiting", now=NOW)] == [3, 1, 0]
    time = AppointmentFactory(client=ada, starts_at=NOW + DAY)
    assert [row.pk for row in queries.queue(show="waiting", now=NOW)] == [old.pk]
    assert {row.pk for row in queries.queue(show="booked", now=NOW)} == {new.pk, referral.pk}
    assert services.note_bookings(now=NOW) == 1
    assert services.note_bookings(now=NOW) == 0
    new.refresh_from_db()
    assert new.status == EnquiryStatus.BOOKED
    time.status, time.cancelled_at = AppointmentStatus.CANCELLED, NOW
    time.save()
    assert len(queries.queue(show="waiting", now=NOW)) == 3


def test_a_therapist_refers_once_with_a_question(ada: Client, therapist: User, stranger: User) -> None:
    ask = {"client_id": ada.pk, "now": NOW}
    with pytest.raises(Http404):
        services.refer_client(question="Sleep?", by=stranger, **ask)
    with pytest.raises(RuleBroken, match="Write the question"):
        services.refer_client(question=" ", by=therapist, **ask)
    first = services.refer_client(question="Sleep?", by=therapist, **ask)
    assert services.refer_client(question="Sleep? ", by=therapist, **ask) == first
    with pytest.raises(RuleBroken, match="waiting already"):
        services.refer_client(question="Mood?", by=therapist, **ask)


def test_a_referral_is_dealt_with_by_one(ada: Client, therapist: User, coordinator: User, colleague: User) -> None:
    referral = TherapistReferralFactory(client=ada, referred_by=therapist)
    services.handle_referral(referral_id=referral.pk, by=coordinator, now=NOW)
    services.handle_referral(referral_id=referral.pk, by=coordinator, now=NOW)
    with pytest.raises(RuleBroken, match="Cora Coordinator has dealt"):
        services.handle_referral(referral_id=referral.pk, by=colleague, now=NOW)
    assert [row.pk for row in queries.queue(show="closed", now=NOW)] == [referral.pk]
