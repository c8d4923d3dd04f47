"""Fills, requests and decisions: written once, audited, refused by rule, kept by the database."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404
from django.test import override_settings

from clinic.audit.models import AuditEvent
from clinic.clients.models import CareTeamMember, Client
from clinic.core.rules import RuleBroken
from clinic.scheduling.models import AppointmentStatus
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan, DoseStep, Fill, RefillDecision, RefillRequest
from clinic.titration.rules.running import order_with
from clinic.titration.tasks import look_at_supply
from clinic.worklist.models import Outcome, WorkItem
from clinic.worklist.services import close_item
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import MG_25, TABLETS, filled, refill_asked, started

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 19, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
STEADY = {
    "start_on": "2026-03-02",
    "products": TABLETS,
    "steps": [{"doses": {"morning": "25"}, "days": 60}, {"doses": {"morning": "50"}}],
}


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """25 mg for 60 days from March 2, then 50 mg."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, NOON, STEADY)


def decide(request: RefillRequest, by: User, outcome: str = "approved", **more: Any) -> RefillDecision:
    given = {"days": 30, "reason": "Seen by phone.", **more}
    return services.decide_refill(request_id=request.pk, outcome=outcome, by=by, now=NOON, **given)


def duties(kind: str) -> list[WorkItem]:
    return list(WorkItem.objects.open().filter(kind=kind))


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_a_fill_is_recorded_once_and_audited(dose_plan: DosePlan, coordinator: User) -> None:
    fill = filled(dose_plan, coordinator, NOON)
    assert filled(dose_plan, coordinator, NOON) == fill
    assert (Fill.objects.count(), audited("fill_recorded")) == (1, 1)
    event = AuditEvent.objects.get(action="fill_recorded")
    assert (event.client_id, event.detail["how_known"]) == (dose_plan.client_id, "client")
    supply = queries.counted_plan(dose_plan, NOON).supply
    assert supply is not None
    assert supply.run_out_on == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"filled_on": dt.date(2026, 3, 3)}, "filled_on"),
        ({"count": "0.2"}, "count"),
        ({"strength": MG_25.__class__("capsule", "IR", Decimal(25))}, "strength"),
    ],
)
def test_a_slip_is_refused(dose_plan: DosePlan, prescriber: User, more: dict[str, Any], field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        filled(dose_plan, prescriber, NOON, **more)
    assert refusal.value.field == field
    assert not Fill.objects.exists()


def test_a_closed_chart_has_no_supply(dose_plan: DosePlan, prescriber: User, stranger: User) -> None:
    fill, asked = filled(dose_plan, prescriber, NOON), refill_asked(dose_plan, prescriber, NOON)
    with pytest.raises(Http404):
        filled(dose_plan, stranger, NOON, "10")
    with pytest.raises(Http404):
        services.withdraw_fill(fill_id=fill.pk, because="typed_wrong", by=stranger, now=NOON)
    with pytest.raises(Http404):
        decide(asked, stranger)


def test_a_wrong_fill_is_withdrawn_once_and_counts_no_more(
    dose_plan: DosePlan, coordinator: User, therapist: User, prescriber: User
) -> None:
    fill = filled(dose_plan, coordinator, NOON)
    with pytest.raises(RuleBroken, match="Say why"):
        services.withdraw_fill(fill_id=fill.pk, because="", by=coordinator, now=NOON)
    with pytest.raises(RuleBroken, match="Somebody else recorded this"):
        services.withdraw_fill(fill_id=fill.pk, because="typed_wrong", by=therapist, now=NOON)
    for person in (prescriber, coordinator):
        services.withdraw_fill(fill_id=fill.pk, because="typed_wrong", by=person, now=NOON)
    fill.refresh_from_db()
    assert (fill.withdrawn_by, audited("fill_withdrawn")) == (prescriber, 1)
    assert queries.counted_plan(dose_plan, NOON).supply is None
    assert filled(dose_plan, coordinator, NOON) != fill


def test_the_database_keeps_what_was_written(dose_plan: DosePlan, prescriber: User) -> None:
    fill, asked = filled(dose_plan, prescriber, NOON), refill_asked(dose_plan, prescriber, NOON)
    decision = decide(asked, prescriber)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (Fill, {"count": 60}),
        (RefillRequest, {"days": 90}),
        (RefillDecision, {"reason": "Other"}),
    ]
    for model, change in rows:
        with pytest.raises(ProgrammingError), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(ProgrammingError), transaction.atomic():
            model.objects.all()._raw_delete("default")
    services.withdraw_fill(fill_id=fill.pk, because="typed_wrong", by=prescriber, now=NOON)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Fill.objects.update(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
    with pytest.raises(IntegrityError, match="request_id"), transaction.atomic():
        RefillDecision.objects.create(request=asked, outcome="declined", reason="No", by=prescriber, at=NOON)
    assert decision.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "declined", "reason": ""},
        {"outcome": "approved"},
        {"outcome": "declined", "reason": "No", "text": "Thirty tablets"},
    ],
)
def test_half_a_decision_is_refused_by_the_database(
    dose_plan: DosePlan, prescriber: User, wrong: dict[str, str]
) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefillDecision.objects.create(request=asked, by=prescriber, at=NOON, **wrong)


