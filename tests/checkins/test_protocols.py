"""The clinic sets when check-ins are asked: the deed, the page, and what it changes in what is planned."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins import queries
from clinic.checkins.models import CheckIn, CheckInState, ProtocolChange
from clinic.checkins.rules import DEFAULTS, Occasion, Protocol
from clinic.checkins.services import plan_checkins, protocols, set_protocol
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.checkins.conftest import JUNE_1
from tests.factories.scales import ContentPackFactory

pytestmark = pytest.mark.django_db
DAY_3 = Protocol(Occasion.DAY_4, 2)
SENT = {
    "occasion": "day_4",
    "version": "0",
    "is_on": "on",
    "days": "2",
    "silent_after_hours": "24",
    "silences_told": "3",
}


def test_a_protocol_is_set_numbered_and_audited(prescriber: User) -> None:
    change = set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1)
    assert change is not None
    assert (change.number, str(change)) == (1, "Side effects, early in a step")
    assert queries.protocols_in_force() == {**DEFAULTS, Occasion.DAY_4: DAY_3}
    set_protocol(protocol=replace(DAY_3, is_on=False), version=1, by=prescriber, now=JUNE_1)
    assert not queries.protocols_in_force()[Occasion.DAY_4].is_on
    assert AuditEvent.objects.filter(action="checkin_protocol_set", by=prescriber).count() == 2


def test_the_same_again_changes_nothing(prescriber: User) -> None:
    assert set_protocol(protocol=DEFAULTS[Occasion.DAY_4], version=0, by=prescriber, now=JUNE_1) is None
    set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1)
    assert set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1) is None
    assert ProtocolChange.objects.count() == 1


def test_what_was_set_meanwhile_is_not_overwritten(prescriber: User, monkeypatch: pytest.MonkeyPatch) -> None:
    set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1)
    with pytest.raises(StaleRecord) as stale:
        set_protocol(protocol=replace(DAY_3, days=4), version=0, by=prescriber, now=JUNE_1)
    assert (stale.value.version, stale.value.theirs) == (1, {"when": "2 days after a step begins"})
    monkeypatch.setattr(protocols, "_is_kept", lambda change: False)
    with pytest.raises(StaleRecord):
        set_protocol(protocol=replace(DAY_3, days=4), version=1, by=prescriber, now=JUNE_1)


def test_a_refused_protocol_is_not_kept(prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="1 to 28 days"):
        set_protocol(protocol=replace(DAY_3, days=0), version=0, by=prescriber, now=JUNE_1)
    assert not ProtocolChange.objects.exists()


def test_what_was_set_cannot_be_changed_in_the_database(prescriber: User) -> None:
    set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        ProtocolChange.objects.update(days=9)


def test_what_has_not_left_moves_with_its_protocol(dose_plan: DosePlan, prescriber: User) -> None:
    plan_checkins(now=JUNE_1)
    set_protocol(protocol=DAY_3, version=0, by=prescriber, now=JUNE_1)
    set_protocol(
        protocol=replace(DEFAULTS[Occasion.BEFORE_NEXT_STEP], is_on=False), version=0, by=prescriber, now=JUNE_1
    )
    assert not queries.still_wanted([CheckIn.objects.get(due_on=dt.date(2026, 6, 4)).pk])
    plan_checkins(now=JUNE_1)
    planned = CheckIn.objects.filter(state=CheckInState.PLANNED).order_by("due_on")
    assert [(row.occasion, row.due_on.day) for row in planned] == [("day_4", 3), ("day_4", 10), ("day_14", 14)]


@pytest.mark.parametrize("who", ["prescriber", "administrator"])
def test_the_page_shows_all_and_sets_one(browser: Browser, who: str, request: pytest.FixtureRequest) -> None:
    browser.force_login(request.getfixturevalue(who))
    address = reverse("checkins:protocols")
    page = browser.get(address).text
    assert page.count("as delivered") == len(Occasion)
    assert browser.post(address, SENT).status_code == 302
    assert queries.protocols_in_force()[Occasion.DAY_4] == Protocol(
        Occasion.DAY_4, 2, silent_after_hours=24, silences_told=3
    )
    assert "2 days after a step begins" in browser.get(address).text
    off = browser.post(address, {**SENT, "version": "1", "is_on": ""}, follow=True)
    assert "Not asked" in off.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": "400"}, "Choose 1 to 28 days."),
        ({"days": "two"}, "Enter a whole number."),
        ({"version": "9999999"}, "Somebody changed this meanwhile"),
    ],
)
def test_a_refusal_stands_in_its_own_form(browser: Browser, prescriber: User, wrong: dict[str, str], said: str) -> None:
    browser.force_login(prescriber)
    page = browser.post(reverse("checkins:protocols"), {**SENT, **wrong})
    assert page.status_code == 422
    assert said in page.text
    assert page.text.count("is-invalid") <= 1
    assert not ProtocolChange.objects.exists()


def test_an_unknown_occasion_sets_nothing(browser: Browser, prescriber: User) -> None:
    browser.force_login(prescriber)
    assert browser.post(reverse("checkins:protocols"), {**SENT, "occasion": "x"}).status_code == 200
    assert not ProtocolChange.objects.exists()


def test_a_protocol_may_name_any_scale_that_a_client_fills_in_alone(prescriber: User, dose_plan: DosePlan) -> None:
    named = replace(DEFAULTS[Occasion.DAY_4], instrument="pcl5")
    set_protocol(protocol=named, version=0, by=prescriber, now=JUNE_1)
    assert queries.protocols_in_force()[Occasion.DAY_4] == named
    plan_checkins(now=JUNE_1)
    assert {row.instrument for row in CheckIn.objects.filter(occasion=Occasion.DAY_4)} == {"pcl5"}


@pytest.mark.parametrize("instrument", ["aims", "auditc", "nothing"])
def test_what_a_client_cannot_answer_alone_is_in_no_protocol(prescriber: User, instrument: str) -> None:
    with pytest.raises(RuleBroken, match="fill in alone"):
        set_protocol(protocol=replace(DAY_3, instrument=instrument), version=0, by=prescriber, now=JUNE_1)


def test_the_page_offers_the_scales_and_the_clinics_own(browser: Browser, prescriber: User) -> None:
    ContentPackFactory(accepted_by=prescriber)
    browser.force_login(prescriber)
    assert '<option value="rest2">Rest-2</option>' in browser.get(reverse("checkins:protocols")).content.decode()
    browser.post(reverse("checkins:protocols"), {**SENT, "instrument": "rest2"})
    assert queries.protocols_in_force()[Occasion.DAY_4].instrument == "rest2"
