"""Check-ins follow the dose steps in force, by pull."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AuditEvent
from clinic.checkins import queries
from clinic.checkins.models import CheckIn, CheckInState
from clinic.checkins.rules import Occasion
from clinic.checkins.services import plan_checkins
from clinic.clients.models import Client, ClientStatus
from clinic.messaging.models import Reminder, ReminderState, SignedLink
from clinic.plans.models import Goal, PlanStatus
from clinic.scales.models import AnsweredBy, ScaleResponse
from clinic.staff.models import User
from clinic.titration import services as titration
from clinic.titration.models import DosePlan
from clinic.titration.rules.running import order_with
from tests.checkins.conftest import JUNE_1, JUNE_4
from tests.factories.checkins import CheckInFactory, link_to
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.plans import SignedPlanFactory, TreatmentPlanFactory
from tests.factories.titration import rising_order, started

pytestmark = pytest.mark.django_db


def planned() -> list[tuple[str, dt.date, str]]:
    rows = CheckIn.objects.filter(state=CheckInState.PLANNED).order_by("due_on")
    return [(row.occasion, row.due_on, f"{row.step_mg.normalize():f}") for row in rows]


def test_a_step_on_monday_june_1_is_asked_about_on_day_4_at_ten(dose_plan: DosePlan) -> None:
    assert plan_checkins(now=JUNE_1) == 4
    assert planned() == [
        ("day_4", dt.date(2026, 6, 4), "25"),
        ("before_next_step", dt.date(2026, 6, 7), "25"),
        ("day_4", dt.date(2026, 6, 11), "50"),
        ("day_14", dt.date(2026, 6, 14), "50"),
    ]
    first = Reminder.objects.order_by("due_at").first()
    assert first is not None
    assert first.due_at == dt.datetime(2026, 6, 4, 10, tzinfo=ZoneInfo("America/Denver"))


def test_asked_again_it_changes_nothing(dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    events = AuditEvent.objects.filter(action="checkins_planned").count()
    assert plan_checkins(now=JUNE_1) == 0
    assert CheckIn.objects.count() == Reminder.objects.count() == 4
    assert AuditEvent.objects.filter(action="checkins_planned").count() == events == 1


def test_a_client_in_another_zone_is_asked_by_their_own_clock(ada: Client, dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    ada.time_zone = "America/New_York"
    ada.save()
    plan_checkins(now=JUNE_1)
    first = Reminder.objects.order_by("due_at").first()
    assert first is not None
    assert first.due_at == dt.datetime(2026, 6, 4, 10, tzinfo=ZoneInfo("America/New_York"))


def test_a_changed_dose_withdraws_what_has_not_left_and_plans_the_new(dose_plan: DosePlan, prescriber: User) -> None:
    plan_checkins(now=JUNE_1)
    doomed = CheckIn.objects.get(due_on=dt.date(2026, 6, 14))
    link_to(doomed, expires_at=JUNE_4 + dt.timedelta(days=30))
    now = JUNE_1 + dt.timedelta(days=8)
    stop_on_june_10(dose_plan, prescriber, now)
    plan_checkins(now=now)
    doomed.refresh_from_db()
    assert doomed.state == CheckInState.WITHDRAWN
    assert Reminder.objects.get(about_id=doomed.pk).state == ReminderState.CANCELLED
    assert SignedLink.objects.get(about_id=doomed.pk).revoked_at == now
    assert dt.date(2026, 6, 14) not in [due_on for _, due_on, _ in planned()]


def stop_on_june_10(dose_plan: DosePlan, by: User, now: dt.datetime) -> None:
    titration.stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=dt.date(2026, 6, 10), reason="Nausea", by=by, now=now
    )


def test_a_reminder_of_a_changed_step_does_not_leave_even_before_the_next_look(
    dose_plan: DosePlan, prescriber: User
) -> None:
    plan_checkins(now=JUNE_1)
    doomed = CheckIn.objects.get(due_on=dt.date(2026, 6, 14))
    assert queries.still_wanted([doomed.pk]) == {doomed.pk}
    stop_on_june_10(dose_plan, prescriber, JUNE_1 + dt.timedelta(days=8))
    assert not queries.still_wanted([doomed.pk])


def test_a_paused_client_is_not_asked(ada: Client, dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    row = CheckIn.objects.first()
    ada.status = ClientStatus.PAUSED
    ada.save()
    assert row is not None
    assert not queries.still_wanted([row.pk])
    plan_checkins(now=JUNE_1)
    assert planned() == []


def test_three_days_after_it_was_due_a_check_in_is_closed(dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    plan_checkins(now=JUNE_4 + dt.timedelta(days=4))
    first = CheckIn.objects.get(due_on=dt.date(2026, 6, 4))
    assert first.state == CheckInState.EXPIRED
    assert Reminder.objects.get(about_id=first.pk).state == ReminderState.CANCELLED


def test_a_step_signed_late_is_asked_about_up_to_two_days_after(ada: Client, dose_plan: DosePlan) -> None:
    assert plan_checkins(now=JUNE_1 + dt.timedelta(days=5)) > 0
    assert dt.date(2026, 6, 4) in [due_on for _, due_on, _ in planned()]
    assert dt.date(2026, 6, 7) in [due_on for _, due_on, _ in planned()]


JUNE_7 = JUNE_1 + dt.timedelta(days=6)
BEFORE_NEXT = Occasion.BEFORE_NEXT_STEP


def held(dose_plan: DosePlan, by: User) -> None:
    """On June 7 the first step goes on until June 12."""
    current = dose_plan.versions.get(superseded_at=None)
    stay = {"on": "2026-06-07", "action": "pause", "days": 5}
    titration.change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=1,
        order=order_with(current.order, stay),
        reason="Worried",
        by=by,
        now=JUNE_7,
    )


def test_a_step_that_goes_on_after_a_worrying_answer_is_asked_about_before_the_next_one_again(
    dose_plan: DosePlan, prescriber: User
) -> None:
    plan_checkins(now=JUNE_1)
    first = CheckIn.objects.get(occasion=BEFORE_NEXT)
    CheckIn.objects.filter(pk=first.pk).update(state=CheckInState.ANSWERED, closed_at=JUNE_7)
    held(dose_plan, prescriber)
    plan_checkins(now=JUNE_7)
    again = CheckIn.objects.filter(occasion=BEFORE_NEXT, step_first_on=first.step_first_on).exclude(pk=first.pk).get()
    assert (again.due_on, again.state) == (dt.date(2026, 6, 12), CheckInState.PLANNED)
    assert CheckIn.objects.filter(occasion="day_4", step_first_on=first.step_first_on).count() == 1


def test_what_is_out_stays_open_while_its_step_runs(dose_plan: DosePlan, prescriber: User) -> None:
    plan_checkins(now=JUNE_1)
    out = CheckIn.objects.get(occasion=BEFORE_NEXT)
    held(dose_plan, prescriber)
    plan_checkins(now=JUNE_7)
    out.refresh_from_db()
    assert (out.state, out.due_on) == (CheckInState.PLANNED, dt.date(2026, 6, 7))
    assert dt.date(2026, 6, 12) in [due_on for _, due_on, _ in planned()]


def test_what_is_out_of_a_client_who_paused_care_is_withdrawn(
    ada: Client, dose_plan: DosePlan, prescriber: User
) -> None:
    plan_checkins(now=JUNE_1)
    held(dose_plan, prescriber)
    ada.status = ClientStatus.PAUSED
    ada.save()
    plan_checkins(now=JUNE_7)
    assert CheckIn.objects.get(due_on=JUNE_7.date()).state == CheckInState.WITHDRAWN


def answered_phq9(client: Client, at: dt.datetime) -> None:
    ScaleResponse.objects.create(
        client=client,
        instrument="phq9",
        version="1",
        answers=[1] * 9,
        total=9,
        answered_at=at,
        answered_by=AnsweredBy.CLIENT,
    )


def test_the_scale_follows_the_last_phq9_until_the_day_it_is_asked(ada: Client, dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    assert set(CheckIn.objects.values_list("instrument", flat=True)) == {"phq9"}
    answered_phq9(ada, JUNE_4)
    plan_checkins(now=JUNE_4)
    assert list(CheckIn.objects.order_by("due_on").values_list("instrument", flat=True)) == [
        "phq9",
        "phq2",
        "phq2",
        "phq9",
        "phq9",
    ]


def test_two_weeks_after_the_start_the_scale_is_that_of_the_plans_goals(ada: Client, dose_plan: DosePlan) -> None:
    plan = ada.treatment_plans.get()
    # The parts of a signed plan cannot change: a draft takes its place with its goal, and is then in force.
    plan.status, plan.superseded_at = PlanStatus.SUPERSEDED, JUNE_1
    plan.save()
    draft = TreatmentPlanFactory(client=ada, number=2)
    Goal.objects.create(plan=draft, text="Worry less", measure="GAD-7 total")
    draft.status, draft.signed_at, draft.signed_by = PlanStatus.SIGNED, JUNE_1, draft.written_by
    draft.save()
    plan_checkins(now=JUNE_1)
    assert CheckIn.objects.get(occasion="day_14").instrument == "gad7"
    assert CheckIn.objects.filter(occasion="day_4").first().instrument == "phq9"  # type: ignore[union-attr]


def test_planning_costs_the_same_for_many(
    prescriber: User, dose_plan: DosePlan, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with CaptureQueriesContext(connection) as one:
        plan_checkins(now=JUNE_1)
    CheckIn.objects.all().delete()
    Reminder.objects.all().delete()
    begin_four_more(prescriber)
    with django_assert_max_num_queries(len(one)):
        plan_checkins(now=JUNE_1)


def begin_four_more(prescriber: User) -> None:
    """Four more clients, each with the dose plan of the first."""
    for _ in range(4):
        client = ClientFactory()
        ContactPointFactory(client=client)
        CareTeamMemberFactory(client=client, user=prescriber)
        SignedPlanFactory(client=client, written_by=prescriber)
        started(client, MedicationFactory(), prescriber, JUNE_1, rising_order(JUNE_1.date()))


def test_each_of_many_dose_plans_is_asked_about_as_if_it_were_alone(prescriber: User, dose_plan: DosePlan) -> None:
    plan_checkins(now=JUNE_1)
    alone = planned()
    begin_four_more(prescriber)
    plan_checkins(now=JUNE_1)
    assert planned() == [one for one in alone for _ in range(5)]
    assert queries.still_wanted(CheckIn.objects.values_list("pk", flat=True)) == set(
        CheckIn.objects.values_list("pk", flat=True)
    )


def test_only_one_plans_at_a_time(dose_plan: DosePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    from clinic.checkins.services import planning

    monkeypatch.setattr(planning, "_is_only_planner", lambda: False)
    assert plan_checkins(now=JUNE_1) == 0
    assert not CheckIn.objects.exists()


def test_the_task_has_the_name_that_beat_asks_for(db: None) -> None:
    from clinic.checkins.tasks import plan_checkins as task
    from medmgmt.celery import PLAN_CHECKINS

    assert task.name == PLAN_CHECKINS
    task()


def test_an_answered_check_in_is_not_asked_again_when_its_day_moves(dose_plan: DosePlan) -> None:
    CheckInFactory(dose_plan=dose_plan, due_on=dt.date(2026, 6, 3), state=CheckInState.ANSWERED, closed_at=JUNE_4)
    plan_checkins(now=JUNE_1)
    assert ("day_4", dt.date(2026, 6, 4), "25") not in planned()


def test_the_words_of_today_are_by_the_clients_own_day(dose_plan: DosePlan, checkin: CheckIn) -> None:
    assert queries.dose_today(checkin, now=JUNE_4).words.startswith("25 mg in the morning")
    assert queries.dose_today(checkin, now=dt.datetime(2026, 6, 8, 5, tzinfo=dt.UTC)).words.startswith("25 mg")
    assert queries.dose_today(checkin, now=dt.datetime(2026, 6, 8, 7, tzinfo=dt.UTC)).words.startswith("50 mg")
    assert queries.dose_today(checkin, now=dt.datetime(2026, 5, 8, 7, tzinfo=dt.UTC)).words == ""


def test_a_message_is_of_use_until_its_check_in_closes(checkin: CheckIn) -> None:
    closes = dt.datetime(2026, 6, 8, 6, tzinfo=dt.UTC)
    assert queries.open_until([checkin.pk]) == {checkin.pk: closes}
