"""The next visit: proposed from the dose plans, booked into a time that is free, in two clicks."""

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.titration.rules.running import order_from
from clinic.titration.services import change_dose_plan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.decisions import field_name
from clinic.visits.rules.next_visit import ComingStep, coming_words, decided_words, pick_times, propose_window
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory
from tests.factories.visits import draft, signed
from tests.visits.days import MONDAY, NOW

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 12)
DENVER = ZoneInfo("America/Denver")


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=DENVER)


class TestRules:
    @pytest.mark.parametrize(
        ("steps", "first", "last", "why"),
        [
            ([ComingStep(MONDAY, "step 2 of sertraline")], 21, 25, "5-9 days after step 2 of sertraline"),
            (
                [ComingStep(dt.date(2026, 3, 23), "step 3"), ComingStep(MONDAY, "step 2")],
                21,
                25,
                "5-9 days after step 2",
            ),
            ([ComingStep(TODAY, "the change decided today")], 17, 21, "5-9 days after the change decided today"),
        ],
    )
    def test_a_week_after_the_first_step_to_come(
        self, steps: list[ComingStep], first: int, last: int, why: str
    ) -> None:
        assert propose_window(steps, TODAY) == (dt.date(2026, 3, first), dt.date(2026, 3, last), why)

    @pytest.mark.parametrize(
        "steps", [[], [ComingStep(dt.date(2026, 3, 2), "step 1")], [ComingStep(dt.date(2026, 4, 12), "late")]]
    )
    def test_about_four_weeks_where_doses_stay(self, steps: list[ComingStep]) -> None:
        window = propose_window(steps, TODAY)
        assert (window.first_on, window.last_on) == (dt.date(2026, 4, 7), dt.date(2026, 4, 11))
        assert "four weeks" in window.why

    @pytest.mark.parametrize(
        ("mg", "before", "words"),
        [
            ("75", "50", "step 3 of sertraline"),
            ("25", None, "step 3 of sertraline"),
            ("0", "50", "the first day on which sertraline is held"),
            ("50", "0", "sertraline is taken again"),
        ],
    )
    def test_what_a_hold_is_followed_for_is_said(self, mg: str, before: str | None, words: str) -> None:
        assert coming_words("sertraline", 3, Decimal(mg), Decimal(before) if before else None) == words

    def test_what_is_held_without_an_end_is_what_the_visit_is_for(self) -> None:
        why = propose_window([], TODAY, ["sertraline", "lithium"]).why
        assert why == "about four weeks from today: sertraline and lithium held until further notice"

    def test_what_is_decided_is_told_by_its_kind(self) -> None:
        assert [decided_words(one) for one in ("hold", "stop", "increase")] == [
            "the hold decided today begins",
            "the stop decided today",
            "the change decided today",
        ]

    def test_a_time_of_each_half_of_each_day_is_offered(self) -> None:
        starts = [at(21, 9), at(21, 9, 15), at(21, 13), at(22, 12), at(26, 9)]
        assert pick_times(starts, dt.date(2026, 3, 25)) == ([at(21, 9), at(21, 13), at(22, 12)], True)
        assert pick_times([at(26, 9)], dt.date(2026, 3, 25)) == ([at(26, 9)], False)
        assert pick_times([], dt.date(2026, 3, 25)) == ([], False)


