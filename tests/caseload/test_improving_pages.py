"""The pages of the list: who stands there and why, plans that stay, the clinic's thresholds."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, PlanStay, ResponseThresholds
from clinic.titration.queries.trials import thresholds_standing
from clinic.titration.rules.response import Thresholds
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scales import ScaleResponseFactory
from tests.factories.titration import TABLETS, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
NOW = MONDAY + dt.timedelta(days=35)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """50 mg of sertraline for five weeks, PHQ-9 from 18 to 17, no visit booked."""
    sertraline = ProductFactory(medication=MedicationFactory(usual_min_mg=Decimal(50))).medication
    SignedPlanFactory(client=ada, written_by=prescriber)
    ScaleResponseFactory(client=ada, answered_at=MONDAY, total=18)
    ScaleResponseFactory(client=ada, answered_at=NOW - dt.timedelta(days=2), total=17)
    order = {"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    return started(ada, sertraline, prescriber, MONDAY, order)


def page(browser: Browser, sign: str = "") -> str:
    return browser.get(f"{reverse('caseload:not_improving')}?sign={sign}").text


def in_days(days: int) -> str:
    return (timezone.localdate(NOW) + dt.timedelta(days=days)).isoformat()


def stay(browser: Browser, client: Client, **typed: str) -> Any:
    said = {"until": in_days(14), "reason": "Waits for the level", **typed}
    return browser.post(reverse("caseload:stay", args=[client.pk]), said, follow=True)


class TestList:
    def test_each_row_gives_its_reasons(self, paula: Browser, ada: Client, dose_plan: DosePlan) -> None:
        listed = page(paula)
        assert "Sertraline for 5 weeks at an effective dose: PHQ-9 18 (Mar 2, 2026) to 17 (Apr 4, 2026)" in listed
        assert reverse("scheduling:book", args=[ada.pk]) in listed
        assert "Every sign (1)" in listed
        assert reverse("caseload:trials", args=[ada.pk]) in listed
        assert reverse("caseload:not_improving") in paula.get(reverse("caseload:home")).text

    def test_it_is_narrowed_by_sign(self, paula: Browser, dose_plan: DosePlan) -> None:
        assert page(paula, "no_better").count("data-row") == 1
        assert "No client stands here by this sign." in page(paula, "worse")
        assert page(paula, "nonsense").count("data-row") == 1

    def test_nobody_is_good_news_and_others_see_none_of_it(
        self, browser: Browser, stranger: User, therapist: User, dose_plan: DosePlan
    ) -> None:
        browser.force_login(stranger)
        assert "Everybody improves" in page(browser)
        browser.force_login(therapist)
        assert browser.get(reverse("caseload:not_improving")).status_code == 403

    def test_it_stays_within_its_budget(
        self, paula: Browser, dose_plan: DosePlan, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(12):
            page(paula)


class TestStay:
    def test_a_reviewed_plan_hides_the_client_until_that_day_and_is_counted(
        self, paula: Browser, ada: Client, dose_plan: DosePlan
    ) -> None:
        assert "stays until Apr 20, 2026." in stay(paula, ada).text
        listed = page(paula)
        assert "Plan reviewed, stays (1)" in listed
        assert "Every sign (0)" in listed
        staying = page(paula, "stays")
        assert "Waits for the level" in staying
        assert "Stays until Apr 20, 2026" in staying
        with time_machine.travel(NOW + dt.timedelta(days=14), tick=False):
            paula.force_login(User.objects.get(full_name="Paula Prescriber"))
            assert "Every sign (1)" in page(paula)

    def test_twice_is_once_and_the_newest_counts(self, paula: Browser, ada: Client, dose_plan: DosePlan) -> None:
        for _ in range(2):
            stay(paula, ada)
        assert AuditEvent.objects.filter(action="plan_stay_set", client_id=ada.pk).count() == 1
        stay(paula, ada, until=in_days(3))
        assert "Stays until Apr 9, 2026" in page(paula, "stays")

    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, paula: Browser, ada: Client, dose_plan: DosePlan
    ) -> None:
        refused = stay(paula, ada, until=in_days(0))
        assert refused.status_code == 422
        assert "Choose a day after today, within a year." in refused.text
        assert "Waits for the level" in refused.text
        assert "Say why the plan stays." in stay(paula, ada, reason=" ").text
        assert not PlanStay.objects.exists()

    def test_only_a_prescriber_of_the_care_team_keeps_a_plan(
        self, ada: Client, therapist: User, stranger: User, dose_plan: DosePlan
    ) -> None:
        for by, refusal in ((therapist, RuleBroken), (stranger, Http404)):
            with pytest.raises(refusal):
                services.keep_plan(
                    client_id=ada.pk, until=timezone.localdate(NOW + dt.timedelta(days=3)), reason="x", by=by, now=NOW
                )

    def test_the_row_never_changes(self, paula: Browser, ada: Client, dose_plan: DosePlan) -> None:
        stay(paula, ada)
        with pytest.raises(DatabaseError), transaction.atomic():
            PlanStay.objects.update(until=in_days(90))


class TestThresholds:
    def typed(self, **more: str) -> dict[str, str]:
        numbers = {"adequate_weeks": "6", "better_percent": "20", "worse_points": "5", "silent_weeks": "6"}
        return {"version": "0", **numbers, **more}

    def test_an_administrator_sets_them_and_list_and_ledger_count_by_them(
        self, browser: Browser, administrator: User, prescriber: User, ada: Client, dose_plan: DosePlan
    ) -> None:
        browser.force_login(administrator)
        address = reverse("caseload:thresholds")
        assert address in browser.get(reverse("caseload:home")).text
        assert "As delivered." in browser.get(address).text
        assert "Saved." in browser.post(address, self.typed(), follow=True).text
        assert f"Set by {administrator.full_name}" in browser.get(address).text
        assert AuditEvent.objects.filter(action="response_thresholds_set").count() == 1
        browser.force_login(prescriber)
        listed = page(browser)
        assert "Not better (0)" in listed
        assert "an adequate dose for 6 weeks" in listed
        assert "under 6 weeks" in browser.get(reverse("caseload:trials", args=[ada.pk])).text

    def test_the_same_again_changes_nothing_and_a_stale_save_shows_what_stands(
        self, browser: Browser, administrator: User
    ) -> None:
        browser.force_login(administrator)
        address = reverse("caseload:thresholds")
        browser.post(address, self.typed(adequate_weeks="4"))
        assert not ResponseThresholds.objects.exists()
        browser.post(address, self.typed())
        stale = browser.post(address, self.typed(adequate_weeks="8"))
        assert stale.status_code == 409
        assert "Somebody changed this meanwhile." in stale.text
        assert thresholds_standing().number == 1

    def test_of_two_at_once_one_is_kept(self, administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
        services.set_thresholds(thresholds=Thresholds(silent_weeks=8), version=0, by=administrator, now=NOW)
        before = thresholds_standing()
        services.set_thresholds(thresholds=Thresholds(silent_weeks=9), version=1, by=administrator, now=NOW)
        seen = iter([before])
        monkeypatch.setattr(
            "clinic.titration.services.response.thresholds_standing", lambda: next(seen, thresholds_standing())
        )
        with pytest.raises(StaleRecord):
            services.set_thresholds(thresholds=Thresholds(silent_weeks=10), version=1, by=administrator, now=NOW)
        assert thresholds_standing().thresholds.silent_weeks == 9

    def test_numbers_out_of_range_are_refused_beside_their_field(self, browser: Browser, administrator: User) -> None:
        browser.force_login(administrator)
        answer = browser.post(reverse("caseload:thresholds"), self.typed(better_percent="101"))
        assert answer.status_code == 422
        assert "Percent lie between 1 and 100." in answer.text
        assert browser.post(reverse("caseload:thresholds"), {}).status_code == 422

    def test_what_was_in_force_stays_as_a_row(self, administrator: User) -> None:
        services.set_thresholds(thresholds=Thresholds(silent_weeks=8), version=0, by=administrator, now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            ResponseThresholds.objects.update(silent_weeks=1)

    def test_a_prescriber_does_not_set_them(self, paula: Browser) -> None:
        assert paula.get(reverse("caseload:thresholds")).status_code == 403
