"""The pages of supply: record with three fields, see until when it lasts, ask, judge, decide."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DoseStep, Fill, RefillDecision, RefillRequest
from clinic.worklist.models import WorkItem
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import StepGateFactory, filled, refill_asked, rising_order, started

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 19, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """25 mg rising each week to 100 mg from March 2."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, NOON, rising_order(NOON.date()))


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def page(dose_plan: DosePlan) -> str:
    return reverse("titration:supply", args=[dose_plan.client_id])


def fill_of(dose_plan: DosePlan, **typed: str) -> dict[str, str]:
    given = {"strength": "tablet-IR-25", "count": "30", "filled_on": "2026-03-02", "how_known": "pharmacy", **typed}
    return {f"fill-{dose_plan.pk}-{name}": value for name, value in given.items()}


def ask_of(dose_plan: DosePlan, **typed: str) -> dict[str, str]:
    step = DoseStep.objects.current().get(version__dose_plan=dose_plan, number=1)
    given = {"step": str(step.pk), "days": "30", "asked_by": "pharmacy", "note": "Called at noon", **typed}
    return {f"ask-{dose_plan.pk}-{name}": value for name, value in given.items()}


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_without_fills_the_page_says_what_to_do(desk: Browser, dose_plan: DosePlan) -> None:
    shown = words(desk.get(page(dose_plan)))
    assert "No fill is known, so nothing can be counted. Record what was filled last." in shown
    assert "Record a fill" in shown


def test_without_dose_plans_there_is_no_supply(desk: Browser, ada: Client) -> None:
    assert "No medication runs now" in words(desk.get(reverse("titration:supply", args=[ada.pk])))


def test_a_fill_is_three_fields_and_tells_until_when_it_lasts(
    desk: Browser, dose_plan: DosePlan, prescriber: User
) -> None:
    AppointmentFactory(client=dose_plan.client, clinician=prescriber, starts_at=NOON + 30 * DAY)
    form = desk.get(page(dose_plan)).context["parts"][0].fill_form
    assert [field.name for field in form.visible_fields()] == ["strength", "count", "filled_on"]
    assert form["strength"].field.choices[0] == ("tablet-IR-25", "25 mg tablet")
    answer = desk.post(reverse("titration:record_fill", args=[dose_plan.pk]), fill_of(dose_plan), follow=True)
    shown = words(answer)
    assert "The fill of sertraline is recorded." in shown
    assert "Runs out Mon, Mar 9, 2026" in shown
    assert "Before the next visit" in shown
    assert "Mar 9, 2026: needs 1 x 50 mg tablet, on hand is 23 x 25 mg tablet" in shown
    assert "The pharmacy says so, entered by Cora Coordinator" in shown


def test_a_fill_sent_twice_is_one(desk: Browser, dose_plan: DosePlan) -> None:
    for _ in range(2):
        assert desk.post(reverse("titration:record_fill", args=[dose_plan.pk]), fill_of(dose_plan)).status_code == 302
    assert Fill.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"count": ""}, "count", "Enter how many."),
        ({"count": "many"}, "count", "Enter a number alone, such as 30."),
        ({"count": "0"}, "count", "Enter how much it was"),
        ({"count": "1e9"}, "count", "digits"),
        ({"filled_on": "2026-03-03"}, "filled_on", "in the future"),
        ({"filled_on": "soon"}, "filled_on", "valid date"),
        ({"strength": "tablet-IR-7"}, "strength", "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_is_kept(
    desk: Browser, dose_plan: DosePlan, typed: dict[str, str], field: str, error: str
) -> None:
    answer = desk.post(reverse("titration:record_fill", args=[dose_plan.pk]), fill_of(dose_plan, **typed))
    assert answer.status_code == 422
    form = answer.context["parts"][0].fill_form
    assert error in " ".join(form.errors[field])
    assert form["count"].value() == typed.get("count", "30")
    assert not Fill.objects.exists()


