"""Today's dose, what comes next, and the history of doses."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan
from clinic.titration.rules import build_plan
from clinic.titration.rules.running import order_from
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import TABLETS, rising_order, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    """25 mg from Mar 2, 50 mg from Mar 9, 75 mg from Mar 16, 100 mg from Mar 23."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, MONDAY)


def lower_from(dose_plan: DosePlan, day: int, by: User) -> None:
    order = order_from(march(day), dose_plan.versions.get(superseded_at=None).order, [{"doses": {"morning": "25"}}])
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        order=order,
        reason="Nausea",
        by=by,
        now=dt.datetime(2026, 3, day, 17, tzinfo=dt.UTC),
    )


def test_today_and_what_comes_next(ada: Client, dose_plan: DosePlan) -> None:
    (dose,) = queries.running_plans(ada, march(10))
    assert dose.today_words == "50 mg in the morning (1 x 50 mg tablet)"
    assert (dose.mg_today, dose.version_number, dose.stop_on) == (50, 1, None)
    assert (dose.next_on, dose.next_words) == (
        march(16),
        "75 mg in the morning (1 x 50 mg tablet + 1 x 25 mg tablet)",
    )
    assert dose.medication == dose_plan.medication


def test_before_it_begins_nothing_is_taken(ada: Client, dose_plan: DosePlan) -> None:
    (dose,) = queries.running_plans(ada, dt.date(2026, 2, 27))
    assert (dose.step, dose.today_words, dose.mg_today, dose.next_on) == (None, "no dose today", 0, march(2))


def test_the_last_step_has_no_next(ada: Client, dose_plan: DosePlan) -> None:
    (dose,) = queries.running_plans(ada, march(30))
    assert (dose.mg_today, dose.next_step, dose.next_words) == (100, None, "")


def test_a_day_between_two_doses_has_none(ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)
    steps = [{"doses": {"morning": "50"}, "every_days": 2}]
    order = {"start_on": "2026-03-02", "products": TABLETS, "steps": steps}
    started(ada, ProductFactory().medication, prescriber, MONDAY, order)
    assert [queries.running_plans(ada, march(day))[0].mg_today for day in (2, 3, 4)] == [50, 0, 50]


def test_a_stopped_plan_runs_no_more(ada: Client, dose_plan: DosePlan, prescriber: User) -> None:
    services.stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=march(12), reason="Rash", by=prescriber, now=MONDAY
    )
    assert queries.running_plans(ada, march(11))[0].stop_on == march(12)
    assert queries.running_plans(ada, march(12)) == []


def test_many_plans_cost_two_queries(
    ada: Client, dose_plan: DosePlan, prescriber: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("bupropion", "citalopram"):
        started(ada, ProductFactory(medication=MedicationFactory(name=name)).medication, prescriber, MONDAY)
    with django_assert_num_queries(2):
        names = {dose.medication.name for dose in queries.running_plans(ada, march(10)) if dose.step}
    assert names == {"sertraline", "bupropion", "citalopram"}


def test_history_keeps_what_was_taken_and_parts_today(
    ada: Client, dose_plan: DosePlan, prescriber: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lower_from(dose_plan, 12, prescriber)
    with django_assert_num_queries(1):
        spans = queries.dose_history(ada, march(5), today=march(20))
    assert [(span.first_on, span.last_on, span.mg_per_day, span.is_planned) for span in spans] == [
        (march(2), march(8), 25, False),
        (march(9), march(11), 50, False),
        (march(12), march(20), 25, False),
        (march(21), None, 25, True),
    ]
    assert {span.medication.name for span in spans} == {"sertraline"}


def test_history_before_and_after(ada: Client, dose_plan: DosePlan) -> None:
    assert [span.first_on for span in queries.dose_history(ada, march(20))] == [march(16), march(23)]
    planned = queries.dose_history(ada, march(1), today=march(8))
    assert [span.is_planned for span in planned] == [False, True, True, True]


def test_steps_that_begin_are_found_in_one_query(
    ada: Client, dose_plan: DosePlan, prescriber: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = ClientFactory(given_names="Ben")
    CareTeamMemberFactory(client=other, user=prescriber)
    SignedPlanFactory(client=other, written_by=prescriber)
    started(other, dose_plan.medication, prescriber, MONDAY, rising_order(march(10)))
    lower_from(dose_plan, 12, prescriber)
    with django_assert_num_queries(1):
        found = [
            (step.version.dose_plan.client.given_names, step.first_on, step.next_first_on)
            for step in queries.steps_beginning_between(march(9), march(17))
        ]
    assert found == [
        ("Ada", march(9), march(12)),
        ("Ben", march(10), march(17)),
        ("Ada", march(12), None),
        ("Ben", march(17), march(24)),
    ]


def test_old_versions_read_as_they_were_signed(dose_plan: DosePlan, prescriber: User) -> None:
    lower_from(dose_plan, 12, prescriber)
    newest, first = queries.versions_of(dose_plan)
    assert [step.mg_per_day for step in first.steps] == [25, 50, 75, 100]
    assert first.dispense == ["30 x 100 mg tablet", "14 x 50 mg tablet", "14 x 25 mg tablet"]
    assert newest.dispense == ["30 x 25 mg tablet"]
    assert newest.change.reason == "Nausea"


def test_findings_stand_in_three_tiers() -> None:
    limits = {"max_mg_per_day": "50", "warn_reduction_percent": "10"}
    steps = [
        {"doses": {"morning": "100"}, "days": 7},
        {"doses": {"morning": "50"}, "days": 7},
        {"doses": {"morning": "30"}},
    ]
    plan = build_plan({"start_on": "2026-03-02", "products": TABLETS, "limits": limits, "steps": steps})
    shown = queries.previewed(plan)
    assert [one.words for one in shown.findings.stops] == [
        "Up to 100 mg a day from Mar 2, 2026 to Mar 8, 2026 is above the maximum of 50 mg a day.",
        "30 mg from Mar 16, 2026 cannot be made from the products chosen. The nearest: 25 mg and 37.5 mg.",
    ]
    assert [one.words for one in shown.findings.warnings] == [
        "The cut of 50 % on Mar 9, 2026 is faster than 10 %.",
        "The cut of 40 % on Mar 16, 2026 is faster than 10 %.",
    ]
    assert [one.code for one in shown.findings.stops] == ["above_max", "not_makeable"]
    settled = queries.previewed(plan, march(3), [plan.findings[0].to_json()])
    assert [one.code for one in settled.findings.stops] == ["not_makeable"]
    assert settled.findings.notes[0].words.endswith("Overridden before.")


def test_products_without_units_are_not_offered() -> None:
    medication: Medication = ProductFactory().medication
    ProductFactory(medication=medication, form="solution", strengths_mg=[], scored=False, mg_per_ml=20, ml_step=None)
    assert [product["form"] for product in queries.offered_products(medication)] == ["tablet"]