def test_a_supply_that_ends_before_the_next_visit_becomes_a_duty(
    dose_plan: DosePlan, prescriber: User, ada: Client
) -> None:
    filled(dose_plan, prescriber, NOON, "10")
    [duty] = duties("runs_out")
    assert duty.reason.endswith("by count none is left on Mar 12, 2026, no visit is booked")
    assert (duty.owner_role, duty.due_at) == ("coordinator", dt.datetime(2026, 3, 12, 6, 0, tzinfo=dt.UTC))
    filled(dose_plan, prescriber, NOON, "30")
    assert duties("runs_out") == []
    late = NOON + 30 * DAY
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOON + 35 * DAY)
    assert services.look_at_supply(now=late) == 0
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOON + 45 * DAY)
    assert services.look_at_supply(now=NOON + 36 * DAY) == 1
    assert services.look_at_supply(now=NOON + 36 * DAY) == 1
    assert duties("runs_out")[0].reason.endswith("none is left on Apr 11, 2026, the next visit is on Apr 16, 2026")


def test_a_supply_that_is_out_is_one_duty_however_many_days_pass(dose_plan: DosePlan, prescriber: User) -> None:
    filled(dose_plan, prescriber, NOON, "10")
    [duty] = duties("runs_out")
    for days in (9, 10, 11, 25):
        services.look_at_supply(now=NOON + days * DAY)
    assert duties("runs_out") == [duty]
    close_item(item_id=duty.pk, outcome=Outcome.DONE, by=duty.client.care_team.get(role="coordinator").user, now=NOON)
    services.look_at_supply(now=NOON + 26 * DAY)
    assert duties("runs_out") == []


def test_a_changed_plan_moves_the_run_out_and_the_duty(dose_plan: DosePlan, prescriber: User) -> None:
    filled(dose_plan, prescriber, NOON, "20")
    assert duties("runs_out") == []
    current = queries.current_version(dose_plan)
    order = order_with(current.order, {"on": "2026-03-08", "action": "stop"})
    faster = {**STEADY, "steps": [{"doses": {"morning": "25"}, "days": 7}, {"doses": {"morning": "50"}}]}
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, order=faster, reason="Too little", by=prescriber, now=NOON
    )
    services.look_at_supply(now=NOON)
    assert "none is left on Mar 9, 2026" in duties("runs_out")[0].reason
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=2, order=order, reason="Too much", by=prescriber, now=NOON
    )
    services.look_at_supply(now=NOON)
    assert duties("runs_out") == []


def test_the_task_only_asks(dose_plan: DosePlan, prescriber: User) -> None:
    filled(dose_plan, prescriber, NOON, "10")
    look_at_supply()
    assert not RefillRequest.objects.exists()


