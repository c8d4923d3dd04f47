"""Deeds on clients: done and audited, or refused and nothing changed."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.http import Http404
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients import services
from clinic.clients.models import (
    BreakGlassAccess,
    CareTeamMember,
    Client,
    ClientStatus,
    ContactPoint,
    RelatedPerson,
    SharingConsent,
)
from clinic.clients.rules import Contact, Related
from clinic.clients.services import ClientDetails
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC)
GRACE = ClientDetails(given_names="Grace", family_name="Hopper", birth_on=dt.date(1986, 12, 9))
PHONE = Contact(kind="phone", value="801-555-0100", may_call=True, may_text=True)
GUARDIAN = Related(kind="guardian", name="Eve", phone="801-555-0111")


def test_a_client_is_registered_with_contact(coordinator: User) -> None:
    client = services.register_client(
        details=GRACE, contact_points=[PHONE], related_people=[GUARDIAN], by=coordinator, now=NOW
    )
    point = ContactPoint.objects.get(client=client)
    assert (point.value, point.consented_on) == ("+18015550100", dt.date(2026, 3, 4))
    assert "18015550100" in Client.objects.get().search_text
    assert AuditEvent.objects.get(action="client_registered").client_id == client.pk


def test_a_minor_is_not_active_without_a_guardian(coordinator: User) -> None:
    young = replace(GRACE, birth_on=dt.date(2012, 1, 1))
    with pytest.raises(RuleBroken, match="under 18"):
        services.register_client(details=young, status=ClientStatus.ACTIVE, by=coordinator, now=NOW)
    client = services.register_client(details=young, by=coordinator, now=NOW)
    with pytest.raises(RuleBroken):
        services.change_status(client_id=client.pk, status="active", by=coordinator, now=NOW)
    services.set_related_people(client_id=client.pk, related_people=[GUARDIAN], by=coordinator, now=NOW)
    assert services.change_status(client_id=client.pk, status="active", by=coordinator, now=NOW).status == "active"
    with pytest.raises(RuleBroken):
        services.set_related_people(client_id=client.pk, related_people=[], by=coordinator, now=NOW)
    with pytest.raises(RuleBroken):
        services.edit_client(client_id=client.pk, version=1, details=young, related_people=[], by=coordinator, now=NOW)


def test_an_edit_rewrites_what_the_client_is_found_by(coordinator: User) -> None:
    client = services.register_client(details=GRACE, contact_points=[PHONE], by=coordinator, now=NOW)
    email = Contact(kind="email", value="g@mail.example")
    new = replace(GRACE, family_name="Murray")
    edited = services.edit_client(
        client_id=client.pk,
        version=1,
        details=new,
        contact_points=[email],
        related_people=[GUARDIAN],
        by=coordinator,
        now=NOW,
    )
    assert " murray " in edited.search_text
    assert "18015550100" not in edited.search_text
    assert ContactPoint.objects.get(ended_at=None).value == "g@mail.example"
    assert AuditEvent.objects.get(action="client_edited").detail["fields"] == [
        "contact_points",
        "family_name",
        "related_people",
    ]


def test_a_stale_edit_is_refused_with_what_now_stands(coordinator: User) -> None:
    client = services.register_client(details=GRACE, by=coordinator, now=NOW)
    services.edit_client(client_id=client.pk, version=1, details=replace(GRACE, city="Provo"), by=coordinator, now=NOW)
    with pytest.raises(StaleRecord) as stale:
        services.edit_client(client_id=client.pk, version=1, details=GRACE, by=coordinator, now=NOW)
    assert (stale.value.theirs["city"], stale.value.version) == ("Provo", 2)
    assert stale.value.theirs["needs_interpreter"] == "No"


def test_uses_of_a_phone_follow_what_is_given(coordinator: User) -> None:
    quiet = replace(PHONE, may_text=False)
    client = services.register_client(details=GRACE, contact_points=[quiet], by=coordinator, now=NOW)
    assert ContactPoint.objects.get().consented_on is None
    words = {"client_id": client.pk, "by": coordinator, "now": NOW}
    (point,) = services.set_contact_points(contact_points=[PHONE], **words)
    assert (point.may_text, point.consented_on) == (True, dt.date(2026, 3, 4))
    services.set_contact_points(contact_points=[replace(PHONE, label="home")], **words)
    services.set_contact_points(contact_points=[replace(PHONE, label="home")], **words)
    assert ContactPoint.objects.get().label == "home"


def test_the_same_people_stay_the_same_rows(coordinator: User) -> None:
    client = services.register_client(details=GRACE, related_people=[GUARDIAN], by=coordinator, now=NOW)
    kept = RelatedPerson.objects.get()
    other = replace(GUARDIAN, kind="emergency")
    found = services.set_related_people(client_id=client.pk, related_people=[GUARDIAN, other], by=coordinator, now=NOW)
    assert kept in found
    assert len(found) == 2
    services.set_related_people(client_id=client.pk, related_people=[other], by=coordinator, now=NOW)
    kept.refresh_from_db()
    assert kept.ended_at == NOW


def test_a_missing_client_is_not_found(coordinator: User) -> None:
    with pytest.raises(Http404):
        services.change_status(client_id=uuid.uuid4(), status="active", by=coordinator, now=NOW)


def test_a_new_lead_takes_over(ada: Client, prescriber: User, stranger: User, coordinator: User) -> None:
    words = {"client_id": ada.pk, "by": coordinator, "now": NOW}
    services.add_team_member(user=stranger, role="prescriber", **words)
    leads = CareTeamMember.objects.filter(client=ada, role="prescriber", is_lead=True)
    assert [lead.user for lead in leads] == [stranger]
    services.add_team_member(user=UserFactory(), role="prescriber", is_lead=False, **words)
    assert leads.count() == 1
    with pytest.raises(RuleBroken, match="already"):
        services.add_team_member(user=prescriber, role="prescriber", **words)
    third = UserFactory()
    services.add_team_member(user=third, role="prescriber", **words)
    assert [lead.user for lead in leads.all()] == [third]
    assert AuditEvent.objects.filter(action="care_team_joined", client_id=ada.pk).count() == 3


def test_ending_a_link_says_who_ended_it_and_once(ada: Client, prescriber: User, coordinator: User) -> None:
    link = CareTeamMember.objects.get(user=prescriber)
    services.end_team_member(member_id=link.pk, by=coordinator, now=NOW)
    link.refresh_from_db()
    assert (link.ended_at, link.ended_by) == (NOW, coordinator)
    with pytest.raises(Http404):
        services.end_team_member(member_id=link.pk, by=coordinator, now=NOW)


def test_consent_is_given_once_taken_back_and_given_again(ada: Client, prescriber: User) -> None:
    words = {"client_id": ada.pk, "by": prescriber, "now": NOW}
    with pytest.raises(RuleBroken, match="already"):
        services.give_sharing_consent(given_on=dt.date(2026, 3, 4), **words)
    services.revoke_sharing_consent(**words)
    with pytest.raises(RuleBroken):
        services.revoke_sharing_consent(**words)
    for wrong in (dt.date(2026, 3, 5), dt.date(1980, 1, 1)):
        with pytest.raises(RuleBroken):
            services.give_sharing_consent(given_on=wrong, **words)
    services.give_sharing_consent(given_on=dt.date(2026, 3, 4), **words)
    assert SharingConsent.objects.count() == 2
    assert AuditEvent.objects.filter(action__startswith="sharing_consent", client_id=ada.pk).count() == 2


def test_the_emergency_door_opens_one_chart(ada: Client, stranger: User) -> None:
    now = timezone.now()
    access = services.use_break_glass(
        family_name=" BYRON", birth_on=ada.birth_on, reason="Collapsed in the waiting room", by=stranger, now=now
    )
    assert (access.client, access.expires_at) == (ada, now + dt.timedelta(minutes=60))
    assert services.open_chart(client_id=ada.pk, by=stranger, page="chart") == ada
    assert AuditEvent.objects.filter(action="break_glass_used", client_id=ada.pk).exists()


@pytest.mark.parametrize(
    ("name", "born"), [("Byro", dt.date(1990, 12, 10)), ("Byron", dt.date(1990, 12, 11)), ("-", dt.date(1990, 12, 10))]
)
def test_only_an_exact_name_and_date_open_a_chart(ada: Client, stranger: User, name: str, born: dt.date) -> None:
    with pytest.raises(RuleBroken, match="No chart was opened"):
        services.use_break_glass(family_name=name, birth_on=born, reason="Collapsed in the room", by=stranger, now=NOW)


def test_a_shared_name_and_date_open_neither(ada: Client, stranger: User) -> None:
    ClientFactory(family_name="Byron")
    with pytest.raises(RuleBroken):
        services.use_break_glass(
            family_name="Byron", birth_on=ada.birth_on, reason="Collapsed in the room", by=stranger, now=NOW
        )
    assert not BreakGlassAccess.objects.exists()


def test_another_person_reviews_an_access(ada: Client, stranger: User, auditor: User) -> None:
    access = services.use_break_glass(
        family_name="Byron", birth_on=ada.birth_on, reason="Collapsed in the room", by=stranger, now=NOW
    )
    with pytest.raises(RuleBroken):
        services.review_break_glass(access_id=access.pk, note="fine", by=stranger, now=NOW)
    services.review_break_glass(access_id=access.pk, note="Justified", by=auditor, now=NOW)
    with pytest.raises(RuleBroken):
        services.review_break_glass(access_id=access.pk, note="again", by=auditor, now=NOW)
    with pytest.raises(Http404):
        services.review_break_glass(access_id=uuid.uuid4(), note="x", by=auditor, now=NOW)
    assert AuditEvent.objects.filter(action="break_glass_reviewed").count() == 1


def test_reading_contact_is_audited_and_out_of_scope_is_missing(ada: Client, prescriber: User, stranger: User) -> None:
    services.open_contact(client_id=ada.pk, by=prescriber)
    with pytest.raises(Http404):
        services.open_contact(client_id=ada.pk, by=stranger)
    with pytest.raises(Http404):
        services.open_chart(client_id=ada.pk, by=stranger, page="chart")
    actions = set(AuditEvent.objects.filter(client_id=ada.pk).values_list("action", flat=True))
    assert actions == {"contact_read", "contact_refused", "chart_refused"}
