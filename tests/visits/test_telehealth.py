"""A visit by telehealth: identity and place each time, consent each year; and what is open before it is signed."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.messaging.models import Reminder
from clinic.scheduling.models import Modality
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit, TelehealthConsent
from clinic.visits.rules import telehealth as rules
from clinic.visits.rules.decisions import field_name
from clinic.visits.rules.note import Note, NotReady
from tests.factories.clients import ContactPointFactory
from tests.factories.scales import ScaleResponseFactory
from tests.factories.scheduling import AppointmentFactory
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
WHOLE = {"identity": "yes", "location": "12 Elm Street, Provo", "consent": "yes"}
TODAY = dt.date(2026, 3, 12)


def note(**said: str) -> Note:
    return Note(assessment="Improved.", risk_answer="none", telehealth=said)


def far(client: Client, by: User, said: dict[str, str], now: dt.datetime = NOW) -> FollowUpVisit:
    """A draft by telehealth."""
    visit = services.start_visit(client_id=client.pk, by=by, now=now, modality=Modality.TELEHEALTH)
    return services.save_visit(visit_id=visit.pk, version=visit.version, note=note(**said), by=by, now=now)


@pytest.mark.parametrize(
    ("given_on", "is_valid"),
    [
        (None, False),
        (dt.date(2025, 3, 12), False),
        (dt.date(2025, 3, 13), True),
        (dt.date(2026, 3, 12), True),
        (dt.date(2024, 12, 31), False),
    ],
)
def test_a_consent_holds_for_a_year(given_on: dt.date | None, is_valid: bool) -> None:
    assert rules.is_consent_valid(given_on, TODAY) is is_valid


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["tele_identity", "tele_location", "tele_consent"]),
        ({"identity": "yes", "location": "Home"}, ["tele_consent"]),
        ({**WHOLE, "location": "x" * 301}, ["tele_location"]),
        (WHOLE, []),
    ],
)
def test_what_a_visit_by_telehealth_needs(said: dict[str, str], fields: list[str]) -> None:
    missing = rules.missing_for_telehealth(note(**said), modality="telehealth", consented_on=None, today=TODAY)
    assert [problem.field for problem in missing] == fields
    assert rules.missing_for_telehealth(note(), modality="in_person", consented_on=None, today=TODAY) == []


def test_the_record_as_it_is_read() -> None:
    lines = rules.telehealth_words({"identity": "yes", "location": "Home", "callback": ""})
    assert [line.words for line in lines] == ["verified", "Home"]


def test_it_is_signed_with_its_consent_which_serves_the_next_visit_too(ada: Client, prescriber: User) -> None:
    visit = far(ada, prescriber, {"identity": "yes", "location": "Home"})
    with pytest.raises(NotReady, match="none of the last twelve months"):
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    visit = far(ada, prescriber, WHOLE)
    services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    consent = TelehealthConsent.objects.get()
    assert (consent.client, consent.given_on) == (ada, TODAY)
    for change in (TelehealthConsent.objects.all().delete, lambda: TelehealthConsent.objects.update(given_on=TODAY)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    later = far(ada, prescriber, {"identity": "yes", "location": "Home"}, NOW + dt.timedelta(days=30))
    services.sign_visit(visit_id=later.pk, by=prescriber, now=NOW + dt.timedelta(days=30))
    assert TelehealthConsent.objects.count() == 1


def test_kind_and_way_to_meet_come_from_the_appointment(ada: Client, prescriber: User) -> None:
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="brief", modality="telehealth")
    visit = services.start_visit(client_id=ada.pk, by=prescriber, now=NOW)
    assert (visit.kind, visit.modality) == ("brief", "telehealth")


class TestPage:
    @pytest.fixture(autouse=True)
    def _now(self) -> Any:
        with time_machine.travel(NOW, tick=False):
            yield

    def test_it_asks_takes_and_tells(self, browser: Browser, ada: Client, prescriber: User) -> None:
        browser.force_login(prescriber)
        browser.post(reverse("visits:start", args=[ada.pk]), {"modality": "telehealth"})
        visit = FollowUpVisit.objects.get()
        page = browser.get(visit.get_absolute_url())
        assert "Medication check, telehealth" in page.text
        assert "how the connection is secured" in page.text
        places = [point.place for point in page.context["open_points"]]
        assert places == [
            "id_assessment", "div_id_risk_answer", "id_tele_identity", "id_tele_location", "id_tele_consent",
        ]  # fmt: skip
        for place in places:
            assert f'id="{place}"' in page.text
        sent = {"version": "1", "assessment": "Well.", "risk_answer": "none", "tele_location": "Home"}
        refused = browser.post(reverse("visits:sign", args=[visit.pk]), sent)
        assert refused.status_code == 422
        assert "Verify who the client is" in refused.text
        sent |= {"version": "2", "tele_identity": "on", "tele_consent": "on", "tele_callback": "801 555 0100"}
        signed = browser.post(reverse("visits:sign", args=[visit.pk]), sent, follow=True)
        for words in ("Visit signed.", "801 555 0100", "given in this visit"):
            assert words in signed.text
        browser.post(reverse("visits:start", args=[ada.pk]), {"modality": "telehealth"})
        again = FollowUpVisit.objects.get(signed_at=None)
        assert "Consent to telehealth given on Mar 12, 2026" in browser.get(again.get_absolute_url()).text

    def test_what_is_filled_in_is_open_no_more(
        self, browser: Browser, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        browser.force_login(prescriber)
        visit = services.start_visit(client_id=ada.pk, by=prescriber, now=NOW)
        points = browser.get(visit.get_absolute_url()).context["open_points"]
        decision = field_name(dose_plan.pk, "decision")
        assert [point.field for point in points] == ["assessment", "risk_answer", decision]
        whole = Note(assessment="Well.", risk_answer="none", vitals={"weight": "x"})
        services.save_visit(visit_id=visit.pk, version=1, note=whole, by=prescriber, now=NOW)
        services.decide(visit_id=visit.pk, dose_plan_id=dose_plan.pk, decision="continue", by=prescriber, now=NOW)
        [slip] = browser.get(visit.get_absolute_url()).context["open_points"]
        assert (slip.place, slip.field) == ("id_vital_weight", "")


class TestScales:
    @pytest.fixture(autouse=True)
    def _now(self, browser: Browser, prescriber: User) -> Any:
        with time_machine.travel(NOW, tick=False):
            browser.force_login(prescriber)
            yield

    def press(self, browser: Browser, visit: FollowUpVisit, **more: str) -> Any:
        visit.refresh_from_db()
        sent = {"version": str(visit.version), "send_scales": "1", "subjective": "Sleeps better.", **more}
        return browser.post(reverse("visits:save", args=[visit.pk]), sent)

    def test_without_a_score_one_click_sends_it_and_keeps_what_was_typed(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        ContactPointFactory(client=ada)
        visit = far(ada, prescriber, {})
        assert 'name="send_scales"' in browser.get(visit.get_absolute_url()).text
        for _ in range(2):
            assert self.press(browser, visit).headers["Location"] == f"{visit.get_absolute_url()}#symptoms"
        assert Reminder.objects.filter(about_kind="scales").count() == 1
        page = browser.get(visit.get_absolute_url()).text
        assert 'name="send_scales"' not in page
        assert "Link to the scale on its way" in page
        assert "Sleeps better." in page

    def test_without_a_way_it_says_why_beside_the_entry_by_staff(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        visit = far(ada, prescriber, {})
        page = browser.get(visit.get_absolute_url()).text
        assert "Agreed to no messages about check-ins" in page
        assert 'name="send_scales"' not in page
        assert "Record a scale" in page
        refused = self.press(browser, visit)
        assert refused.status_code == 422
        assert "Hand over the tablet, or record the scale together." in refused.text
        assert "Sleeps better." in refused.text

    def test_who_is_here_is_handed_the_tablet_and_who_has_a_score_nothing(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        visit = services.start_visit(client_id=ada.pk, by=prescriber, now=NOW)
        assert f"/hand-over/{ada.pk}/" in browser.get(visit.get_absolute_url()).text
        ScaleResponseFactory(client=ada, answered_at=NOW)
        page = browser.get(visit.get_absolute_url()).text
        assert f"/hand-over/{ada.pk}/" not in page
        assert "No score in 14 days" not in page
