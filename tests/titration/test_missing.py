"""Missed doses: the gap, how the plan goes on, and what the restart rules refuse."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.formulary.models import Medication
from clinic.formulary.rules import AfterGap, Choice, Outcome, read_templates
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DoseChange, DosePlan, DosePlanVersion, MissedDoses
from clinic.titration.rules import build_plan
from clinic.titration.rules.missing import Onward, check_onward, gap_of, order_after
from clinic.titration.rules.running import mg_on
from clinic.titration.rules.telling import tell_gap
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import TABLETS, rising_order, started

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
# 25 mg from Mar 2, 50 mg from Mar 9, 75 mg from Mar 16, 100 mg from Mar 23.
ORDER = rising_order(dt.date(2026, 3, 2))
CLOZAPINE = read_templates().named("clozapine-label")
TABLETS_AND_ODT = [
    {"form": "tablet", "release": "IR", "strengths_mg": ["25", "100"]},
    {"form": "tablet", "release": "ODT", "strengths_mg": ["12.5"]},
    {"form": "solution", "release": "IR", "mg_per_ml": "50", "ml_step": "0.1"},
]


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def at(day: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=day - 2)


def after(outcome: Outcome) -> AfterGap:
    return AfterGap(outcome, "The label begins again.", "a label", Choice(None, "", ()))


def onward(way: Onward, last: int, today: int, order: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    wanted = order or ORDER
    return order_after(way, wanted, gap_of(build_plan(wanted), march(last), march(today)), **more)


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (dt.date(2026, 3, 12), "before today, or nothing is missed"),
        (dt.date(2026, 3, 1), "before the dose plan began"),
        (dt.date(2026, 3, 11), "Nothing was due"),
    ],
)
def test_a_day_that_leaves_no_gap_is_refused(last: dt.date, reason: str) -> None:
    with pytest.raises(RuleBroken, match=reason):
        gap_of(build_plan(ORDER), last, march(12))


def test_days_between_two_doses_are_not_missed() -> None:
    steps = [{"doses": {"morning": "25"}, "every_days": 2}]
    plan = build_plan({"start_on": "2026-03-02", "products": TABLETS, "steps": steps})
    with pytest.raises(RuleBroken, match="Nothing was due"):
        gap_of(plan, march(4), march(6))
    assert gap_of(plan, march(4), march(8)).first_missed_on == march(6)


def test_going_on_moves_every_later_day_and_leaves_the_past() -> None:
    plan = build_plan(onward(Onward.RESUME, 11, 14))
    assert [(step.first_on, step.mg_per_day) for step in plan.steps] == [
        (march(2), 25),
        (march(9), 50),
        (march(18), 75),
        (march(25), 100),
    ]
    over_a_rise = build_plan(onward(Onward.RESUME, 14, 18))
    assert [mg_on(over_a_rise, march(day)) for day in (15, 16, 17, 18, 19)] == [50, 75, 75, 50, 75]


def test_planned_days_are_kept_only_below_a_rise() -> None:
    assert onward(Onward.KEEP, 11, 14) == ORDER
    with pytest.raises(RuleBroken, match="rise right after"):
        onward(Onward.KEEP, 14, 18)


def test_a_restart_lays_the_schedule_out_from_today_of_products_that_make_it() -> None:
    order = onward(Onward.RESTART, 24, 26, template=CLOZAPINE, offered=TABLETS_AND_ODT)
    plan = build_plan(order)
    assert [mg_on(plan, march(day)) for day in (24, 25, 26, 27)] == [100, 100, Decimal("12.5"), 25]
    assert all(dose.units for step in plan.steps for dose in step.doses)
    only_liquid = TABLETS_AND_ODT[2:]
    by_liquid = build_plan(onward(Onward.RESTART, 24, 26, template=CLOZAPINE, offered=only_liquid))
    assert mg_on(by_liquid, march(26)) == Decimal("12.5")
    with pytest.raises(RuleBroken, match="Choose the schedule"):
        onward(Onward.RESTART, 24, 26)
    with pytest.raises(RuleBroken, match="Choose the schedule"):
        onward(Onward.RESTART, 24, 26, template=read_templates().named("diazepam-taper"))


def test_a_restart_rule_refuses_to_go_on() -> None:
    check_onward(Onward.RESUME, after(Outcome.RESUME), is_confirmed=False)
    check_onward(Onward.RESTART, after(Outcome.RESTART), is_confirmed=False)
    with pytest.raises(RuleBroken, match=r"It cannot go on\. The label begins again\."):
        check_onward(Onward.KEEP, after(Outcome.RESTART), is_confirmed=True)
    with pytest.raises(RuleBroken, match="confirm that it may go on"):
        check_onward(Onward.RESUME, after(Outcome.CONFIRM), is_confirmed=False)
    check_onward(Onward.RESUME, after(Outcome.CONFIRM), is_confirmed=True)


@pytest.mark.parametrize(
    ("way", "last", "today", "words"),
    [
        (
            Onward.RESUME,
            11,
            14,
            "Sertraline not taken from Mar 12 to Mar 13, 2026. Goes on from Mar 14, 2026, later days moved by 2: "
            "50 mg in the morning, rising to 100 mg a day by Mar 25",
        ),
        (
            Onward.KEEP,
            11,
            13,
            "Sertraline not taken on Mar 12, 2026. Goes on from Mar 13, 2026, on its planned days: 50 mg in the "
            "morning, rising to 100 mg a day by Mar 23",
        ),
        (
            Onward.RESTART,
            24,
            26,
            "Sertraline not taken on Mar 25, 2026. Begun again from Mar 26, 2026: 12.5 mg at bedtime, rising to "
            "300 mg a day by Apr 7",
        ),
    ],
)
def test_what_is_told_in_plain_words(way: Onward, last: int, today: int, words: str) -> None:
    old = build_plan(ORDER)
    new = build_plan(onward(way, last, today, template=CLOZAPINE, offered=TABLETS_AND_ODT))
    told = tell_gap("sertraline", old, new, gap_of(old, march(last), march(today)), way)
    assert told.words == words
    assert told.kind == ("decrease" if way is Onward.RESTART else "replan")


def test_a_plan_stopped_or_begun_again_as_low_is_told_too() -> None:
    steps = [{"doses": {"bedtime": "12.5"}, "days": 30}]
    order = {"start_on": "2026-03-02", "products": TABLETS_AND_ODT, "steps": steps}
    old = build_plan(order)
    gap = gap_of(old, march(3), march(6))
    again = build_plan(order_after(Onward.RESTART, order, gap, template=CLOZAPINE))
    assert tell_gap("clozapine", old, again, gap, Onward.RESTART).kind == "replan"
    ended = build_plan({**order, "changes": [{"on": "2026-03-06", "action": "stop"}]})
    assert tell_gap("clozapine", old, ended, gap, Onward.KEEP).words.endswith("no dose")


@pytest.fixture
def clozapine(db: None) -> Medication:
    medication = MedicationFactory(name="clozapine", max_mg=900, max_step_mg=50, min_interval_days=1)
    ProductFactory(medication=medication, strengths_mg=[Decimal(25), Decimal(100)], scored=False)
    ProductFactory(medication=medication, release="ODT", strengths_mg=[Decimal("12.5")], scored=False)
    return medication


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, clozapine: Medication) -> DosePlan:
    """100 mg of clozapine at bedtime since Mar 2."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    products = [{"form": "tablet", "release": "IR", "strengths_mg": ["100"]}]
    order = {"start_on": "2026-03-02", "products": products, "steps": [{"doses": {"bedtime": "100"}}]}
    return started(ada, clozapine, prescriber, MONDAY, order)


