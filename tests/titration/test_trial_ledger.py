"""The trial ledger read from the rows: dose plans of here, trials of before, and what they say before a start."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.intake import services as intake
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan, ResponseThresholds, TrialEnd
from clinic.titration.queries.trials import warnings_before
from clinic.titration.rules.missing import Onward
from clinic.titration.rules.running import order_with
from clinic.titration.rules.trials import Adequacy, Outcome, Trial, Verdict
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.scales import ScaleResponseFactory
from tests.factories.titration import TABLETS, started
from tests.titration.test_views import typed

MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 9, 1)
pytestmark = pytest.mark.django_db


def after(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory(medication=MedicationFactory(usual_min_mg=Decimal(50))).medication


@pytest.fixture
def dose_plan(ada: Client, prescriber: User, sertraline: Medication) -> DosePlan:
    """50 mg in the morning from Mar 2, 2026."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    order = {"start_on": "2026-03-02", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    return started(ada, sertraline, prescriber, MONDAY, order)


def stopped(dose_plan: DosePlan, by: User, days: int, reason: str = "No better") -> None:
    """Without the medication from so many days after the first one on."""
    now = after(days)
    stop_on = timezone.localdate(now)
    services.stop_dose_plan(dose_plan_id=dose_plan.pk, base_version=1, stop_on=stop_on, reason=reason, by=by, now=now)


def ledger(client: Client) -> list[Trial]:
    return queries.trial_ledger(client.pk, TODAY).trials


def scored(client: Client, days: int, total: int, **more: Any) -> None:
    ScaleResponseFactory(client=client, answered_at=after(days), total=total, **more)