def test_the_button_says_how_it_is_known_the_client_by_default(desk: Browser, dose_plan: DosePlan) -> None:
    desk.post(reverse("titration:record_fill", args=[dose_plan.pk]), fill_of(dose_plan, how_known=""))
    assert Fill.objects.get().how_known == "client"


def test_a_fill_is_withdrawn_with_a_reason(desk: Browser, dose_plan: DosePlan, coordinator: User) -> None:
    fill = filled(dose_plan, coordinator, NOON)
    url = reverse("titration:withdraw_fill", args=[fill.pk])
    assert "Select a valid choice" in words(desk.post(url, {"because": "no idea"}, follow=True))
    shown = words(desk.post(url, {"because": "not_picked_up"}, follow=True))
    assert "The fill is withdrawn." in shown
    assert "<s>30 x 25 mg tablet</s>" in shown
    assert "Not picked up, Cora Coordinator" in shown


def test_gaps_and_days_covered_are_told(desk: Browser, dose_plan: DosePlan, coordinator: User) -> None:
    filled(dose_plan, coordinator, NOON, "5")
    with time_machine.travel(NOON + 7 * DAY, tick=False):
        desk.force_login(coordinator)
        shown = words(desk.get(page(dose_plan)))
    assert "Out since Sat, Mar 7, 2026" in shown
    assert "covered 5 of 7 days with a dose: 71.4 %. Not covered: Mar 7, 2026 to Mar 8, 2026." in shown


def test_a_request_is_entered_and_waits(desk: Browser, dose_plan: DosePlan, coordinator: User) -> None:
    url = reverse("titration:ask_refill", args=[dose_plan.pk])
    wrong = desk.post(url, ask_of(dose_plan, days="0"))
    assert wrong.status_code == 422
    assert "days" in wrong.context["parts"][0].ask_form.errors
    assert "Called at noon" in words(wrong)
    assert desk.post(url, ask_of(dose_plan, step="")).status_code == 422
    for _ in range(2):
        shown = words(desk.post(url, ask_of(dose_plan), follow=True))
    assert "Refill asked" in shown
    assert "See what the rules say" in shown
    asked = RefillRequest.objects.get()
    shown = words(desk.get(reverse("titration:refill", args=[asked.pk])))
    assert "Called at noon" in shown
    assert "No visit is known." in shown
    assert "Approve" not in shown
    ended = desk.post(reverse("titration:withdraw_refill", args=[asked.pk]), {"reason": "Asked twice"}, follow=True)
    assert "The request is withdrawn." in words(ended)
    assert "Asked twice" in words(ended)
    assert "Earlier refill requests (1)" in words(desk.get(page(dose_plan)))


def test_withdrawing_needs_a_reason(desk: Browser, dose_plan: DosePlan, coordinator: User) -> None:
    asked = refill_asked(dose_plan, coordinator, NOON)
    answer = desk.post(reverse("titration:withdraw_refill", args=[asked.pk]), {"reason": ""}, follow=True)
    assert "This field is required." in words(answer)
    assert not RefillDecision.objects.exists()


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def test_the_prescriber_counts_and_approves(paula: Browser, dose_plan: DosePlan, prescriber: User) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON, days=None)
    url = reverse("titration:refill", args=[asked.pk])
    assert "Mar 2, 2026 to" not in words(paula.get(url))
    decide = reverse("titration:decide_refill", args=[asked.pk])
    shown = words(paula.post(decide, {"days": "14", "reason": "Knows the plan", "count": "1"}))
    assert "<strong>7 x 50 mg tablet and 7 x 25 mg tablet</strong>" in shown or (
        "<strong>7 x 25 mg tablet and 7 x 50 mg tablet</strong>" in shown
    )
    assert "Knows the plan" in shown
    assert "1 to 366" in words(paula.post(decide, {"days": "999", "count": "1"}))
    assert "Not possible so" not in words(paula.post(decide, {"days": "12345678", "count": "1"}))
    wrong = paula.post(decide, {"days": "14", "reason": "", "outcome": "approved"})
    assert wrong.status_code == 422
    assert "in spite of what the rules warn of" in words(wrong)
    done = paula.post(decide, {"days": "14", "reason": "Knows the plan", "outcome": "approved"}, follow=True)
    shown = words(done)
    assert "No prescription is sent from here." in shown
    assert "Ada Byron, born" in shown
    assert "supply for 14 days, Mar 2, 2026 to Mar 15, 2026" in shown