def missed(dose_plan: DosePlan, by: User, way: Onward, last: int, today: int, **more: Any) -> MissedDoses:
    given = {"base_version": 1, "reason": "Ran out", **more}
    return services.record_missed_doses(
        dose_plan_id=dose_plan.pk, last_taken_on=march(last), onward=way, by=by, now=at(today), **given
    )


def test_clozapine_after_two_days_is_begun_again_and_the_past_stands(dose_plan: DosePlan, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="48 hours ago or more"):
        missed(dose_plan, prescriber, Onward.RESUME, 10, 12)
    gap = missed(dose_plan, prescriber, Onward.RESTART, 10, 12, template="clozapine-label")
    assert (gap.first_missed_on, gap.last_missed_on, str(gap)) == (march(11), march(11), "2026-03-11 to 2026-03-12")
    steps = list(gap.version.steps.all())
    assert (steps[0].last_on, steps[0].mg_per_day) == (march(11), 100)
    assert (steps[1].first_on, steps[1].mg_per_day) == (march(12), Decimal("12.5"))
    assert gap.version.template == "clozapine-label"
    change = DoseChange.objects.get(version=gap.version)
    assert (change.kind, change.from_mg, change.to_mg) == ("decrease", 100, Decimal("12.5"))
    assert "Begun again from Mar 12" in change.words
    first = DosePlanVersion.objects.get(number=1)
    assert [step.last_on for step in first.steps.all()] == [None]
    assert AuditEvent.objects.filter(action="doses_missed").count() == 1
    with pytest.raises(DatabaseError):
        MissedDoses.objects.update(rule="")


