"""A trainee signs, and the note waits for the supervisor's signature."""

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.visits import services
from clinic.visits.models import CoSignature, FollowUpVisit
from clinic.visits.rules.note import NotReady
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import draft, signed, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(prescriber: User) -> User:
    """The prescriber of the cast is a trainee of theirs."""
    supervisor = UserFactory(full_name="Dr. Senior")
    prescriber.supervisor = supervisor
    prescriber.save(update_fields=["supervisor"])
    return supervisor


@pytest.fixture
def on_team(ada: Client, supervisor: User) -> User:
    CareTeamMemberFactory(client=ada, is_lead=False, user=supervisor)
    return supervisor


def cosign(visit: FollowUpVisit, by: User) -> CoSignature:
    return services.cosign_visit(visit_id=visit.pk, by=by, now=NOW)


def test_a_supervisor_who_may_not_read_the_chart_keeps_it_from_being_signed(
    browser: Browser, ada: Client, prescriber: User, supervisor: User
) -> None:
    visit = written(ada, prescriber, NOW)
    with pytest.raises(NotReady, match=r"Dr\. Senior co-signs your notes and is not on this client's care team"):
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    browser.force_login(prescriber)
    sent = {"version": "2", "subjective": "x", "assessment": "", "risk_answer": "none"}
    refused = browser.post(reverse("visits:sign", args=[visit.pk]), sent)
    assert refused.text.count("Dr. Senior co-signs your notes") == 2


def test_no_note_waits_for_a_supervisor_who_works_here_no_longer(ada: Client, prescriber: User, on_team: User) -> None:
    visit = written(ada, prescriber, NOW)
    User.objects.get_queryset().filter(pk=on_team.pk).update(is_active=False)
    with pytest.raises(NotReady, match=r"Dr\. Senior, who co-signs your notes, works here no longer"):
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    visit.refresh_from_db()
    assert visit.signed_at is None


def test_it_waits_on_the_supervisors_home_until_it_is_co_signed(
    browser: Browser, ada: Client, prescriber: User, on_team: User
) -> None:
    visit = signed(ada, prescriber, NOW)
    assert visit.supervisor == on_team
    browser.force_login(on_team)
    assert "Visit note to co-sign" in browser.get("/").text
    assert "Signed, to be co-signed" in browser.get(visit.get_absolute_url()).text
    address = reverse("visits:cosign", args=[visit.pk])
    assert "Co-signed by Dr. Senior" in browser.post(address, follow=True).text
    assert browser.post(address, follow=True).status_code == 200
    assert CoSignature.objects.get().content_hash == visit.content_hash
    assert AuditEvent.objects.filter(action="visit_cosigned").count() == 1
    assert "Visit note to co-sign" not in browser.get("/").text


def test_nobody_else_co_signs(
    browser: Browser, ada: Client, prescriber: User, on_team: User, stranger: User, therapist: User
) -> None:
    visit = signed(ada, prescriber, NOW)
    own = draft(ada, on_team, NOW)
    for by, to, words in (
        (prescriber, visit, "does not wait for your signature"),
        (on_team, own, "not signed yet"),
        (therapist, visit, "Only a prescriber"),
    ):
        with pytest.raises(RuleBroken, match=words):
            cosign(to, by)
    for by, to in ((stranger, visit), (prescriber, own)):
        with pytest.raises(Http404):
            cosign(to, by)
    browser.force_login(prescriber)
    refused = browser.post(reverse("visits:cosign", args=[visit.pk]), follow=True)
    assert "does not wait for your signature" in refused.text


def test_the_database_takes_no_other_signature_and_changes_none(ada: Client, prescriber: User, on_team: User) -> None:
    visit = signed(ada, prescriber, NOW)
    wrong = {"visit": visit, "at": NOW, "content_hash": "x"}
    with pytest.raises(DatabaseError, match="only the supervisor"), transaction.atomic():
        CoSignature.objects.create(by=prescriber, **wrong)
    given = cosign(visit, on_team)
    for change in (given.delete, given.save):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