class TestPage:
    @pytest.fixture(autouse=True)
    def _now(self) -> Any:
        with time_machine.travel(NOW, tick=False):
            yield

    @pytest.fixture
    def visit(self, browser: Browser, ada: Client, prescriber: User, dose_plan: DosePlan) -> FollowUpVisit:
        """The prescriber works every day from nine to noon; the next step is on Mar 16."""
        for weekday in range(7):
            AvailabilityFactory(clinician=prescriber, weekday=weekday, begins=dt.time(9), ends=dt.time(12))
        browser.force_login(prescriber)
        return draft(ada, prescriber, NOW)

    def test_it_is_booked_from_the_draft_and_nothing_typed_is_lost(
        self, browser: Browser, visit: FollowUpVisit
    ) -> None:
        page = browser.get(visit.get_absolute_url())
        assert "Mar 21, 2026 to Mar 25, 2026, 5-9 days after step 3 of sertraline." in " ".join(page.text.split())
        chosen = page.context["next_visit"].times[0]
        assert chosen == at(21, 9)
        sent = {"version": "1", "subjective": "Well.", "next_visit": chosen.isoformat(), "book": "1"}
        answer = browser.post(reverse("visits:save", args=[visit.pk]), sent)
        assert answer["Location"].endswith("#next-visit")
        booked = Appointment.objects.get()
        assert (booked.starts_at, booked.kind, booked.clinician_id) == (chosen, "follow_up", visit.prescriber_id)
        visit.refresh_from_db()
        assert visit.subjective == "Well."
        assert "Booked with you for" in browser.get(visit.get_absolute_url()).text
        browser.post(reverse("visits:save", args=[visit.pk]), sent | {"version": "2"})
        assert Appointment.objects.count() == 1

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            ([{"doses": {}, "days": 7}, {"doses": {"morning": "50"}}], "5-9 days after sertraline is taken again."),
            ([{"doses": {}}], "about four weeks from today: sertraline held until further notice."),
        ],
    )
    def test_after_a_hold_it_says_what_it_is_for(
        self,
        browser: Browser,
        visit: FollowUpVisit,
        dose_plan: DosePlan,
        prescriber: User,
        rows: list[dict[str, Any]],
        why: str,
    ) -> None:
        order = order_from(TODAY, dose_plan.versions.get().order, rows)
        hold = {"dose_plan_id": dose_plan.pk, "base_version": 1, "order": order, "on": TODAY, "reason": "Rash"}
        change_dose_plan(**hold, by=prescriber, now=NOW)
        assert why in " ".join(browser.get(visit.get_absolute_url()).text.split())

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            ("", "Choose one of the times."),
            ("nonsense", "Choose one of the times."),
            ("2026-03-21T09:00", "Choose one of the times."),
            ("2026-03-21T15:00:00-06:00", "not free any more"),
        ],
    )
    def test_what_cannot_be_booked_is_said(
        self, browser: Browser, visit: FollowUpVisit, chosen: str, words: str
    ) -> None:
        sent = {"version": "1", "next_visit": chosen, "book": "1"}
        refused = browser.post(reverse("visits:save", args=[visit.pk]), sent)
        assert refused.status_code == 422
        assert words in refused.text
        assert not Appointment.objects.exists()

    def test_a_visit_written_before_its_time_is_not_its_own_next_one(
        self, browser: Browser, visit: FollowUpVisit, ada: Client, prescriber: User
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW + dt.timedelta(hours=1))
        page = browser.get(visit.get_absolute_url())
        assert page.context["next_visit"].booked_at is None
        assert page.context["next_visit"].times
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=at(13, 9))
        assert browser.get(visit.get_absolute_url()).context["next_visit"].booked_at == at(13, 9)

    def test_no_holiday_is_proposed(
        self, browser: Browser, visit: FollowUpVisit, prescriber: User, settings: Any
    ) -> None:
        settings.CLINIC_HOLIDAYS = "US-UT"
        with time_machine.travel(dt.datetime(2026, 11, 28, 17, 0, tzinfo=dt.UTC), tick=False):
            browser.force_login(prescriber)
            times = browser.get(visit.get_absolute_url()).context["next_visit"].times
        assert sorted({one.date().day for one in times}) == [24, 26, 27, 28]

    def test_a_full_calendar_offers_the_next_days_or_says_so(
        self, browser: Browser, visit: FollowUpVisit, prescriber: User
    ) -> None:
        for day in range(21, 26):
            AppointmentFactory(clinician=prescriber, starts_at=at(day, 9), ends_at=at(day, 12))
        page = browser.get(visit.get_absolute_url())
        assert "These are the next ones." in page.text
        assert page.context["next_visit"].times[0] == at(26, 9)
        prescriber.availability.all().delete()
        assert "Look at other times" in browser.get(visit.get_absolute_url()).text

    def test_it_is_proposed_anew_while_a_change_is_decided_and_the_time_stays_chosen(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        chosen = at(19, 9).isoformat()
        decided = {"decision": "increase", "mg_per_day": "150", "on": "2026-03-14", "base_version": "1"}
        asked = {field_name(dose_plan.pk, name): text for name, text in decided.items()}
        where = reverse("visits:preview", args=[visit.pk, dose_plan.pk])
        part = browser.post(where, {**asked, "version": "1", "next_visit": chosen}).text
        assert "Mar 19, 2026 to Mar 23, 2026, 5-9 days after the change decided today." in " ".join(part.split())
        [radio] = [tag for tag in part.split("<input") if f'value="{chosen}"' in tag]
        assert "checked" in radio

    def test_it_is_booked_from_the_signed_page_too(
        self, browser: Browser, ada: Client, prescriber: User, therapist: User
    ) -> None:
        AvailabilityFactory(clinician=prescriber, weekday=1, begins=dt.time(9), ends=dt.time(12))
        visit = signed(ada, prescriber, NOW)
        browser.force_login(prescriber)
        page = browser.get(visit.get_absolute_url())
        assert "about four weeks from today" in page.text
        address = reverse("visits:book_next", args=[visit.pk])
        assert "Choose one of the times." in browser.post(address, follow=True).text
        chosen = page.context["next_visit"].times[0].isoformat()
        assert "Booked with you for" in browser.post(address, {"next_visit": chosen}, follow=True).text
        browser.force_login(therapist)
        assert "next-visit" not in browser.get(visit.get_absolute_url()).text
        with pytest.raises(Http404):
            services.book_next(visit_id=visit.pk, starts_at=NOW, by=therapist, now=NOW)


def test_without_a_time_nothing_is_booked(ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Choose one of the times"):
        services.book_next(visit_id=draft(ada, prescriber, NOW).pk, starts_at=None, by=prescriber, now=NOW)