def test_missed_doses_are_still_in_the_box(dose_plan: DosePlan, prescriber: User) -> None:
    filled(dose_plan, prescriber, NOON)
    services.record_missed_doses(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        last_taken_on=dt.date(2026, 3, 4),
        onward=services.missed.Onward.KEEP,
        is_confirmed=True,
        reason="Was away",
        by=prescriber,
        now=NOON + 5 * DAY,
    )
    supply = queries.counted_plan(dose_plan, NOON + 5 * DAY).supply
    assert supply is not None
    assert supply.run_out_on == dt.date(2026, 4, 3)


def test_a_request_waits_on_the_board_and_the_home(dose_plan: DosePlan, coordinator: User, prescriber: User) -> None:
    asked = refill_asked(dose_plan, coordinator, NOON)
    assert refill_asked(dose_plan, coordinator, NOON) == asked
    with pytest.raises(RuleBroken, match="waiting already"):
        refill_asked(dose_plan, coordinator, NOON, days=60)
    [duty] = duties("refill_asked")
    assert (duty.owner_role, duty.due_at) == ("prescriber", NOON + DAY)
    assert [(row[0], row[4]) for row in queries.waiting_refills(prescriber)] == [(asked.pk, dose_plan.client_id)]
    assert not queries.waiting_refills(UserFactory(acting_role="prescriber")).exists()
    decide(asked, prescriber)
    assert (duties("refill_asked"), list(queries.waiting_refills(prescriber))) == ([], [])
    assert refill_asked(dose_plan, coordinator, NOON) != asked


def test_a_step_of_another_plan_is_refused(dose_plan: DosePlan, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="step of this dose plan"):
        refill_asked(dose_plan, prescriber, NOON, step_id=dose_plan.pk)


def test_a_client_asks_by_link_once(dose_plan: DosePlan, prescriber: User) -> None:
    asking = {"dose_plan": dose_plan, "step_first_on": dt.date(2026, 3, 2), "step_mg": Decimal(25), "now": NOON}
    asked = services.ask_refill_by_link(source="checkin:1", **asking)  # type: ignore[arg-type]
    assert asked is not None
    assert (asked.entered_by, asked.days, audited("refill_asked")) == (None, None, 1)
    assert services.ask_refill_by_link(source="checkin:2", **asking) is None  # type: ignore[arg-type]
    decide(asked, prescriber, "declined")
    assert services.ask_refill_by_link(source="checkin:1", **asking) == asked  # type: ignore[arg-type]
    strange = {**asking, "step_mg": Decimal(26)}
    assert services.ask_refill_by_link(source="checkin:3", **strange) is None  # type: ignore[arg-type]


def test_an_approval_is_a_record_with_a_text(dose_plan: DosePlan, prescriber: User) -> None:
    filled(dose_plan, prescriber, NOON)
    decision = decide(refill_asked(dose_plan, prescriber, NOON), prescriber)
    assert (decision.first_on, decision.days) == (dt.date(2026, 4, 1), 30)
    assert decision.units == [{"form": "tablet", "release": "IR", "strength_mg": "25", "count": "30"}]
    assert "Ada Byron" in decision.text
    assert "This is no prescription." in decision.text
    assert {remark["code"] for remark in decision.remarks} == {"no_visit", "no_next_visit", "run_out"}
    assert audited("refill_decided") == 1


def test_who_decides_second_is_told(dose_plan: DosePlan, prescriber: User, ada: Client) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON)
    first = decide(asked, prescriber)
    assert decide(asked, prescriber) == first
    other = UserFactory(acting_role="prescriber")
    CareTeamMemberFactory(client=ada, user=other, is_lead=False)
    for again in (
        lambda: decide(asked, other, "declined"),
        lambda: decide(asked, prescriber, days=10),
        lambda: services.withdraw_refill(request_id=asked.pk, reason="Not needed", by=prescriber, now=NOON),
    ):
        with pytest.raises(RuleBroken, match="Paula Prescriber was first: approved"):
            again()
    assert RefillDecision.objects.count() == 1


