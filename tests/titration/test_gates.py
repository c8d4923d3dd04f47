"""A step that waits begins only when what it waits for is good."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import CareTeamMember, Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.handouts.queries import calendar_from
from clinic.handouts.rules.calendar import Mark
from clinic.monitoring.rules import KINDS
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan, GateState, StepGate
from clinic.titration.rules import gates as rules
from clinic.titration.rules.gates import GateKind, Wish
from clinic.titration.rules.plan import build_plan
from clinic.titration.rules.running import next_step_early, order_from, order_with
from clinic.titration.rules.signing import Override
from clinic.titration.tasks import hold_waiting
from clinic.worklist.models import DutyKind, WorkItem
from tests.titration.gating import ANSWER, EVE, LITHIUM, MONDAY, SECOND, SOONER, begins, entered, gated, rising


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    return rising(ada, prescriber)


class TestRules:
    @pytest.mark.parametrize(
        ("wish", "stay_days", "field"),
        [
            (ANSWER, 0, "stay_days"),
            (ANSWER, 181, "stay_days"),
            (Wish(GateKind.RESULT, "mood", Decimal(1)), 7, "measured"),
            (Wish(GateKind.RESULT, "lithium"), 7, "good_from"),
            (Wish(GateKind.RESULT, "lithium", Decimal(2), Decimal(1)), 7, "good_to"),
        ],
    )
    def test_a_gate_that_says_nothing_is_refused(self, wish: Wish, stay_days: int, field: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            rules.check_wish(wish, stay_days)
        assert refused.value.field == field

    @pytest.mark.parametrize(("value", "is_good"), [("0.59", False), ("0.6", True), ("0.8", True), ("0.81", False)])
    def test_the_ends_of_the_range_are_good(self, value: str, is_good: bool) -> None:
        assert rules.is_good(Decimal(value), LITHIUM.good_from, LITHIUM.good_to) is is_good

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            (LITHIUM, "lithium level from 0.6 to 0.8 mmol/L"),
            (Wish(GateKind.RESULT, "anc", Decimal(1500)), "neutrophils (ANC) from 1500 cells/µL"),
            (Wish(GateKind.RESULT, "qtc", None, Decimal(450)), "QTc up to 450 ms"),
            (Wish(GateKind.RESULT, "egfr", Decimal(60)), "eGFR from 60 mL/min/1.73 m²"),
            (ANSWER, "a check-in without worry"),
            (Wish(GateKind.DECISION), "the prescriber's decision"),
        ],
    )
    def test_a_gate_in_words(self, wish: Wish, words: str) -> None:
        assert rules.wish_words(wish) == words

    def test_what_can_be_waited_for_is_kept_in_the_same_unit(self) -> None:
        for code, measured in rules.MEASURED.items():
            assert (KINDS[code].label, KINDS[code].unit) == measured

    def test_the_next_step_early_needs_a_next_step(self, dose_plan: DosePlan) -> None:
        plan = build_plan(dose_plan.versions.get().order)
        assert next_step_early(plan, dt.date(2026, 3, 5))[0]["doses"] == {"morning": "50"}
        with pytest.raises(RuleBroken, match="No step comes"):
            next_step_early(plan, dt.date(2026, 4, 5))


@pytest.mark.django_db
class TestSet:
    def test_a_coming_step_waits(self, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        assert (gate.state, gate.mg_per_day, gate.stay_days) == (GateState.WAITING, 50, 7)
        assert AuditEvent.objects.filter(action="gate_set", client_id=dose_plan.client_id).count() == 1

    @pytest.mark.parametrize("on", [dt.date(2026, 3, 2), dt.date(2026, 3, 10)])
    def test_only_a_step_to_come_can_wait(self, dose_plan: DosePlan, prescriber: User, on: dt.date) -> None:
        with pytest.raises(RuleBroken, match="still to come"):
            gated(dose_plan, prescriber, on=on)

    def test_a_step_waits_once(self, dose_plan: DosePlan, prescriber: User) -> None:
        gated(dose_plan, prescriber)
        with pytest.raises(RuleBroken, match="waits already"):
            gated(dose_plan, prescriber, ANSWER)

    def test_who_may(self, dose_plan: DosePlan, therapist: User, stranger: User, prescriber: User) -> None:
        with pytest.raises(RuleBroken, match="Only a prescriber"):
            gated(dose_plan, therapist)
        with pytest.raises(Http404):
            gated(dose_plan, stranger)
        with pytest.raises(StaleRecord):
            gated(dose_plan, prescriber, base_version=2)

    def test_what_was_set_stays_as_set(self, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        with pytest.raises(DatabaseError), transaction.atomic():
            StepGate.objects.filter(pk=gate.pk).update(good_to=Decimal(9))
        with pytest.raises(DatabaseError), transaction.atomic():
            gate.delete()


@pytest.mark.django_db
class TestJudge:
    def test_a_result_in_the_range_lets_the_step_begin(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        entered(ada, prescriber, "0.7", MONDAY + dt.timedelta(days=3))
        gate.refresh_from_db()
        assert (gate.state, gate.last_words) == (GateState.PASSED, "Lithium level 0.7 mmol/L on Mar 5, 2026")
        assert services.hold_waiting(now=EVE) == 0
        assert begins(dose_plan)[1] == ("03-09", "50")

    def test_one_outside_it_tells_the_prescriber(self, ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        entered(ada, prescriber, "1.1", MONDAY + dt.timedelta(days=3))
        gate.refresh_from_db()
        assert gate.state == GateState.WAITING
        duty = WorkItem.objects.get(kind=DutyKind.STEP_WAITS)
        assert duty.owner == prescriber
        assert "1.1 mmol/L on Mar 5, 2026 is not from 0.6 to 0.8" in duty.reason
        entered(ada, prescriber, "0.8", MONDAY + dt.timedelta(days=4))
        duty.refresh_from_db()
        assert duty.closed_at is not None

    def test_one_taken_before_or_of_another_kind_says_nothing(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        entered(ada, prescriber, "0.7", MONDAY - dt.timedelta(days=1))
        entered(ada, prescriber, "140", MONDAY + dt.timedelta(days=1), "sodium")
        gate.refresh_from_db()
        assert (gate.state, gate.last_words) == (GateState.WAITING, "")

    @pytest.mark.parametrize(("is_worrying", "state"), [(False, GateState.PASSED), (True, GateState.WAITING)])
    def test_a_check_in_without_worry_passes(
        self, dose_plan: DosePlan, prescriber: User, is_worrying: bool, state: str
    ) -> None:
        gate = gated(dose_plan, prescriber, ANSWER)
        services.judge_answer(dose_plan_id=dose_plan.pk, is_worrying=is_worrying, now=MONDAY + dt.timedelta(days=4))
        gate.refresh_from_db()
        assert gate.state == state
        assert WorkItem.objects.filter(kind=DutyKind.STEP_WAITS).exists() is is_worrying

    def test_the_prescriber_decides_once_and_says_why(
        self, dose_plan: DosePlan, prescriber: User, therapist: User, stranger: User
    ) -> None:
        gate = gated(dose_plan, prescriber, Wish(GateKind.DECISION))

        def decide(by: User, because: str = "Level is fine by phone.", is_passed: bool = True) -> StepGate:
            return services.decide_gate(gate_id=gate.pk, is_passed=is_passed, because=because, by=by, now=MONDAY)

        with pytest.raises(Http404):
            decide(stranger)
        with pytest.raises(RuleBroken, match="Only a prescriber"):
            decide(therapist)
        with pytest.raises(RuleBroken, match="Say why"):
            decide(prescriber, " ")
        assert decide(prescriber).state == GateState.PASSED
        with pytest.raises(RuleBroken, match="settled meanwhile: Level is fine"):
            decide(prescriber, is_passed=False)


@pytest.mark.django_db
class TestHold:
    def test_until_it_passes_the_step_before_goes_on(self, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        assert services.hold_waiting(now=EVE - dt.timedelta(minutes=1)) == 0
        assert services.hold_waiting(now=EVE) == 1
        assert services.hold_waiting(now=EVE) == 0
        gate.refresh_from_db()
        assert begins(dose_plan) == [("03-02", "25"), ("03-16", "50"), ("03-23", "75"), ("03-30", "100")]
        assert gate.step_first_on == dt.date(2026, 3, 16)
        version = dose_plan.versions.get(superseded_at=None)
        assert version.change.reason == "As set on Mar 2, 2026: waits for lithium level from 0.6 to 0.8 mmol/L"
        assert [step.first_on for step in dose_plan.versions.get(number=1).steps.all()][1] == SECOND
        assert AuditEvent.objects.filter(action="step_held", client_id=dose_plan.client_id).count() == 1
        assert services.hold_waiting(now=EVE + dt.timedelta(days=7)) == 1
        assert begins(dose_plan)[1] == ("03-23", "50")
        assert WorkItem.objects.open().filter(kind=DutyKind.STEP_WAITS).count() == 1

    def test_what_cannot_be_held_is_said_loudly(self, dose_plan: DosePlan, prescriber: User) -> None:
        gated(dose_plan, prescriber)
        CareTeamMember.objects.filter(user=prescriber).update(ended_at=MONDAY, ended_by=prescriber)
        assert services.hold_waiting(now=EVE) == 0
        duty = WorkItem.objects.get(kind=DutyKind.STEP_WAITS)
        assert duty.urgent
        assert "could not be held: decide today" in duty.reason
        assert begins(dose_plan)[1] == ("03-09", "50")

    def test_the_gate_goes_with_its_step(self, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        order = dose_plan.versions.get().order
        pause = {"on": "2026-03-05", "action": "pause", "days": 3}
        services.change_dose_plan(
            dose_plan_id=dose_plan.pk,
            base_version=1,
            order=order_with(order, pause),
            reason="A cold.",
            by=prescriber,
            now=MONDAY + dt.timedelta(days=3),
        )
        gate.refresh_from_db()
        assert (gate.state, gate.step_first_on) == (GateState.WAITING, dt.date(2026, 3, 12))

    @pytest.mark.parametrize(
        ("mg", "overrides", "state", "because"),
        [
            ("50", [SOONER], GateState.PASSED, "begun by a change"),
            ("12.5", [], GateState.ENDED, "no longer in the plan"),
        ],
    )
    def test_a_change_of_the_plan_settles_it(
        self, dose_plan: DosePlan, prescriber: User, mg: str, overrides: list[Override], state: str, because: str
    ) -> None:
        gate = gated(dose_plan, prescriber)
        today = dt.date(2026, 3, 5)
        services.change_dose_plan(
            dose_plan_id=dose_plan.pk,
            base_version=1,
            order=order_from(today, dose_plan.versions.get().order, [{"doses": {"morning": mg}}]),
            reason="Decided at the visit.",
            by=prescriber,
            now=MONDAY + dt.timedelta(days=3),
            overrides=overrides,
        )
        gate.refresh_from_db()
        assert gate.state == state
        assert because in gate.last_words

    def test_the_task_looks_by_itself(self, dose_plan: DosePlan, prescriber: User, time_machine: Any) -> None:
        gated(dose_plan, prescriber)
        time_machine.move_to(EVE, tick=False)
        hold_waiting()
        assert begins(dose_plan)[1] == ("03-16", "50")

    def test_the_clients_calendar_says_that_it_waits(self, ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
        gated(dose_plan, prescriber)
        [plan] = calendar_from(ada, dt.date(2026, 3, 2)).plans
        assert plan.watch[0] == (
            "From Mon, Mar 9: the new dose only if we told you that it may begin. Until then stay on the dose before."
        )
        days = {day.on: day.entries[0] for day in calendar_from(ada, dt.date(2026, 3, 2)).days}
        assert days[SECOND].mark is Mark.WAITS
        assert days[SECOND + dt.timedelta(days=1)].words.endswith(", only if we say so")


@pytest.mark.django_db
class TestPages:
    @pytest.fixture(autouse=True)
    def _now(self, time_machine: Any) -> None:
        time_machine.move_to(MONDAY + dt.timedelta(hours=1), tick=False)

    def asked(self, **given: str) -> dict[str, str]:
        return {
            "version": "1",
            "step": "2026-03-09",
            "waits_for": "result",
            "measured": "lithium",
            "good_from": "0.6",
            "good_to": "0.8",
            "stay_days": "7",
            **given,
        }

    def test_a_step_is_made_to_wait_and_is_decided_about(
        self, browser: Browser, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        browser.force_login(prescriber)
        page = reverse("titration:gates", args=[dose_plan.pk])
        assert "50 mg a day from Mar 9, 2026" in browser.get(page).text
        assert browser.post(page, self.asked()).status_code == 302
        gate = StepGate.objects.get()
        for address in (page, dose_plan_page(dose_plan), ada.get_absolute_url()):
            assert "lithium level from 0.6 to 0.8 mmol/L" in browser.get(address).text.replace("Lithium", "lithium")
        decide = reverse("titration:decide_gate", args=[gate.pk])
        assert browser.post(decide, {"decision": "passed", "because": ""}).status_code == 422
        assert browser.post(decide, {"decision": "passed", "because": "Fine."}).status_code == 302
        gate.refresh_from_db()
        assert gate.state == GateState.PASSED

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"good_from": "", "good_to": ""}, "Say from or up to which value"),
            ({"measured": ""}, "Choose which result"),
            ({"step": "2026-03-10"}, "Select a valid choice"),
            ({"stay_days": ""}, "This field is required"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User, given: dict[str, str], words: str
    ) -> None:
        browser.force_login(prescriber)
        answer = browser.post(reverse("titration:gates", args=[dose_plan.pk]), self.asked(**given))
        assert answer.status_code == 422
        assert words in answer.text

    def test_a_plan_signed_meanwhile_is_told(self, browser: Browser, dose_plan: DosePlan, prescriber: User) -> None:
        browser.force_login(prescriber)
        page = reverse("titration:gates", args=[dose_plan.pk])
        assert browser.post(page, self.asked(version="7", waits_for="answer")).status_code == 409

    def test_a_therapist_reads_that_it_waits_and_decides_nothing(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User, therapist: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        browser.force_login(therapist)
        assert "a step waits" in browser.get(dose_plan_page(dose_plan)).text
        assert browser.get(reverse("titration:decide_gate", args=[gate.pk])).status_code == 403

    def test_the_next_step_is_begun_early_from_the_change_page(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User
    ) -> None:
        browser.force_login(prescriber)
        asked = {"version": "1", "way": "early", "on": "2026-03-05", "reason": "Level is fine.", "do": "preview"}
        page = browser.post(reverse("titration:change", args=[dose_plan.pk]), asked).text
        assert "Thu, Mar 5, 2026" in page

    def test_a_plan_without_a_step_to_come_is_not_offered_to_move_one(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User, time_machine: Any
    ) -> None:
        change = reverse("titration:change", args=[dose_plan.pk])
        browser.force_login(prescriber)
        assert 'value="early"' in browser.get(change).text
        time_machine.move_to(MONDAY + dt.timedelta(days=30), tick=False)
        browser.force_login(prescriber)
        page = browser.get(change).text
        assert 'value="early"' not in page
        assert 'value="slow"' not in page
        assert 'value="amount"' in page

    def test_a_step_that_waits_already_is_not_offered_once_more(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        browser.force_login(prescriber)
        page = browser.get(reverse("titration:gates", args=[dose_plan.pk])).text
        assert f'<option value="{gate.step_first_on.isoformat()}"' not in page


def dose_plan_page(dose_plan: DosePlan) -> str:
    return reverse("titration:dose_plan", args=[dose_plan.pk])


@pytest.mark.django_db
def test_the_reads_of_gates(dose_plan: DosePlan, prescriber: User, stranger: User) -> None:
    gate = gated(dose_plan, prescriber)
    assert queries.gates_of(dose_plan) == [gate]
    assert queries.get_gate(prescriber, gate.pk) == gate
    with pytest.raises(Http404):
        queries.get_gate(stranger, gate.pk)
