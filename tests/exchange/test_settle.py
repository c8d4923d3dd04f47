"""A person says which of two differing values is right."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.exchange.models import ImportDifference
from clinic.exchange.services import settle_difference
from clinic.intake.models import Allergy, ProblemHistory
from clinic.monitoring.models import Measurement
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.exchange.bundles import bundle, condition, observation, patient, resource, run
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
    assert b"Birth date" in shown
    assert b"May 18, 1980" in shown
    assert b"1980-05" not in shown
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


def take_theirs(field: str, by: User) -> None:
    settle_difference(
        difference_id=ImportDifference.objects.get(field=field, settled_at=None).pk,
        kept="theirs",
        by=by,
        now=timezone.now(),
    )


def test_a_choice_that_is_none_and_a_closed_chart_are_refused(
    differing: Client, coordinator: User, stranger: User
) -> None:
    row = ImportDifference.objects.get(field="began_on")
    with pytest.raises(RuleBroken, match="Choose which"):
        settle_difference(difference_id=row.pk, kept="neither", by=coordinator, now=timezone.now())
    with pytest.raises(Http404):
        settle_difference(difference_id=row.pk, kept="theirs", by=stranger, now=timezone.now())
    assert str(ProblemHistory.objects.get().began_on) == "2011-01-01"


def charted(*, at: str, kilos: float, substance: str, began: str) -> dict[str, object]:
    return bundle(
        patient(),
        observation("o1", "29463-7", kilos) | {"effectiveDateTime": at},
        resource("AllergyIntolerance", "a1", code={"text": substance}),
        condition(onsetDateTime=began),
    )


def test_what_is_taken_from_a_chart_is_taken_in_its_own_kind(tmp_path: Path, coordinator: User) -> None:
    """A moment, an amount, a text, and a date that the chart does not state any more."""
    run(tmp_path, charted(at="2019-03-04T10:00:00Z", kilos=80, substance="Penicillin", began="2010-01-01"))
    CareTeamMemberFactory(client=Client.objects.get(), user=coordinator)
    Measurement.objects.update(taken_at="2019-03-05T10:00:00Z", value=82)
    Allergy.objects.update(substance="Amoxicillin")
    ProblemHistory.objects.update(began_on="2012-01-01")
    run(tmp_path, charted(at="2019-03-06T10:00:00Z", kilos=84.5, substance="Ampicillin", began=""))
    for field in ("taken_at", "value", "substance", "began_on"):
        take_theirs(field, coordinator)
    weight = Measurement.objects.get()
    assert (weight.taken_at.isoformat(), weight.value) == ("2019-03-06T10:00:00+00:00", Decimal("84.5"))
    assert Allergy.objects.get().substance == "Ampicillin"
    assert ProblemHistory.objects.get().began_on is None
    assert not ImportDifference.objects.open().exists()