def test_a_superseded_step_is_approved_only_as_the_current_one(dose_plan: DosePlan, prescriber: User) -> None:
    asked = refill_asked(dose_plan, prescriber, NOON)
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        order={**STEADY, "steps": [{"doses": {"morning": "50"}}]},
        reason="Too little",
        by=prescriber,
        now=NOON,
    )
    offered = queries.steps_to_ask_for(dose_plan, NOON.date())
    assert [(step.mg_per_day, step.version.number) for step in offered] == [(50, 2), (25, 1)]
    with pytest.raises(RuleBroken, match="superseded step"):
        decide(asked, prescriber)
    decision = decide(asked, prescriber, "changed")
    assert decision.step == DoseStep.objects.current().get(version__dose_plan=dose_plan)
    assert decision.units[0]["strength_mg"] == "50"


def test_a_cover_prescriber_renews_the_same_dose(dose_plan: DosePlan, prescriber: User, ada: Client) -> None:
    cover = UserFactory(acting_role="prescriber")
    CareTeamMemberFactory(client=ada, user=cover, is_lead=False)
    asked = refill_asked(dose_plan, prescriber, NOON, days=70)
    with pytest.raises(RuleBroken, match="same dose only"):
        decide(asked, cover, days=70)
    assert decide(asked, cover, "changed", days=60).by == cover
    lead = CareTeamMember.objects.get(client=ada, role="prescriber", is_lead=True).user
    assert [queries.supply.is_cover(dose_plan, one) for one in (cover, lead)] == [True, False]
    DosePlan.objects.filter(pk=dose_plan.pk).update(prescriber=cover)
    dose_plan.refresh_from_db()
    assert [queries.supply.is_cover(dose_plan, one) for one in (cover, lead)] == [False, False]


def test_only_a_prescriber_of_the_team_decides(dose_plan: DosePlan, coordinator: User) -> None:
    with pytest.raises(RuleBroken, match="Only a prescriber of this client's care team"):
        decide(refill_asked(dose_plan, coordinator, NOON), coordinator)


def test_a_request_is_withdrawn_by_who_entered_it_or_a_prescriber(
    dose_plan: DosePlan, coordinator: User, therapist: User
) -> None:
    asked = refill_asked(dose_plan, coordinator, NOON)
    with pytest.raises(RuleBroken, match="Somebody else entered this"):
        services.withdraw_refill(request_id=asked.pk, reason="Why not", by=therapist, now=NOON)
    with pytest.raises(RuleBroken, match="Say why"):
        services.withdraw_refill(request_id=asked.pk, reason=" ", by=coordinator, now=NOON)
    ended = [services.withdraw_refill(request_id=asked.pk, reason="Twice", by=coordinator, now=NOON) for _ in range(2)]
    assert ended[0] == ended[1]
    assert duties("refill_asked") == []


def test_facts_come_from_visits_promises_and_settings(dose_plan: DosePlan, prescriber: User, ada: Client) -> None:
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOON - 40 * DAY, status=AppointmentStatus.DONE)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOON + 9 * DAY, kind="therapy")
    asked = refill_asked(dose_plan, prescriber, NOON)
    with override_settings(REFILL_VISIT_WITHIN_DAYS=30, REFILL_CONTROLLED_DAYS=20):
        judgement, facts = queries.judged(asked, prescriber, NOON)
    assert facts.limits == queries.supply.ClinicLimits(30, 20)
    assert (facts.last_visit_on, facts.next_visit_on) == (dt.date(2026, 1, 21), None)
    assert [one.code for one in judgement.warnings] == ["last_visit", "no_next_visit"]


def test_a_failed_audit_leaves_nothing(dose_plan: DosePlan, prescriber: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the audit is away")

    asked = refill_asked(dose_plan, prescriber, NOON)
    for module in ("supply", "refills"):
        monkeypatch.setattr(f"clinic.titration.services.{module}.record", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        filled(dose_plan, prescriber, NOON)
    with pytest.raises(RuntimeError), transaction.atomic():
        decide(asked, prescriber)
    assert not Fill.objects.exists()
    assert not RefillDecision.objects.exists()
