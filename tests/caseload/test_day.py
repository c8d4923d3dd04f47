"""The day's list: how ready each visit is, and the filters above it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clinic.caseload.rules.day import filters, shown_visits, signs_of
from clinic.clients.models import Client
from clinic.coverage.models import PriorAuthorization
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.visits import services
from clinic.visits.rules.note import Note
from tests.caseload.histories import dosed
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.coverage import CoverageFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scheduling import AppointmentFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 12)
WEEK = dt.timedelta(days=7)


def takes_lithium(client: Client, by: User) -> None:
    """For six weeks, and no level was ever taken."""
    SignedPlanFactory(client=client, written_by=by)
    MedicationFactory(name="lithium carbonate ER", ingredient="lithium")
    dosed(client, by, None, NOW - 6 * WEEK, "lithium carbonate ER")


class Marked:
    """A visit with its marks."""

    def __init__(self, *marks: str) -> None:
        self.marks = marks


class TestRules:
    def test_a_visit_that_wants_nothing_is_ready(self) -> None:
        assert signs_of([]) == [("Ready", "good", "check")]
        assert signs_of(["due", "authorization"], authorization_ends="Mar 20, 2026") == [
            ("Tests due", "warn", "flask"),
            ("Prior authorization ends Mar 20, 2026", "warn", "hourglass"),
        ]

    def test_filters_show_what_there_is(self) -> None:
        visits = [Marked("due", "score"), Marked("signed"), Marked()]
        assert shown_visits(visits, "due") == visits[:1]
        assert shown_visits(visits, "prepare") == visits[:1]
        assert shown_visits(visits, "nonsense") == shown_visits(visits, "") == visits
        assert [(one.words, one.how_many, one.is_on) for one in filters(visits, "due")] == [
            ("All", 3, False),
            ("To see to", 1, False),
            ("Tests due", 1, True),
            ("No score in 14 days", 1, False),
            ("Note signed", 1, False),
        ]
        assert filters([Marked()], "") == []
        assert [one.name for one in filters([Marked()], "worrying")] == ["", "worrying"]


class TestHome:
    @pytest.fixture(autouse=True)
    def _now(self, browser: Browser, prescriber: User) -> Any:
        with time_machine.travel(NOW, tick=False):
            browser.force_login(prescriber)
            yield

    def row(self, browser: Browser, show: str = "") -> list[str]:
        """The marks of the first visit that is shown."""
        shown = browser.get("/", {"show": show}).context["day_visits"]
        return list(shown[0].marks) if shown else []

    def test_a_booked_evaluation_begins_with_its_own_form(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        page = browser.get("/")
        assert page.context["day_visits"][0].start == f"/intake/evaluations/start/{ada.pk}/"
        assert "Start the evaluation" in page.text
        Appointment.objects.filter(pk=appointment.pk).update(status="done")
        assert browser.get("/").context["day_visits"][0].start == ""

    def test_tests_that_are_due_are_said(self, browser: Browser, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        assert "due" not in self.row(browser)
        takes_lithium(ada, prescriber)
        assert "due" in self.row(browser)
        assert "Tests due" in browser.get("/").text

    @pytest.mark.parametrize(
        ("status", "days", "is_said"), [("approved", 30, True), ("approved", 31, False), ("submitted", 5, False)]
    )
    def test_an_authorization_that_ends_is_said(
        self, browser: Browser, ada: Client, prescriber: User, status: str, days: int, is_said: bool
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        medication = MedicationFactory()
        cover = CoverageFactory(client=ada)
        until = TODAY + dt.timedelta(days=days)
        PriorAuthorization.objects.create(
            client=ada, coverage=cover, medication=medication, status=status, expires_on=until
        )
        assert ("authorization" in self.row(browser)) is is_said

    def test_a_consent_to_telehealth_is_asked_for_before_such_a_visit(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, modality="telehealth")
        assert "consent" in self.row(browser)
        visit = services.start_visit(client_id=ada.pk, by=prescriber, now=NOW)
        said = {"identity": "yes", "location": "Home", "consent": "yes"}
        note = Note(assessment="Well.", risk_answer="none", telehealth=said)
        services.save_visit(visit_id=visit.pk, version=1, note=note, by=prescriber, now=NOW)
        assert {"consent", "unsigned"} <= set(self.row(browser))
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        assert not {"consent", "unsigned"} & set(self.row(browser))
        AppointmentFactory(
            client=ada, clinician=prescriber, starts_at=NOW + dt.timedelta(hours=2), modality="telehealth"
        )
        assert "consent" not in browser.get("/").context["day_visits"][1].marks

    def test_a_filter_is_a_link_and_one_that_shows_nobody_says_so(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        page = browser.get("/").text
        assert 'href="?show=score"' in page
        assert self.row(browser, "score") == ["score"]
        assert "No visit of today is so." in browser.get("/", {"show": "worrying"}).text

    def test_the_list_asks_as_often_for_many_as_for_few(self, browser: Browser, prescriber: User) -> None:
        def reads() -> int:
            browser.get("/")
            with CaptureQueriesContext(connection) as asked:
                browser.get("/")
            return len(asked)

        counts = []
        for hours in (0, 1, 2):
            client = ClientFactory()
            CareTeamMemberFactory(client=client, user=prescriber)
            takes_lithium(client, prescriber)
            AppointmentFactory(client=client, clinician=prescriber, starts_at=NOW + dt.timedelta(hours=hours))
            counts.append(reads())
        assert len(set(counts)) == 1
        assert counts[0] <= 12

    def test_of_a_closed_chart_nothing_is_said(self, browser: Browser, prescriber: User) -> None:
        AppointmentFactory(client=ClientFactory(), clinician=prescriber, starts_at=NOW)
        assert self.row(browser) == []
        assert "Chart closed to you" in browser.get("/").text
