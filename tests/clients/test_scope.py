"""Who may see whom: the care team, the client's consent to share, and the emergency door."""

import datetime as dt

import pytest
from django.utils import timezone

from clinic.clients.models import BreakGlassAccess, CareTeamMember, Client, SharingConsent
from clinic.clients.queries import in_open_charts
from clinic.staff.models import User


def names_open_to(user: User) -> list[Client]:
    """The scope in both of its forms: client by client, and for lists the keys read once."""
    found = list(Client.objects.charts_open_to(user))
    assert list(Client.objects.filter(in_open_charts(user, "pk"))) == found
    return found


def test_a_chart_is_open_to_its_care_team(ada: Client, prescriber: User, therapist: User, coordinator: User) -> None:
    assert [names_open_to(u) for u in (prescriber, therapist, coordinator)] == [[ada]] * 3


def test_a_chart_is_closed_to_a_prescriber_on_no_team(ada: Client, stranger: User) -> None:
    assert names_open_to(stranger) == []
    assert not Client.objects.visible_to(stranger).exists()


def test_an_ended_link_closes_the_chart(ada: Client, prescriber: User) -> None:
    CareTeamMember.objects.filter(user=prescriber).update(ended_at=timezone.now(), ended_by=prescriber)
    assert names_open_to(prescriber) == []


def test_a_therapist_needs_the_clients_consent_to_share(ada: Client, therapist: User, prescriber: User) -> None:
    SharingConsent.objects.update(revoked_at=timezone.now(), revoked_by=prescriber)
    assert names_open_to(therapist) == []
    assert list(Client.objects.visible_to(therapist)) == [ada]
    assert names_open_to(prescriber) == [ada]


@pytest.mark.parametrize(("minutes", "sees"), [(30, True), (-1, False)])
def test_break_glass_opens_a_chart_until_it_expires(ada: Client, stranger: User, minutes: int, sees: bool) -> None:
    now = timezone.now()
    BreakGlassAccess.objects.create(
        client=ada,
        user=stranger,
        reason="Collapsed in the waiting room",
        opened_at=now - dt.timedelta(hours=1),
        expires_at=now + dt.timedelta(minutes=minutes),
    )
    assert names_open_to(stranger) == ([ada] if sees else [])


def test_administrator_sees_contact_but_no_chart(ada: Client, administrator: User, auditor: User) -> None:
    assert list(Client.objects.visible_to(administrator)) == [ada]
    assert names_open_to(administrator) == []
    assert not Client.objects.visible_to(auditor).exists()
