"""A person says which of two differing values is right."""

from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.exchange.models import ImportDifference
from clinic.intake.models import ProblemHistory
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.exchange.bundles import bundle, condition, patient, run
from tests.factories.clients import CareTeamMemberFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("exchange:differences")


@pytest.fixture
def differing(tmp_path: Path, coordinator: User) -> Client:
    """A client whose city, birth date and problem were changed here, and then by a newer chart."""
    run(tmp_path, bundle(patient(), condition()))
    client = Client.objects.get()
    Client.objects.update(city="Moab", birth_on="1980-05-18")
    ProblemHistory.objects.update(began_on="2011-01-01")
    CareTeamMemberFactory(client=client, user=coordinator)
    newer = patient(address=[{"city": "Ogden"}], birthDate="1980-05-19")
    run(tmp_path, bundle(newer, condition(onsetDateTime="2012-02-02")))
    return client


def settle(browser: Browser, field: str, kept: str) -> int:
    row = ImportDifference.objects.get(field=field)
    return browser.post(reverse("exchange:settle", args=[row.pk]), {"kept": kept}).status_code


def test_differences_are_shown_and_settled(browser: Browser, differing: Client, coordinator: User) -> None:
    browser.force_login(coordinator)
    shown = browser.get(PAGE).content
    assert b"Moab" in shown
    assert b"Ogden" in shown
    assert AuditEvent.objects.filter(action="differences_read", client_id=differing.pk).exists()
    assert WorkItem.objects.get().closed_at is None
    for field, kept in (("city", "ours"), ("birth_on", "theirs"), ("began_on", "theirs")):
        assert settle(browser, field, kept) == 302
    differing.refresh_from_db()
    assert (differing.city, str(differing.birth_on)) == ("Moab", "1980-05-19")
    assert "19800519" in differing.search_text
    assert str(ProblemHistory.objects.get().began_on) == "2012-02-02"
    assert WorkItem.objects.get().outcome == "done"
    assert AuditEvent.objects.filter(action="import_difference_settled").count() == 3
    assert b"Nothing to settle" in browser.get(PAGE).content


def test_a_difference_is_settled_once_and_with_a_choice(browser: Browser, differing: Client, coordinator: User) -> None:
    browser.force_login(coordinator)
    assert settle(browser, "city", "neither") == 422
    assert settle(browser, "city", "ours") == 302
    assert settle(browser, "city", "theirs") == 422
    differing.refresh_from_db()
    assert differing.city == "Moab"


def test_the_chart_of_others_stays_closed(browser: Browser, differing: Client, coordinator: User) -> None:
    differing.care_team.update(ended_at=differing.created_at, ended_by=coordinator)
    browser.force_login(coordinator)
    assert settle(browser, "began_on", "theirs") == 404
    assert settle(browser, "city", "ours") == 302


def test_only_coordinators_settle(browser: Browser, prescriber: User) -> None:
    browser.force_login(prescriber)
    assert browser.get(PAGE).status_code == 403
