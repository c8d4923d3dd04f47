"""The page on how each medication of a client went."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.intake import services as intake
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, SideEffect, TrialEnd
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scales import ScaleResponseFactory
from tests.factories.titration import TABLETS, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def after(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """50 mg of sertraline from Mar 2, 2026, stopped after six weeks without effect."""
    sertraline = ProductFactory(medication=MedicationFactory(usual_min_mg=Decimal(50))).medication
    SignedPlanFactory(client=ada, written_by=prescriber)
    order = {"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    dose_plan = started(ada, sertraline, prescriber, MONDAY, order)
    ScaleResponseFactory(client=ada, answered_at=MONDAY, total=18)
    ScaleResponseFactory(client=ada, answered_at=after(42), total=17)
    stop_on = timezone.localdate(after(42))
    services.stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=stop_on, reason="No better", by=prescriber, now=after(42)
    )
    return dose_plan


def address(client: Client) -> str:
    return reverse("caseload:trials", args=[client.pk])


def test_it_works(paula: Browser, ada: Client, dose_plan: DosePlan) -> None:
    page = paula.get(address(ada)).text
    assert "Adequate, did not help" in page
    assert "6 weeks at or above 50 mg" in page
    assert "No better" in page
    assert "two or more adequate trials" not in page
    assert AuditEvent.objects.filter(action="chart_read", client_id=ada.pk).exists()
    assert address(ada) in paula.get(reverse("caseload:chart", args=[ada.pk])).text


def test_two_adequate_failures_are_named_with_their_evidence(
    paula: Browser, ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    intake.add_trial(
        client_id=ada.pk,
        name="Lexapro",
        medication=MedicationFactory(name="escitalopram", usual_min_mg=Decimal(10)),
        highest_mg=Decimal(20),
        weeks=8,
        response="none",
        why_stopped="no_effect",
        by=prescriber,
        now=MONDAY,
    )
    page = paula.get(address(ada)).text
    assert "two or more adequate trials did not help" in page
    assert "Sertraline: Mar 2, 2026 to Apr 12, 2026, up to 50 mg a day, 6 weeks at or above 50 mg, PHQ-9 18" in page
    assert "Lexapro: before, told on Mar 2, 2026, up to 20 mg a day, 8 weeks as told, no response." in page


def test_nothing_tried_says_what_will_stand_here(paula: Browser, ada: Client) -> None:
    assert "No trial yet" in paula.get(address(ada)).text


def test_why_it_ended_is_said_once(paula: Browser, ada: Client, dose_plan: DosePlan) -> None:
    say = reverse("caseload:why_ended", args=[dose_plan.pk])
    for _ in range(2):
        page = paula.post(say, {"why": "side_effects"}, follow=True).text
        assert "Why sertraline ended is recorded." in page
    assert TrialEnd.objects.get().why == "side_effects"
    assert "Choose why it ended." in paula.post(say, {"why": "still_taking"}, follow=True).text
    assert paula.get(say).status_code == 405


def test_of_a_running_medication_nobody_says_why_it_ended(
    paula: Browser, ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    order = {"start_on": "2026-06-01", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    now = dt.datetime(2026, 6, 1, 17, tzinfo=dt.UTC)
    running = started(ada, dose_plan.medication, prescriber, now, order)
    with time_machine.travel(now + dt.timedelta(days=7), tick=False):
        paula.force_login(prescriber)
        assert "Taken now" in paula.get(address(ada)).text
        answer = paula.post(reverse("caseload:why_ended", args=[running.pk]), {"why": "cost"}, follow=True)
    assert "This medication is still taken." in answer.text
    assert not TrialEnd.objects.exists()


def test_a_therapist_reads_it_and_says_nothing(
    browser: Browser, therapist: User, ada: Client, dose_plan: DosePlan
) -> None:
    browser.force_login(therapist)
    page = browser.get(address(ada)).text
    assert "Adequate, did not help" in page
    assert "Record</button>" not in page
    assert browser.post(reverse("caseload:why_ended", args=[dose_plan.pk]), {"why": "cost"}).status_code == 403


def test_a_stranger_finds_nothing(browser: Browser, stranger: User, ada: Client, dose_plan: DosePlan) -> None:
    browser.force_login(stranger)
    assert browser.get(address(ada)).status_code == 404
    assert browser.post(reverse("caseload:why_ended", args=[dose_plan.pk]), {"why": "cost"}).status_code == 404


def test_the_page_asks_as_often_for_many_trials(
    paula: Browser,
    ada: Client,
    prescriber: User,
    dose_plan: DosePlan,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        intake.add_trial(client_id=ada.pk, name=f"Other {number}", by=prescriber, now=MONDAY)
    paula.get(address(ada))
    with django_assert_max_num_queries(20):
        assert paula.get(address(ada)).text.count("data-row") == 7


class TestSideEffects:
    @pytest.fixture
    def typed(self, dose_plan: DosePlan) -> dict[str, str]:
        return {"dose_plan_id": str(dose_plan.pk), "code": "headache", "severity": "2", "done": "advised"}

    def test_one_is_recorded_told_and_ended_by_a_click(
        self, paula: Browser, ada: Client, typed: dict[str, str]
    ) -> None:
        record = reverse("caseload:note_effect", args=[ada.pk])
        for _ in range(2):
            page = paula.post(record, typed, follow=True).text
        assert page.count("Has ended<span") == 1
        assert "Advice given" in page
        effect = SideEffect.objects.get()
        assert (effect.words, effect.notes.count()) == ("Headache", 1)
        end = reverse("caseload:end_effect", args=[effect.pk])
        for _ in range(2):
            page = paula.post(end, follow=True).text
        assert "Headache has ended." in page
        assert "ended by Paula Prescriber" in page

    def test_own_words_are_kept_and_what_is_wrong_is_said_with_what_was_typed(
        self, paula: Browser, ada: Client, typed: dict[str, str]
    ) -> None:
        record = reverse("caseload:note_effect", args=[ada.pk])
        refused = paula.post(record, {**typed, "code": "own", "remark": "In the evening"})
        assert refused.status_code == 422
        assert "Say what it is." in refused.text
        assert 'value="In the evening"' in refused.text
        wrong = {"dose_plan_id": typed["dose_plan_id"], "began_on": "2199-01-01"}
        said = paula.post(record, wrong).context["effect_form"].errors
        assert set(said) == {"code", "severity", "began_on"}
        assert said["code"] == ["Choose what it is."]
        said = paula.post(record, {**wrong, "code": "own"}).context["effect_form"].errors
        assert set(said) == {"words", "severity", "began_on"}
        assert paula.post(record, {**typed, "severity": ""}).status_code == 422
        assert paula.post(record, {**typed, "dose_plan_id": str(ada.pk)}).status_code == 422
        paula.post(record, {**typed, "code": "own", "words": "Tingling"})
        assert SideEffect.objects.get().words == "Tingling"

    def test_a_therapist_reads_them_and_records_none(
        self, browser: Browser, therapist: User, ada: Client, typed: dict[str, str]
    ) -> None:
        browser.force_login(therapist)
        assert "Record a side effect" not in browser.get(address(ada)).text
        assert browser.post(reverse("caseload:note_effect", args=[ada.pk]), typed).status_code == 403