def test_a_request_leads_from_the_home_and_the_duty_to_the_decision(
    paula: Browser, dose_plan: DosePlan, prescriber: User
) -> None:
    assert "Refill requests to decide" not in words(paula.get("/"))
    asked = refill_asked(dose_plan, prescriber, NOON)
    home = words(paula.get("/"))
    assert reverse("titration:refill", args=[asked.pk]) in home
    assert "asked by the client" in home
    duty = WorkItem.objects.get(kind="refill_asked")
    assert page(dose_plan) in words(paula.get(reverse("worklist:close_item", args=[duty.pk])))
    assert page(dose_plan) in words(paula.get(reverse("titration:dose_plan", args=[dose_plan.pk])))
    paula.post(reverse("titration:decide_refill", args=[asked.pk]), {"outcome": "declined", "reason": "Come in first"})
    assert "Refill requests to decide" not in words(paula.get("/"))


def test_a_step_that_waits_is_said_to_wait(paula: Browser, dose_plan: DosePlan, prescriber: User) -> None:
    StepGateFactory(dose_plan=dose_plan, set_by=prescriber)
    filled(dose_plan, prescriber, NOON)
    waits = "The step planned for Mar 9, 2026 begins only after"
    assert waits in words(paula.get(page(dose_plan)))
    asked = refill_asked(dose_plan, prescriber, NOON)
    assert waits in words(paula.get(reverse("titration:refill", args=[asked.pk])))


def test_a_superseded_step_is_offered_as_the_current_one(paula: Browser, dose_plan: DosePlan, prescriber: User) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON)
    with time_machine.travel(NOON + 8 * DAY, tick=False):
        paula.force_login(prescriber)
        shown = words(paula.get(reverse("titration:refill", args=[asked.pk])))
    assert "is a superseded step. The plan now says: 50 mg in the morning (1 x 50 mg tablet)." in shown
    assert "Offered instead, the current step" in shown
    assert 'value="approved"' not in shown
    assert "Approve the current step" in shown


def test_the_second_prescriber_is_told(browser: Browser, dose_plan: DosePlan, prescriber: User, ada: Client) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON)
    other = UserFactory(acting_role="prescriber")
    CareTeamMemberFactory(client=ada, user=other, is_lead=False)
    url = reverse("titration:decide_refill", args=[asked.pk])
    browser.force_login(prescriber)
    browser.post(url, {"outcome": "declined", "reason": "Come in first"})
    assert browser.post(url, {"outcome": "declined", "reason": "Come in first"}).status_code == 302
    browser.force_login(other)
    answer = browser.post(url, {"outcome": "approved", "days": "30", "reason": "Fine"})
    assert answer.status_code == 422
    assert "Paula Prescriber was first: declined. Nothing is changed." in words(answer)
    assert "Come in first" in words(answer)


def test_the_page_asks_as_often_for_many_rows(
    desk: Browser, dose_plan: DosePlan, coordinator: User, prescriber: User, ada: Client
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(page(dose_plan)).status_code == 200
        return len(queries)

    filled(dose_plan, coordinator, NOON)
    refill_asked(dose_plan, coordinator, NOON)
    asked()  # the first page of a session looks for a second factor
    before = asked()
    for name in ("buspirone", "mirtazapine"):
        medication = ProductFactory(medication__name=name, medication__ingredient=name).medication
        other = started(ada, medication, prescriber, NOON, rising_order(NOON.date()))
        for count in ("5", "6", "7"):
            filled(other, coordinator, NOON, count)
        refill_asked(other, coordinator, NOON)
    assert asked() == before
    assert before <= 17
