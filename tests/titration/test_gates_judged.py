"""Several gates, what comes in late or is taken back, and who is told of it."""

import datetime as dt
from decimal import Decimal

import pytest

from clinic.clients.models import CareTeamMember, Client, ClientStatus
from clinic.monitoring.services import withdraw_result
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import services
from clinic.titration.models import DosePlan, GateState, StepGate
from clinic.titration.rules.gates import GateKind, Wish
from clinic.titration.rules.running import order_from, order_with
from clinic.titration.rules.signing import Override
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import close_item
from tests.factories.staff import UserFactory
from tests.factories.titration import rising_order
from tests.titration.gating import ANSWER, EVE, MONDAY, SECOND, SOONER, begins, change, entered, gated, rising

DAY = dt.timedelta(days=1)
THIRD = dt.date(2026, 3, 16)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    return rising(ada, prescriber)


def waiting_duties() -> list[WorkItem]:
    return list(WorkItem.objects.open().filter(kind=DutyKind.STEP_WAITS).order_by("created_at"))


def states(*gates: StepGate) -> list[str]:
    for gate in gates:
        gate.refresh_from_db()
    return [gate.state for gate in gates]


@pytest.mark.django_db
class TestCarry:
    def test_two_gates_a_week_apart_go_with_their_steps(self, dose_plan: DosePlan, prescriber: User) -> None:
        near = gated(dose_plan, prescriber)
        far = gated(dose_plan, prescriber, on=dt.date(2026, 3, 16))
        assert services.hold_waiting(now=EVE) == 1
        near.refresh_from_db()
        far.refresh_from_db()
        assert (near.step_first_on, far.step_first_on) == (dt.date(2026, 3, 16), dt.date(2026, 3, 23))

    def test_gates_of_one_amount_stay_with_their_own_steps(self, dose_plan: DosePlan, prescriber: User) -> None:
        steps = [{"doses": {"morning": mg}, "days": 7} for mg in ("50", "25", "50", "25")]
        order = order_from(SECOND, dose_plan.versions.get().order, steps)
        change(dose_plan, order, prescriber, base_version=1)
        gates = [
            gated(dose_plan, prescriber, on=SECOND + dt.timedelta(days=7 * week), base_version=2) for week in range(4)
        ]
        pause = {"on": "2026-03-05", "action": "pause", "days": 7}
        change(dose_plan, order_with(dose_plan.versions.get(number=2).order, pause), prescriber, base_version=2)
        for gate in gates:
            gate.refresh_from_db()
        assert [f"{gate.step_first_on:%m-%d}" for gate in gates] == ["03-16", "03-23", "03-30", "04-06"]
        stop = {"on": "2026-03-23", "action": "stop"}
        change(dose_plan, order_with(dose_plan.versions.get(number=3).order, stop), prescriber, base_version=3)
        for gate in gates:
            gate.refresh_from_db()
        assert [gate.state for gate in gates] == [GateState.WAITING, *3 * [GateState.ENDED]]

    def test_what_passed_goes_with_its_step_too(self, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber, ANSWER)
        services.judge_answer(dose_plan_id=dose_plan.pk, is_worrying=False, now=MONDAY + DAY)
        pause = {"on": "2026-03-05", "action": "pause", "days": 3}
        change(dose_plan, order_with(dose_plan.versions.get().order, pause), prescriber, base_version=1)
        assert states(gate) == [GateState.PASSED]
        assert gate.step_first_on == dt.date(2026, 3, 12)


