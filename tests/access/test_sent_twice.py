"""The same form sent twice, by a double click or the back button: one row, one audit row, a friendly second answer."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins.models import AnswerReview, CheckInAnswer
from clinic.clients.models import Client
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.coverage.models import Coverage, EligibilityCheck, PriorAuthorization
from clinic.intake.models import EvaluationAddendum
from clinic.plans.models import PlanAcknowledgement
from clinic.risk.models import RiskAlert
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.visits.models import VisitAddendum
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import checkin, dose_plan, token  # noqa: F401 - Ada on sertraline, asked today
from tests.checkins.test_views import GOOD
from tests.clients.test_pages import TYPED
from tests.factories.checkins import CheckInAnswerFactory
from tests.factories.coverage import CoverageFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import signed_evaluation
from tests.factories.risk import RiskAlertFactory
from tests.factories.visits import signed
from tests.factories.worklist import WorkItemFactory

pytestmark = pytest.mark.django_db
JUNE_4 = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)
WORRIED = {"kind": "medical", "reason": "Took ten tablets.", "done_so_far": "Called 911."}


@pytest.fixture(autouse=True)
def _today() -> Any:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


def twice(browser: Browser, address: str, data: dict[str, Any]) -> list[Any]:
    """Both answers, where they lead to."""
    answers = [browser.post(address, data, follow=True) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[-1].text
    return answers


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_a_dose_change_is_acknowledged(browser: Browser, dose_plan: DosePlan, therapist: User) -> None:  # noqa: F811
    browser.force_login(therapist)
    change = DoseChange.objects.get(version__dose_plan=dose_plan)
    twice(browser, reverse("coordination:acknowledge", args=[change.pk]), {"observation": "Sleeps better."})
    assert (ChangeAcknowledgement.objects.count(), Observation.objects.count()) == (1, 1)
    assert (audited("change_acknowledged"), audited("observation_written")) == (1, 1)


def test_a_plan_is_acknowledged(browser: Browser, dose_plan: DosePlan, therapist: User) -> None:  # noqa: F811
    browser.force_login(therapist)
    plan = dose_plan.client.treatment_plans.get()
    twice(browser, reverse("plans:acknowledge", args=[plan.pk]), {"comment": ""})
    assert (PlanAcknowledgement.objects.count(), audited("plan_acknowledged")) == (1, 1)
    other = browser.post(reverse("plans:acknowledge", args=[plan.pk]), {"comment": "One more thing"})
    assert "already acknowledged this plan" in other.text


def test_an_observation_is_written(browser: Browser, ada: Client, therapist: User) -> None:
    browser.force_login(therapist)
    twice(browser, reverse("coordination:observe", args=[ada.pk]), {"text": "Laughs again."})
    assert (Observation.objects.count(), audited("observation_written")) == (1, 1)


def test_a_check_in_is_answered(browser: Browser, token: str) -> None:  # noqa: F811
    address = reverse("checkins:answer", args=[token])
    browser.post(address, {"year": "1990"})
    answers = twice(browser, address, GOOD)
    assert all("Your care team reads your answers" in answer.text for answer in answers)
    assert (CheckInAnswer.objects.count(), audited("checkin_answered")) == (1, 1)


def test_an_answer_is_read(browser: Browser, checkin: Any, prescriber: User) -> None:  # noqa: F811
    browser.force_login(prescriber)
    answer = CheckInAnswerFactory(checkin=checkin)
    twice(browser, reverse("checkins:acknowledge", args=[answer.pk]), {"words": "Called her."})
    assert (AnswerReview.objects.count(), audited("checkin_answer_reviewed")) == (1, 1)


def test_addenda_are_added(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    evaluation, visit = signed_evaluation(ada, prescriber), signed(ada, prescriber, JUNE_4)
    twice(browser, reverse("intake:add_addendum", args=[evaluation.pk]), {"text": "Sister called."})
    twice(browser, reverse("visits:add_addendum", args=[visit.pk]), {"text": "Sister called."})
    assert (EvaluationAddendum.objects.count(), VisitAddendum.objects.count()) == (1, 1)


def test_an_alert_is_raised_taken_on_and_closed(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    twice(browser, reverse("risk:raise_alert", args=[ada.pk]), WORRIED)
    alert = RiskAlert.objects.get()
    twice(browser, reverse("risk:acknowledge", args=[alert.pk]), {})
    twice(browser, reverse("risk:close", args=[alert.pk]), {"disposition": "emergency", "what_was_done": "Went in."})
    assert [audited(f"risk_alert_{deed}") for deed in ("raised", "acknowledged", "closed")] == [1, 1, 1]


def test_another_end_of_a_closed_alert_is_refused(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    close = reverse("risk:close", args=[RiskAlertFactory(client=ada).pk])
    browser.post(close, {"disposition": "emergency", "what_was_done": "Went in."})
    assert "already closed" in browser.post(close, {"disposition": "not_a_risk", "what_was_done": "Fine."}).text


def test_a_duty_is_taken_and_closed(browser: Browser, ada: Client, coordinator: User) -> None:
    browser.force_login(coordinator)
    item: WorkItem = WorkItemFactory(client=ada)
    twice(browser, reverse("worklist:take_item", args=[item.pk]), {})
    twice(browser, reverse("worklist:close_item", args=[item.pk]), {"outcome": "done", "note": "Called."})
    assert (audited("duty_taken"), audited("duty_closed")) == (1, 1)


@pytest.mark.parametrize("more", [{}, {"another_person": "1"}])
def test_a_client_is_registered(browser: Browser, ada: Client, coordinator: User, more: dict[str, str]) -> None:
    browser.force_login(coordinator)
    answers = twice(browser, reverse("clients:create"), {**TYPED, **more})
    assert all("The client is registered." in answer.text for answer in answers)
    assert (Client.objects.exclude(pk=ada.pk).count(), audited("client_registered")) == (1, 1)
    other = {**TYPED, "phone": "801-555-0177", "another_person": "1"}
    browser.post(reverse("clients:create"), other)
    assert Client.objects.exclude(pk=ada.pk).count() == 2


def test_a_cover_is_added_and_ended(browser: Browser, ada: Client, coordinator: User) -> None:
    browser.force_login(coordinator)
    address = reverse("coverage:coverage", args=[ada.pk])
    card = {"payer": "Beehive Health", "plan_type": "commercial", "rank": 1, "member_id": "M1"}
    twice(browser, address, card)
    cover = Coverage.objects.get()
    twice(browser, reverse("coverage:end_cover", args=[cover.pk]), {"ended_on": "2026-06-04"})
    assert (audited("cover_added"), audited("cover_ended")) == (1, 1)
    browser.post(address, card)
    assert Coverage.objects.count() == 2


def test_a_payer_is_asked(browser: Browser, ada: Client, coordinator: User) -> None:
    browser.force_login(coordinator)
    cover = CoverageFactory(client=ada)
    check = reverse("coverage:check_eligibility", args=[cover.pk])
    need = reverse("coverage:need_authorization", args=[cover.pk])
    twice(browser, check, {"method": "phone", "result": "active", "reference": "Kim"})
    twice(browser, need, {"medication": MedicationFactory().pk, "note": "Step therapy letter"})
    assert (EligibilityCheck.objects.count(), PriorAuthorization.objects.count()) == (1, 1)
    assert (audited("eligibility_checked"), audited("prior_authorization_needed")) == (1, 1)
    with time_machine.travel(JUNE_4 + dt.timedelta(minutes=11), tick=False):
        browser.post(check, {"method": "phone", "result": "active", "reference": "Kim"})
    assert EligibilityCheck.objects.count() == 2