def test_an_adequate_failure_of_here_warns_before_the_same_is_started_again(
    ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    scored(ada, 0, 18)
    scored(ada, 42, 17)
    stopped(dose_plan, prescriber, 42)
    [trial] = ledger(ada)
    assert (trial.verdict, trial.days_at_dose, trial.ended_words) == (Verdict.FAILED, 42, "No better")
    assert queries.trial_ledger(ada.pk, TODAY).failures == [trial]
    extended = MedicationFactory(name="sertraline ER", ingredient="Sertraline")
    for medication in (dose_plan.medication, extended):
        [sentence] = warnings_before(ada, medication, TODAY)
        assert sentence == (
            "An adequate trial of sertraline did not help: Mar 2, 2026 to Apr 12, 2026, up to 50 mg a day, "
            "6 weeks at or above 50 mg, PHQ-9 18 (Mar 2, 2026) to 17 (Apr 13, 2026): no response."
        )
    assert warnings_before(ada, MedicationFactory(name="lithium"), TODAY) == ()


def test_the_warning_stands_beside_and_stops_nothing(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    scored(ada, 0, 18)
    scored(ada, 42, 17)
    stopped(dose_plan, prescriber, 42)
    order = {"start_on": "2026-09-01", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    again = started(ada, dose_plan.medication, prescriber, dt.datetime(2026, 9, 1, 17, tzinfo=dt.UTC), order)
    kept = again.versions.get().regimen
    assert kept["earlier"][0].startswith("An adequate trial of sertraline did not help")
    assert kept["findings"] == []


def test_the_plan_editor_shows_it_among_what_warns(
    browser: Browser, ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    stopped(dose_plan, prescriber, 9)
    services.say_why_ended(dose_plan_id=dose_plan.pk, why="side_effects", by=prescriber, now=after(9))
    browser.force_login(prescriber)
    url = f"{reverse('titration:start', args=[ada.pk])}?medication={dose_plan.medication.pk}"
    page = browser.post(url, typed(do="preview"))
    assert "A trial of sertraline was stopped for side effects: Mar 2, 2026 to Mar 10, 2026" in page.text


def test_a_switch_to_it_warns_too(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    scored(ada, 0, 18)
    scored(ada, 42, 17)
    stopped(dose_plan, prescriber, 42)
    bupropion = ProductFactory(medication=MedicationFactory(name="bupropion")).medication
    order = {"start_on": "2026-06-01", "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
    running = started(ada, bupropion, prescriber, dt.datetime(2026, 6, 1, 17, tzinfo=dt.UTC), order)
    around = queries.surroundings_of(ada, today=dt.date(2026, 9, 1))
    now = dt.datetime(2026, 9, 1, 17, tzinfo=dt.UTC)
    switching = queries.switching_of(running, dose_plan.medication, around, now=now)
    assert [words[:40] for words in switching.earlier] == ["An adequate trial of sertraline did not "]


def test_a_side_effect_that_stopped_it_and_a_code_said_later(
    ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    stopped(dose_plan, prescriber, 9, "Rash")
    assert ledger(ada)[0].verdict is Verdict.INADEQUATE
    end = services.say_why_ended(dose_plan_id=dose_plan.pk, why="side_effects", by=prescriber, now=after(10))
    assert ledger(ada)[0].verdict is Verdict.INTOLERANCE
    again = services.say_why_ended(dose_plan_id=dose_plan.pk, why="side_effects", by=prescriber, now=after(11))
    assert again == end
    services.say_why_ended(dose_plan_id=dose_plan.pk, why="cost", by=prescriber, now=after(12))
    assert (ledger(ada)[0].why_ended, TrialEnd.objects.count()) == ("cost", 2)
    assert AuditEvent.objects.filter(action="trial_end_said", client_id=ada.pk).count() == 2


def test_only_a_prescriber_of_the_care_team_says_why_and_only_once_it_ended(
    prescriber: User, therapist: User, stranger: User, dose_plan: DosePlan
) -> None:
    for by, refusal in ((prescriber, RuleBroken), (therapist, RuleBroken), (stranger, Http404)):
        with pytest.raises(refusal):
            services.say_why_ended(dose_plan_id=dose_plan.pk, why="cost", by=by, now=after(1))
    assert not TrialEnd.objects.exists()


def test_what_was_said_never_changes(prescriber: User, dose_plan: DosePlan) -> None:
    stopped(dose_plan, prescriber, 9)
    end = services.say_why_ended(dose_plan_id=dose_plan.pk, why="cost", by=prescriber, now=after(9))
    for change in (TrialEnd.objects.filter(pk=end.pk).update, TrialEnd.objects.filter(pk=end.pk).delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(**({"why": "other"} if "update" in change.__name__ else {}))


def test_trials_of_before_stand_after_those_of_here(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    for name, medication, weeks, why in (
        ("Zoloft", dose_plan.medication, 8, "no_effect"),
        ("Something else", None, 8, "unknown"),
    ):
        intake.add_trial(
            client_id=ada.pk,
            name=name,
            medication=medication,
            highest_mg=Decimal(100),
            weeks=weeks,
            response="none" if medication else "unknown",
            why_stopped=why,
            by=prescriber,
            now=MONDAY,
        )
    own, told, unknown = ledger(ada)
    assert (own.verdict, own.is_own) == (Verdict.RUNNING, True)
    assert (told.verdict, told.outcome, told.adequacy) == (Verdict.FAILED, Outcome.NONE, Adequacy.ADEQUATE)
    assert (unknown.verdict, unknown.least_mg, unknown.why_ended) == (Verdict.UNKNOWN, None, "")


def test_a_medication_that_is_not_computed_has_no_least_dose(
    ada: Client, prescriber: User, dose_plan: DosePlan
) -> None:
    Medication.objects.update(not_computed_because="Counted in tablets.")
    assert ledger(ada)[0].least_mg is None
    intake.add_trial(client_id=ada.pk, name="Zoloft", medication=dose_plan.medication, by=prescriber, now=MONDAY)
    assert ledger(ada)[1].least_mg is None


def test_missed_days_do_not_count(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    now = after(20)
    services.record_missed_doses(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        last_taken_on=timezone.localdate(after(14)),
        onward=Onward.KEEP,
        reason="Forgot them",
        by=prescriber,
        now=now,
    )
    [trial] = queries.trial_ledger(ada.pk, timezone.localdate(after(28))).trials
    assert (trial.days_at_dose, trial.adequacy) == (23, Adequacy.INADEQUATE)


def test_the_clinics_weeks_count_and_queries_are_flat(
    ada: Client, prescriber: User, dose_plan: DosePlan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert queries.trial_ledger(ada.pk, TODAY).weeks_needed == 4
    ResponseThresholds.objects.create(
        number=1, adequate_weeks=60, better_percent=20, worse_points=5, silent_weeks=6, by=prescriber, at=MONDAY
    )
    with django_assert_num_queries(1):
        found = queries.trial_ledger(ada.pk, TODAY)
    assert (found.weeks_needed, found.trials[0].adequacy) == (60, Adequacy.INADEQUATE)
    for days in range(3):
        scored(ada, days, 18)
        intake.add_trial(client_id=ada.pk, name=f"Other {days}", by=prescriber, now=MONDAY)
    with django_assert_num_queries(1):
        assert len(queries.trial_ledger(ada.pk, TODAY).trials) == 4


def test_a_taper_to_nothing_has_ended_on_its_last_day(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    order = order_with(dose_plan.versions.get().order, {"on": "2026-05-04", "action": "stop"})
    services.change_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, order=order, reason="Well for long", by=prescriber, now=after(40)
    )
    assert queries.trial_ledger(ada.pk, dt.date(2026, 5, 3)).trials[0].verdict is Verdict.RUNNING
    trial = queries.trial_ledger(ada.pk, dt.date(2026, 5, 4)).trials[0]
    assert (trial.last_on, trial.ended_words) == (dt.date(2026, 5, 3), "Well for long")