@pytest.mark.django_db
class TestJudgedOneByOne:
    @pytest.mark.parametrize("is_by_result", [True, False])
    def test_what_comes_in_judges_the_next_step_alone(
        self, ada: Client, dose_plan: DosePlan, prescriber: User, is_by_result: bool
    ) -> None:
        wish = Wish(GateKind.RESULT, "lithium", Decimal("0.6"), None) if is_by_result else ANSWER
        near, far = gated(dose_plan, prescriber, wish), gated(dose_plan, prescriber, wish, on=THIRD)

        def comes_in(days: int) -> None:
            at = MONDAY + days * DAY
            if is_by_result:
                entered(ada, prescriber, "0.7", at)
            else:
                services.judge_answer(dose_plan_id=dose_plan.pk, is_worrying=False, now=at)

        comes_in(3)
        assert states(near, far) == [GateState.PASSED, GateState.WAITING]
        comes_in(6)
        assert states(near, far) == [GateState.PASSED, GateState.WAITING]
        comes_in(8)
        assert states(near, far) == [GateState.PASSED, GateState.PASSED]

    def test_a_step_begun_early_no_longer_stands_before_the_next(self, dose_plan: DosePlan, prescriber: User) -> None:
        near, far = gated(dose_plan, prescriber, ANSWER), gated(dose_plan, prescriber, ANSWER, on=THIRD)
        steps = [{"doses": {"morning": "50"}, "days": 7}, {"doses": {"morning": "75"}}]
        order = order_from(dt.date(2026, 3, 5), dose_plan.versions.get().order, steps)
        change(dose_plan, order, prescriber, base_version=1, overrides=[SOONER])
        assert states(near, far) == [GateState.PASSED, GateState.WAITING]
        services.judge_answer(dose_plan_id=dose_plan.pk, is_worrying=False, now=MONDAY + 4 * DAY)
        assert states(far) == [GateState.PASSED]

    def test_an_older_result_entered_late_says_nothing(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        entered(ada, prescriber, "1.1", MONDAY + 3 * DAY)
        entered(ada, prescriber, "0.7", MONDAY + 2 * DAY)
        assert states(gate) == [GateState.WAITING]


@pytest.mark.django_db
class TestTakenBack:
    def taken_back(self, ada: Client, by: User, value: str, at: dt.datetime, now: dt.datetime) -> None:
        result = entered(ada, by, value, at)
        withdraw_result(measurement_id=result.pk, because="wrong_client", by=by, now=now)

    def test_the_step_waits_again(self, ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
        gate = gated(dose_plan, prescriber)
        entered(ada, prescriber, "1.1", MONDAY + 2 * DAY)
        self.taken_back(ada, prescriber, "0.7", MONDAY + 3 * DAY, MONDAY + 4 * DAY)
        assert states(gate) == [GateState.WAITING]
        [duty] = waiting_duties()
        assert "Lithium level 0.7 mmol/L on Mar 5, 2026 was withdrawn" in duty.reason
        assert services.hold_waiting(now=EVE) == 1

    def test_after_the_step_began_the_prescriber_is_told(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        self.taken_back(ada, prescriber, "0.7", MONDAY + 3 * DAY, MONDAY + 8 * DAY)
        assert states(gate) == [GateState.PASSED]
        [duty] = waiting_duties()
        assert duty.urgent
        assert "was withdrawn: the step has begun on it" in duty.reason

    def test_a_step_made_to_wait_anew_or_out_of_the_plan_is_left(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gate = gated(dose_plan, prescriber)
        first = entered(ada, prescriber, "0.7", MONDAY + DAY)
        anew = gated(dose_plan, prescriber, ANSWER)
        withdraw_result(measurement_id=first.pk, because="typed_wrong", by=prescriber, now=MONDAY + 2 * DAY)
        assert states(gate, anew) == [GateState.PASSED, GateState.WAITING]
        second = entered(ada, prescriber, "0.8", MONDAY + DAY)
        far = gated(dose_plan, prescriber, on=THIRD)
        third = entered(ada, prescriber, "0.7", MONDAY + 8 * DAY)
        stop = {"on": "2026-03-05", "action": "stop"}
        change(dose_plan, order_with(dose_plan.versions.get().order, stop), prescriber, base_version=1)
        for result in (second, third):
            withdraw_result(measurement_id=result.pk, because="typed_wrong", by=prescriber, now=MONDAY + 9 * DAY)
        assert states(far) == [GateState.PASSED]
        assert waiting_duties() == []

    def test_one_that_no_step_can_wait_for(self, ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
        result = entered(ada, prescriber, "90", MONDAY + DAY, "glucose", "mg/dL")
        withdraw_result(measurement_id=result.pk, because="typed_wrong", by=prescriber, now=MONDAY + 2 * DAY)
        assert waiting_duties() == []


@pytest.mark.django_db
class TestTold:
    def test_a_closed_duty_does_not_silence_the_next(self, ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
        gated(dose_plan, prescriber)
        entered(ada, prescriber, "1.1", MONDAY + 2 * DAY)
        for words, at in (("1.1 mmol/L", EVE), ("1.1 mmol/L", EVE + 7 * DAY)):
            for duty in waiting_duties():
                close_item(item_id=duty.pk, outcome=Outcome.DONE, by=prescriber, now=at)
            assert services.hold_waiting(now=at) == 1
            [duty] = waiting_duties()
            assert words in duty.reason

    def test_what_could_not_be_held_is_told_once_and_by_its_own_words(
        self, ada: Client, dose_plan: DosePlan, prescriber: User
    ) -> None:
        gated(dose_plan, prescriber)
        entered(ada, prescriber, "1.1", MONDAY + 2 * DAY)
        CareTeamMember.objects.filter(user=prescriber).update(ended_at=MONDAY, ended_by=prescriber)
        other = UserFactory(roles=[Role.PRESCRIBER], acting_role=Role.PRESCRIBER)
        CareTeamMember.objects.create(client=ada, user=other, role=Role.PRESCRIBER, started_at=MONDAY, added_by=other)
        for minutes in (0, 5):
            assert services.hold_waiting(now=EVE + dt.timedelta(minutes=minutes)) == 0
        duty = waiting_duties()[-1]
        assert (duty.urgent, duty.owner) == (True, other)
        assert "could not be held: decide today" in duty.reason
        close_item(item_id=duty.pk, outcome=Outcome.DONE, by=other, now=EVE)
        services.hold_waiting(now=EVE + dt.timedelta(minutes=10))
        assert all(not one.urgent for one in waiting_duties())

    def test_a_reason_given_for_a_later_step_goes_with_it(self, dose_plan: DosePlan, prescriber: User) -> None:
        order = rising_order(MONDAY.date(), to_mg="225")
        above = [Override("above_max", "benefit", "Nothing else helped.")]
        change(dose_plan, order, prescriber, base_version=1, overrides=above)
        gate = gated(dose_plan, prescriber, base_version=2)
        for week in range(3):
            assert services.hold_waiting(now=EVE + 7 * week * DAY) == 1
        assert states(gate) == [GateState.WAITING]
        assert all(not duty.urgent for duty in waiting_duties())

    def test_another_hat_this_evening_changes_nothing(self, dose_plan: DosePlan, prescriber: User) -> None:
        gated(dose_plan, prescriber)
        User.objects.filter(pk=prescriber.pk).update(
            roles=[Role.PRESCRIBER, Role.ADMINISTRATOR], acting_role=Role.ADMINISTRATOR
        )
        assert services.hold_waiting(now=EVE) == 1
        prescriber.refresh_from_db()
        assert prescriber.acting_role == Role.ADMINISTRATOR

    @pytest.mark.parametrize("change_of", [{"is_active": False}, {"roles": ["therapist"], "acting_role": "therapist"}])
    def test_nothing_is_signed_for_who_left(
        self, dose_plan: DosePlan, prescriber: User, change_of: dict[str, object]
    ) -> None:
        gated(dose_plan, prescriber)
        User.objects.filter(pk=prescriber.pk).update(**change_of)
        assert services.hold_waiting(now=EVE) == 0
        assert begins(dose_plan)[1] == ("03-09", "50")
        assert [duty.urgent for duty in waiting_duties()] == [True]

    @pytest.mark.parametrize("change_of", [{"status": ClientStatus.DISCHARGED}, {"deceased_on": SECOND}])
    def test_nothing_is_signed_or_asked_about_who_is_no_longer_in_care(
        self, ada: Client, dose_plan: DosePlan, prescriber: User, change_of: dict[str, object]
    ) -> None:
        gated(dose_plan, prescriber)
        Client.objects.filter(pk=ada.pk).update(**change_of)
        assert services.hold_waiting(now=EVE) == 0
        assert waiting_duties() == []
