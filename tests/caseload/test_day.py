"""The day's list: how ready each visit is, and the filters above it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.caseload.rules.day import Told, filters, newest_told, shown_visits, signs_of
from clinic.clients.models import Client
from clinic.coverage.models import EligibilityCheck, PriorAuthorization
from clinic.intake.models import PsychiatricEvaluation
from clinic.messaging.models import Reminder
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.note import Note
from tests.caseload.histories import dosed
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory
from tests.factories.coverage import CoverageFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import (
    EnquiryFactory,
    PsychiatricEvaluationFactory,
    TherapistReferralFactory,
    signed_evaluation,
)
from tests.factories.monitoring import MeasurementFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scales import ScaleResponseFactory
from tests.factories.scheduling import AppointmentFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 12)
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY


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
        assert signs_of([]) == (("Ready", "good", "check"),)
        assert signs_of(["due", "authorization"], authorization_ends="Mar 20, 2026") == (
            ("Tests due", "warn", "flask"),
            ("Prior authorization ends Mar 20, 2026", "warn", "hourglass"),
        )

    def test_what_was_told_last_counts(self) -> None:
        first, last = Told(NOW - WEEK, "Enquiry", "Sleep", False), Told(NOW, "Referral", "Mood", True)
        assert newest_told([last, first]) is last
        assert newest_told([]) is None

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

    def test_a_visit_begins_at_once(self, browser: Browser, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        page = browser.get("/")
        start = page.context["day_visits"][0].start
        assert f'value="{appointment.pk}"' in page.text
        answer = browser.post(start, {"appointment_id": str(appointment.pk)})
        assert answer["Location"] == reverse("visits:visit", args=[appointment.visit.pk])
        # Who presses again, from a page that was open meanwhile, comes to the same note.
        assert browser.post(start, {"appointment_id": str(appointment.pk)})["Location"] == answer["Location"]
        assert "Go on with the visit" in browser.get("/").text
        FollowUpVisit.objects.update(signed_at=NOW, signed_by=prescriber, content_hash="kept")
        assert "the visit" not in browser.get("/").text

    def test_a_booked_evaluation_begins_with_its_own_form(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        page = browser.get("/")
        assert page.context["day_visits"][0].start == f"/intake/evaluations/start/{ada.pk}/"
        assert "Start the evaluation" in page.text
        Appointment.objects.filter(pk=appointment.pk).update(status="done")
        assert browser.get("/").context["day_visits"][0].start == ""

    def test_an_evaluation_is_begun_and_signed_like_a_visit(
        self, browser: Browser, ada: Client, prescriber: User
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        PsychiatricEvaluationFactory(client=ada, prescriber=prescriber)
        assert "unsigned" in self.row(browser)
        assert "Go on with the evaluation" in browser.get("/").text
        PsychiatricEvaluation.objects.all().delete()
        signed_evaluation(ada, prescriber, now=NOW, evaluated_on=TODAY)
        assert "signed" in self.row(browser)
        assert "the evaluation" not in browser.get("/").text

    def test_what_an_evaluation_wants_beforehand(self, browser: Browser, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        wanted = {"uninsured", "insurance", "untested"}
        assert wanted & set(self.row(browser)) == {"uninsured", "untested"}
        cover = CoverageFactory(client=ada)
        assert wanted & set(self.row(browser)) == {"insurance", "untested"}
        checked = EligibilityCheck.objects.create(
            coverage=cover, checked_at=NOW - 31 * DAY, checked_by=prescriber, method="card", result="active"
        )
        assert "insurance" in self.row(browser)
        EligibilityCheck.objects.filter(pk=checked.pk).update(checked_at=NOW - 29 * DAY)
        MeasurementFactory(client=ada, kind="weight", taken_at=NOW)
        assert wanted & set(self.row(browser)) == {"untested"}
        MeasurementFactory(client=ada, kind="sodium", unit="mmol/L", value=140, taken_at=NOW)
        assert not wanted & set(self.row(browser))
        assert "No laboratory result" not in browser.get("/").text

    def test_who_pays_alone_is_asked_of_nobody(self, browser: Browser, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        CoverageFactory(client=ada, plan_type="self_pay")
        CoverageFactory(client=ClientFactory())
        assert not {"uninsured", "insurance"} & set(self.row(browser))

    def test_what_brought_a_client_is_read_in_the_list(self, browser: Browser, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind="evaluation")
        EnquiryFactory(client=ada, what_is_going_on="I cannot sleep." + 300 * "x", received_at=NOW - 9 * DAY)
        page = browser.get("/").text
        assert "Enquiry, Mar 3, 2026: “I cannot sleep." in page
        assert "xxx…”" in page
        assert "soon" not in self.row(browser)
        TherapistReferralFactory(
            client=ada, referred_at=NOW - DAY, urgency="soon", referred_by__full_name="Theo", question="Lithium?"
        )
        assert "Referral by Theo, Mar 11, 2026: “Lithium?”" in browser.get("/").text
        assert "soon" in self.row(browser)
        assert self.row(browser, "soon")
        Appointment.objects.filter(pk=appointment.pk).update(kind="follow_up")
        page = browser.get("/").text
        assert "Lithium?" not in page
        assert not {"soon", "uninsured", "untested"} & set(self.row(browser))

    @pytest.mark.parametrize("kind", ["follow_up", "evaluation"])
    def test_without_a_score_the_tablet_is_one_click_away(
        self, browser: Browser, ada: Client, prescriber: User, kind: str
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, kind=kind)
        link = f'href="/check-ins/hand-over/{ada.pk}/"'
        page = browser.get("/").text
        assert link in page
        assert "Hand over the tablet" in page
        ScaleResponseFactory(client=ada, answered_at=NOW - DAY)
        assert link not in browser.get("/").text
        with time_machine.travel(NOW + 14 * DAY, tick=False):
            gone = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW + 14 * DAY, kind=kind)
            browser.force_login(prescriber)
            assert link in browser.get("/").text
            for change in ({"status": "no_show"}, {"status": "booked", "modality": "telehealth"}):
                Appointment.objects.filter(pk=gone.pk).update(**change)
                assert link not in browser.get("/").text

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

    def test_one_that_was_renewed_ends_no_more(self, browser: Browser, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        medication, cover = MedicationFactory(), CoverageFactory(client=ada)
        for days, is_said in ((-40, True), (200, False)):
            PriorAuthorization.objects.create(
                client=ada,
                coverage=cover,
                medication=medication,
                status="approved",
                expires_on=TODAY + dt.timedelta(days=days),
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
            at = NOW + dt.timedelta(hours=hours)
            AppointmentFactory(client=client, clinician=prescriber, starts_at=at)
            AppointmentFactory(
                client=client, clinician=prescriber, starts_at=at + dt.timedelta(minutes=30), kind="evaluation"
            )
            counts.append(reads())
        assert len(set(counts)) == 1
        assert counts[0] <= 12

    def test_of_a_closed_chart_nothing_is_said(self, browser: Browser, prescriber: User) -> None:
        AppointmentFactory(client=ClientFactory(), clinician=prescriber, starts_at=NOW)
        assert self.row(browser) == []
        assert "Chart closed to you" in browser.get("/").text


class TestScaleByLink:
    @pytest.fixture(autouse=True)
    def _now(self, browser: Browser, prescriber: User, ada: Client) -> Any:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, modality="telehealth")
        with time_machine.travel(NOW, tick=False):
            browser.force_login(prescriber)
            yield

    def test_one_click_sends_it_and_then_its_state_stands_there(self, browser: Browser, ada: Client) -> None:
        ContactPointFactory(client=ada)
        address = f"/day/{ada.pk}/scales/"
        assert f'action="{address}"' in browser.get("/").text
        for _ in range(2):
            assert browser.post(address).headers["Location"] == "/"
        assert Reminder.objects.filter(about_kind="scales").count() == 1
        page = browser.get("/").text
        assert f'action="{address}"' not in page
        assert "Link to the scale on its way" in page
        assert f"/scales/{ada.pk}/" in page

    def test_without_a_way_it_says_why_and_offers_to_record_it(self, browser: Browser, ada: Client) -> None:
        page = browser.get("/").text
        assert "Agreed to no messages about check-ins" in page
        assert "Send the scale" not in page
        assert f"/scales/{ada.pk}/" in page
        assert "Hand over the tablet, or record" in browser.post(f"/day/{ada.pk}/scales/", follow=True).text

    def test_with_a_score_nothing_is_offered(self, browser: Browser, ada: Client) -> None:
        ScaleResponseFactory(client=ada, answered_at=NOW)
        assert "the scale" not in browser.get("/").text