def test_a_dose_of_today_is_not_yet_missed(dose_plan: DosePlan, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Nothing was due"):
        missed(dose_plan, prescriber, Onward.RESUME, 10, 11)


def test_what_is_refused_leaves_everything_as_it_was(dose_plan: DosePlan, prescriber: User, stranger: User) -> None:
    refusals: list[tuple[type[Exception], dict[str, Any]]] = [
        (RuleBroken, {"reason": " "}),
        (RuleBroken, {"template": "lamotrigine-alone"}),
        (StaleRecord, {"base_version": 2}),
    ]
    for error, change in refusals:
        with pytest.raises(error):
            missed(dose_plan, prescriber, Onward.RESTART, 10, 12, **{"template": "clozapine-label", **change})
    with pytest.raises(Http404):
        missed(dose_plan, stranger, Onward.RESTART, 10, 12, template="clozapine-label")
    assert DosePlanVersion.objects.count() == 1


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


@pytest.fixture
def running(ada: Client, prescriber: User, clozapine: Medication) -> DosePlan:
    """100 mg of clozapine since a week ago."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    since = timezone.now() - dt.timedelta(days=7)
    products = [{"form": "tablet", "release": "IR", "strengths_mg": ["100"]}]
    order = {"start_on": timezone.localdate(since).isoformat(), "products": products}
    return started(ada, clozapine, prescriber, since, {**order, "steps": [{"doses": {"bedtime": "100"}}]})


def typed(days_ago: int, **more: object) -> dict[str, object]:
    last = timezone.localdate() - dt.timedelta(days=days_ago)
    day = {"version": "1", "last_taken_on": last.isoformat()}
    return {**day, "onward": "resume", "reason": "Ran out", "do": "sign", **more}


def test_the_page_refuses_by_rule_and_offers_the_restart(
    paula: Browser, running: DosePlan, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    url = reverse("titration:missed", args=[running.pk])
    with django_assert_max_num_queries(30):
        assert "Last taken on" in paula.get(url).content.decode()
    refused = paula.post(url, typed(3))
    assert refused.status_code == 422
    assert "It cannot go on." in refused.content.decode()
    preview = paula.post(url, typed(3, onward="restart", template="clozapine-label", do="preview")).content.decode()
    assert "the label begins again" in preview
    assert "1 x 12.5 mg orally disintegrating tablet" in preview
    answer = paula.post(url, typed(3, onward="restart", template="clozapine-label"), follow=True)
    page = answer.content.decode()
    assert "was planned, not taken" in page
    assert "Begun again from" in page


def test_the_page_says_what_is_missing_and_what_ended(paula: Browser, running: DosePlan, prescriber: User) -> None:
    url = reverse("titration:missed", args=[running.pk])
    assert paula.post(url, typed(3, last_taken_on="")).status_code == 422
    assert paula.post(url, typed(3, onward="nonsense")).status_code == 422
    assert paula.post(url, typed(3, onward="restart", template="")).status_code == 422
    assert paula.post(url, typed(3, onward="restart", template="clozapine-label", version="7")).status_code == 409
    services.stop_dose_plan(
        dose_plan_id=running.pk,
        base_version=1,
        stop_on=timezone.localdate(),
        reason="Ended",
        by=prescriber,
        now=timezone.now(),
    )
    assert "This dose plan has ended" in paula.get(url).content.decode()


def test_a_medication_without_a_rule_goes_on(paula: Browser, running: DosePlan, ada: Client, prescriber: User) -> None:
    since = timezone.now() - dt.timedelta(days=7)
    other = started(ada, ProductFactory().medication, prescriber, since, rising_order(timezone.localdate(since)))
    url = reverse("titration:missed", args=[other.pk])
    preview = paula.post(url, typed(2, do="preview")).content.decode()
    assert "No restart rule is on file for this medication." in preview
    assert "later days moved by 1" in preview
    assert paula.post(url, typed(2)).status_code == 302
    assert MissedDoses.objects.get().onward == "resume"


def test_unconfirmed_days_ask_the_prescriber(paula: Browser, ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)
    lamotrigine = MedicationFactory(name="lamotrigine")
    ProductFactory(medication=lamotrigine)
    since = timezone.now() - dt.timedelta(days=10)
    order = {"start_on": timezone.localdate(since).isoformat(), "products": TABLETS}
    plan = started(ada, lamotrigine, prescriber, since, {**order, "steps": [{"doses": {"morning": "25"}}]})
    url = reverse("titration:missed", args=[plan.pk])
    asked = paula.post(url, typed(6))
    assert asked.status_code == 422
    assert "you decide" in asked.content.decode()
    assert paula.post(url, typed(6, is_confirmed="on")).status_code == 302
