"""Starting, changing and stopping a dose plan."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import BreakGlassAccess, Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import ChangeKind, DoseChange, DosePlan, DosePlanVersion, DoseStep, SafetyOverride
from clinic.titration.rules import build_plan
from clinic.titration.rules.running import held, order_from
from clinic.titration.rules.signing import Override
from clinic.titration.services import dose_plans
from tests.factories.formulary import ProductFactory
from tests.factories.plans import AGREED, SignedPlanFactory
from tests.factories.titration import TABLETS, rising_order, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def later(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def in_force(ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, sertraline: Medication, in_force: None) -> DosePlan:
    """25 mg from Mar 2, 50 mg from Mar 9, 75 mg from Mar 16, 100 mg from Mar 23."""
    return started(ada, sertraline, prescriber, MONDAY)


def order_of(dose_plan: DosePlan) -> dict[str, Any]:
    order: dict[str, Any] = dose_plan.versions.get(superseded_at=None).order
    return order


def changed(dose_plan: DosePlan, by: User, order: dict[str, Any], days: int = 8, **more: Any) -> DoseChange:
    number = dose_plan.versions.get(superseded_at=None).number
    wanted = {"base_version": number, "reason": "As agreed", "now": later(days)} | more
    return services.change_dose_plan(dose_plan_id=dose_plan.pk, order=order, by=by, **wanted)


def steps_of(dose_plan: DosePlan, number: int) -> list[tuple[dt.date, dt.date | None, Decimal]]:
    steps = DoseStep.objects.filter(version__dose_plan=dose_plan, version__number=number)
    return list(steps.values_list("first_on", "last_on", "mg_per_day"))


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


def test_a_start_signs_version_steps_and_change_at_once(dose_plan: DosePlan, prescriber: User) -> None:
    version = dose_plan.versions.get()
    assert (version.number, version.signed_by, version.stop_on) == (1, prescriber, None)
    assert version.order["limits"] == {"max_mg_per_day": "200", "min_step_interval_days": 7}
    assert steps_of(dose_plan, 1) == [
        (march(2), march(8), 25),
        (march(9), march(15), 50),
        (march(16), march(22), 75),
        (march(23), None, 100),
    ]
    change = version.change
    assert (change.kind, change.from_mg, change.to_mg, change.reason) == (
        ChangeKind.START,
        None,
        25,
        "For Depression",
    )
    assert change.words == (
        "Sertraline started: 25 mg in the morning from Mar 2, 2026, rising to 100 mg a day by Mar 23"
    )
    assert version.dispense[0] == {"form": "tablet", "release": "IR", "strength_mg": "100", "count": "30"}
    assert audited("dose_plan_started") == 1


def test_without_a_treatment_plan_no_dose_is_signed(ada: Client, prescriber: User, sertraline: Medication) -> None:
    with pytest.raises(RuleBroken, match="no treatment plan in force"):
        started(ada, sertraline, prescriber, MONDAY)
    assert not DosePlan.objects.exists()


def test_only_a_prescriber_of_the_care_team_signs_doses(
    ada: Client, therapist: User, stranger: User, sertraline: Medication, in_force: None
) -> None:
    with pytest.raises(RuleBroken, match="Only a prescriber"):
        started(ada, sertraline, therapist, MONDAY)
    with pytest.raises(Http404):
        started(ada, sertraline, stranger, MONDAY)
    BreakGlassAccess.objects.create(
        client=ada,
        user=stranger,
        reason="Emergency",
        opened_at=MONDAY,
        expires_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
    )
    with pytest.raises(RuleBroken, match="Only a prescriber"):
        started(ada, sertraline, stranger, MONDAY)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (rising_order(march(1)), "today or later"),
        ({"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {}}]}, "takes nothing"),
        (rising_order(march(2)) | {"products": [TABLETS[0] | {"strengths_mg": ["30"]}]}, "those listed"),
        (rising_order(march(2)) | {"products": []}, "at least one"),
    ],
)
def test_an_order_that_cannot_stand_is_refused(
    ada: Client,
    prescriber: User,
    sertraline: Medication,
    in_force: None,
    order: dict[str, Any],
    sentence: str,
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        started(ada, sertraline, prescriber, MONDAY, order)


def test_what_it_treats_is_said(ada: Client, prescriber: User, sertraline: Medication, in_force: None) -> None:
    with pytest.raises(RuleBroken, match="what this medication treats"):
        services.start_dose_plan(
            client_id=ada.pk, medication_id=sertraline.pk, order=rising_order(march(2)), treats=" ", consent=AGREED,
            by=prescriber, now=MONDAY,
        )  # fmt: skip


def test_a_medication_that_runs_is_changed_not_started_twice(
    ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    with pytest.raises(RuleBroken, match="Change that one instead"):
        started(ada, dose_plan.medication, prescriber, later(1), rising_order(march(3)))


def test_limits_of_the_formulary_hold_even_if_the_order_says_otherwise(
    ada: Client, prescriber: User, sertraline: Medication, in_force: None
) -> None:
    order = rising_order(march(2), to_mg="225") | {"limits": {"max_mg_per_day": "900"}}
    with pytest.raises(RuleBroken, match="above the maximum of 200 mg") as refused:
        started(ada, sertraline, prescriber, MONDAY, order)
    assert refused.value.field == "override_above_max"


def test_a_stop_is_overridden_with_reason_and_words(
    ada: Client, prescriber: User, sertraline: Medication, in_force: None
) -> None:
    reason = Override("above_max", "benefit", " Agreed with the client ")

    def start(*overrides: Override) -> DosePlan:
        return services.start_dose_plan(
            client_id=ada.pk,
            medication_id=sertraline.pk,
            order=rising_order(march(2), to_mg="225"),
            treats="Depression",
            consent=AGREED,
            overrides=overrides,
            by=prescriber,
            now=MONDAY,
        )

    with pytest.raises(RuleBroken, match="Give a reason"):
        start(Override("above_max", "benefit", " "))
    start(reason)
    override = SafetyOverride.objects.get()
    assert (override.code, override.reason_code, override.words) == (
        "above_max",
        "benefit",
        "Agreed with the client",
    )
    assert override.finding["value"] == "225"


def test_what_was_overridden_is_not_asked_again(
    ada: Client, prescriber: User, sertraline: Medication, in_force: None
) -> None:
    order = rising_order(march(2)) | {"titration": None, "steps": [{"doses": {"morning": "225"}}]}
    dose_plan = services.start_dose_plan(
        client_id=ada.pk,
        medication_id=sertraline.pk,
        order=order,
        treats="Depression",
        consent=AGREED,
        overrides=[Override("above_max", "tolerated", "For years")],
        by=prescriber,
        now=MONDAY,
    )
    evening = order_from(march(12), order_of(dose_plan), [{"doses": {"evening": "225"}}])
    change = changed(dose_plan, prescriber, evening)
    assert change.kind == ChangeKind.REPLAN
    assert SafetyOverride.objects.count() == 1


def test_a_change_keeps_every_day_before_it(dose_plan: DosePlan, prescriber: User) -> None:
    before = steps_of(dose_plan, 1)
    order = order_from(march(16), order_of(dose_plan), [{"doses": {"morning": "50"}}])
    change = changed(dose_plan, prescriber, order)
    assert (change.kind, change.takes_effect_on) == (ChangeKind.REPLAN, march(16))
    assert steps_of(dose_plan, 2) == [(march(2), march(8), 25), (march(9), None, 50)]
    assert steps_of(dose_plan, 1) == before
    assert change.words == "Sertraline schedule changed from Mar 16, 2026: 50 mg in the morning"
    first = dose_plan.versions.get(number=1)
    assert first.superseded_at == later(8)
    assert audited("dose_plan_changed") == 1


@pytest.mark.parametrize(
    ("day", "steps", "kind", "words"),
    [
        (
            17,
            [{"doses": {"morning": "50", "bedtime": "50"}}],
            ChangeKind.INCREASE,
            "increased from 75 mg to 100 mg a day from Mar 17, 2026: 50 mg in the morning, 50 mg at bedtime",
        ),
        (
            10,
            [{"doses": {"morning": "25"}, "every_days": 2, "days": 6}],
            ChangeKind.DECREASE,
            "decreased from 50 mg to 25 mg a day from Mar 10, 2026: 25 mg in the morning, every other day, "
            "last dose on Mar 15",
        ),
        (
            10,
            [{"doses": {}, "days": 5}, {"doses": {"morning": "25"}, "every_days": 3}],
            ChangeKind.HOLD,
            "held from Mar 10, 2026: no dose until Mar 15, then 25 mg in the morning, every 3 days",
        ),
        (10, [{"doses": {}}], ChangeKind.HOLD, "held from Mar 10, 2026: no dose until further notice"),
        (
            12,
            [{"doses": {"morning": "50"}, "days": 14}, {"doses": {"morning": "25"}}],
            ChangeKind.REPLAN,
            "schedule changed from Mar 16, 2026: 50 mg in the morning, falling to 25 mg a day by Mar 26",
        ),
    ],
)
def test_each_kind_of_change_in_plain_words(
    dose_plan: DosePlan, prescriber: User, day: int, steps: list[Any], kind: ChangeKind, words: str
) -> None:
    reason = Override("step_too_soon", "tolerated", "Took it before")
    order = order_from(march(day), order_of(dose_plan), steps)
    change = changed(dose_plan, prescriber, order, overrides=[reason])
    assert change.kind == kind
    assert change.words == f"Sertraline {words}"


def test_a_caller_may_name_the_kind(dose_plan: DosePlan, prescriber: User) -> None:
    order = order_from(march(16), order_of(dose_plan), [{"doses": {"morning": "50"}}])
    assert changed(dose_plan, prescriber, order, kind=ChangeKind.DECREASE).kind == ChangeKind.DECREASE


def test_a_hold_moves_the_rest(dose_plan: DosePlan, prescriber: User) -> None:
    order = order_of(dose_plan)
    rest = held(build_plan(order), march(12), 3)
    resumed = Override("step_too_soon", "intended", "Back to what was tolerated")
    changed(dose_plan, prescriber, order_from(march(12), order, rest), overrides=[resumed])
    assert steps_of(dose_plan, 2)[1:4] == [
        (march(9), march(11), 50),
        (march(12), march(14), 0),
        (march(15), march(18), 50),
    ]


def test_new_strengths_leave_the_units_already_taken(dose_plan: DosePlan, prescriber: User) -> None:
    quarter = [TABLETS[0] | {"strengths_mg": ["25"]}]
    order = order_from(march(12), order_of(dose_plan), [{"doses": {"morning": "50"}}], products=quarter)
    changed(dose_plan, prescriber, order, on=march(12))
    words = list(DoseStep.objects.filter(version__number=2).values_list("first_on", "words"))
    assert words == [
        (march(2), "25 mg in the morning (1 x 25 mg tablet)"),
        (march(9), "50 mg in the morning (1 x 50 mg tablet)"),
        (march(12), "50 mg in the morning (2 x 25 mg tablet)"),
    ]


@pytest.mark.parametrize(
    ("steps", "more", "sentence"),
    [
        ([{"doses": {"morning": "75"}}], {"on": march(9)}, "past of a dose plan never changes"),
        ([{"doses": {"morning": "75"}}], {"on": march(20)}, "days before the day"),
        ([{"doses": {"morning": "75"}}], {"reason": " "}, "Say why"),
        ([{"doses": {"morning": "75"}}], {}, "shortest time is 7 days"),
    ],
)
def test_a_change_that_cannot_stand_is_refused(
    dose_plan: DosePlan, prescriber: User, steps: list[Any], more: dict[str, Any], sentence: str
) -> None:
    order = order_from(march(12), order_of(dose_plan), steps)
    with pytest.raises(RuleBroken, match=sentence):
        changed(dose_plan, prescriber, order, **more)
    assert dose_plan.versions.count() == 1


def test_what_changes_nothing_is_no_change(dose_plan: DosePlan, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="changes nothing"):
        changed(dose_plan, prescriber, order_of(dose_plan))


def test_the_past_is_refused_by_its_first_changed_day(dose_plan: DosePlan, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="never changes"):
        changed(dose_plan, prescriber, rising_order(march(2), from_mg="50"))


def test_the_second_of_two_prescribers_sees_what_the_first_signed(dose_plan: DosePlan, prescriber: User) -> None:
    order = order_from(march(16), order_of(dose_plan), [{"doses": {"morning": "50"}}])
    changed(dose_plan, prescriber, order, reason="Nausea")
    with pytest.raises(StaleRecord) as refused:
        changed(dose_plan, prescriber, order, base_version=1)
    assert refused.value.version == 2
    assert refused.value.theirs["reason"] == "Nausea"
    assert "50 mg in the morning" in refused.value.theirs["summary"]


def test_out_of_scope_is_missing(dose_plan: DosePlan, stranger: User, prescriber: User) -> None:
    with pytest.raises(Http404):
        changed(dose_plan, stranger, order_of(dose_plan))


def test_a_stop_ends_it_and_only_a_new_plan_gives_it_again(ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
    change = services.stop_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        stop_on=march(12),
        reason="Rash",
        by=prescriber,
        now=later(8),
    )
    assert (change.kind, change.to_mg) == (ChangeKind.STOP, 0)
    assert change.words == "Sertraline stopped: last dose on Mar 11, 2026"
    current = dose_plan.versions.get(superseded_at=None)
    assert current.stop_on == march(12)
    assert steps_of(dose_plan, 2)[-1] == (march(9), march(11), 50)
    assert audited("dose_plan_stopped") == 1
    with pytest.raises(RuleBroken, match="has ended"):
        changed(dose_plan, prescriber, order_of(dose_plan), days=10)
    again = started(ada, dose_plan.medication, prescriber, later(10), rising_order(march(12)))
    assert again != dose_plan


def test_a_plan_is_stopped_before_it_begins(
    ada: Client, prescriber: User, sertraline: Medication, in_force: None
) -> None:
    dose_plan = started(ada, sertraline, prescriber, MONDAY, rising_order(march(9)))
    change = services.stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=march(9), reason="Moved", by=prescriber, now=later(1)
    )
    assert change.words == "Sertraline stopped before it began"
    assert steps_of(dose_plan, 2) == []


def test_a_course_with_an_end_says_when_it_is_over(
    ada: Client, prescriber: User, sertraline: Medication, in_force: None
) -> None:
    order = rising_order(march(2))
    del order["titration"]
    steps = [{"doses": {"morning": "50"}, "days": 5}]
    dose_plan = started(ada, sertraline, prescriber, MONDAY, {**order, "steps": steps})
    assert dose_plan.versions.get().stop_on == march(7)


def test_a_failed_audit_leaves_nothing(
    ada: Client,
    prescriber: User,
    sertraline: Medication,
    in_force: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the audit is full")

    monkeypatch.setattr(dose_plans, "record", failing)
    with pytest.raises(DatabaseError):
        started(ada, sertraline, prescriber, MONDAY)
    assert not DosePlan.objects.exists()
    assert not DosePlanVersion.objects.exists()
