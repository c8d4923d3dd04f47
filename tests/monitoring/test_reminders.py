"""Reminders of tests: planned by looking at what is due, taken back with it, read anew just before they leave."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, ContactPoint
from clinic.messaging.models import Channel, OutboxMessage, Reminder, ReminderState
from clinic.messaging.services import send_due, stop_messages
from clinic.monitoring import queries, services
from clinic.monitoring.models import DueDay
from clinic.monitoring.rules import Given
from clinic.monitoring.services import plan_test_reminders
from clinic.monitoring.tasks import plan_reminders
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.titration.services import stop_dose_plan
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory
from tests.factories.messaging import daytime_zone
from tests.factories.monitoring import MeasurementFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import started
from tests.monitoring.test_due_pages import DAY, STEADY, begun

pytestmark = pytest.mark.django_db
LEVEL = Given("lithium", Decimal("0.7"), "mmol/L")


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def lithium(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun four days ago: the level is due in three. Ada may be sent e-mails."""
    ContactPointFactory(client=ada, value="ada@mail.example")
    return begun(ada, prescriber, now - 4 * DAY)


def rows() -> list[tuple[int, dt.date, str]]:
    found = Reminder.objects.filter(about_kind="test_due").select_related("client").order_by("about_id", "step")
    return [(row.step, row.due_at.astimezone(ZoneInfo(row.client.time_zone)).date(), row.state) for row in found]


def states() -> set[str]:
    return {state for _, _, state in rows()}


def test_a_level_is_reminded_of_three_times_however_often_is_looked(
    lithium: DosePlan, ada: Client, now: dt.datetime
) -> None:
    assert [plan_test_reminders(now=now), plan_test_reminders(now=now)] == [1, 0]
    due_on = lithium.began_on + 7 * DAY
    assert rows() == [(1, due_on - 3 * DAY, "due"), (2, due_on, "due"), (3, due_on + 2 * DAY, "due")]
    assert (DueDay.objects.get().client, DueDay.objects.get().due_on) == (ada, due_on)
    assert AuditEvent.objects.filter(action="test_reminders_planned").count() == 1


def test_the_look_is_a_task(lithium: DosePlan) -> None:
    plan_reminders()
    assert DueDay.objects.count() == 1


def test_what_is_past_when_it_is_found_is_not_sent(lithium: DosePlan, now: dt.datetime) -> None:
    plan_test_reminders(now=now + 4 * DAY)
    assert [step for step, _, _ in rows()] == [3]


def test_a_result_takes_back_what_waits_and_withdrawn_it_is_reminded_of_again(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    plan_test_reminders(now=now)
    later = now + 2 * DAY
    [kept] = services.record_results(
        client_id=ada.pk, results=[LEVEL], taken_at=later - dt.timedelta(minutes=5), by=prescriber, now=later
    )
    assert states() == {"cancelled"}
    assert DueDay.objects.get().ended_at == later
    assert plan_test_reminders(now=later) == 0
    services.withdraw_result(measurement_id=kept.pk, because="typed_wrong", by=prescriber, now=later)
    assert plan_test_reminders(now=later) == 1
    assert [(step, state) for step, _, state in rows() if state == "due"] == [(2, "due"), (3, "due")]


def stop(plan: DosePlan, by: User) -> None:
    now = timezone.now()
    stop_on = timezone.localdate(now)
    stop_dose_plan(dose_plan_id=plan.pk, base_version=1, stop_on=stop_on, reason="Side effects", by=by, now=now)


def test_a_stopped_plan_withdraws_its_reminders(lithium: DosePlan, prescriber: User, now: dt.datetime) -> None:
    plan_test_reminders(now=now)
    stop(lithium, prescriber)
    plan_test_reminders(now=now)
    assert states() == {"cancelled"}
    assert {row.closed_because for row in Reminder.objects.all()} == {"nothing is due by that day"}


def test_a_client_who_pauses_is_not_reminded_and_is_again_on_return(
    lithium: DosePlan, ada: Client, now: dt.datetime
) -> None:
    plan_test_reminders(now=now)
    Client.objects.filter(pk=ada.pk).update(status="paused")
    plan_test_reminders(now=now)
    assert states() == {"cancelled"}
    Client.objects.filter(pk=ada.pk).update(status="active")
    assert plan_test_reminders(now=now) == 1
    assert states() == {"cancelled", "due"}


def test_who_cannot_be_written_to_is_the_care_teams_alone(lithium: DosePlan, ada: Client, now: dt.datetime) -> None:
    ContactPoint.objects.filter(client=ada).update(may_email=False)
    assert plan_test_reminders(now=now) == 1
    assert rows() == []
    services.look_at_due(now=now)
    assert WorkItem.objects.filter(client=ada, kind=DutyKind.MONITORING_DUE).exists()
    ContactPoint.objects.filter(client=ada).update(may_email=True)
    plan_test_reminders(now=now)
    assert len(rows()) == 3


@pytest.fixture
def due(lithium: DosePlan, ada: Client, now: dt.datetime) -> Reminder:
    """The first reminder of Ada's level is due; it is noon at her place."""
    Client.objects.filter(pk=ada.pk).update(time_zone=daytime_zone())
    plan_test_reminders(now=now)
    Reminder.objects.filter(step=1).update(due_at=now, next_try_at=now)
    return Reminder.objects.get(step=1)


def sent() -> list[str]:
    send_due(channel=Channel.EMAIL)
    return list(OutboxMessage.objects.values_list("text", flat=True))


def test_the_message_tells_nothing_but_that_there_is_something(due: Reminder) -> None:
    [message] = sent()
    assert "You have a reminder from us:" in message
    assert "works for 7 days" in message
    assert not any(word in message.lower() for word in ("lithium", "test", "ada", "blood"))
    assert Reminder.objects.get(pk=due.pk).state == ReminderState.ACCEPTED


def test_at_night_it_waits_for_the_morning(due: Reminder, ada: Client, now: dt.datetime) -> None:
    ahead = 23 - now.hour if now.hour > 8 else -1 - now.hour
    Client.objects.filter(pk=ada.pk).update(time_zone=f"Etc/GMT{-ahead:+d}")
    assert sent() == []
    waiting = Reminder.objects.get(pk=due.pk)
    assert waiting.state == ReminderState.DUE
    assert waiting.next_try_at.astimezone(dt.timezone(dt.timedelta(hours=ahead))).hour == 8


def test_in_spanish(due: Reminder, ada: Client) -> None:
    Client.objects.filter(pk=ada.pk).update(language="es")
    assert "Tiene un recordatorio nuestro:" in sent()[0]


def test_one_of_a_plan_that_was_stopped_since_the_last_look_does_not_leave(
    due: Reminder, lithium: DosePlan, prescriber: User
) -> None:
    stop(lithium, prescriber)
    assert (sent(), Reminder.objects.get(pk=due.pk).state) == ([], ReminderState.CANCELLED)


def test_what_another_system_measured_since_the_last_look_is_not_wanted(
    ada: Client, prescriber: User, now: dt.datetime
) -> None:
    ContactPointFactory(client=ada)
    begun(ada, prescriber, now - 6 * DAY)
    plan_test_reminders(now=now)
    day = DueDay.objects.get()
    assert queries.still_wanted([day.pk]) == {day.pk}
    MeasurementFactory(client=ada, kind="lithium", unit="mmol/L", value=Decimal("0.7"), taken_at=now)
    assert queries.still_wanted([day.pk]) == set()


def test_stop_ends_it_without_another_duty(due: Reminder, ada: Client) -> None:
    stop_messages(channel=Channel.EMAIL, address="ada@mail.example", by=None, now=timezone.now())
    assert sent() == []
    assert Reminder.objects.get(pk=due.pk).state == ReminderState.CANCELLED
    assert not WorkItem.objects.filter(client=ada).exists()


def test_one_that_is_late_gives_way_to_the_next(due: Reminder) -> None:
    today = timezone.localdate()
    DueDay.objects.update(due_on=today)
    assert queries.steps_wanted([due.about_id]) == set()
    DueDay.objects.update(due_on=today + 3 * DAY)
    assert queries.steps_wanted([due.about_id]) == {(due.about_id, 1)}


def test_looking_costs_the_same_for_many(ada: Client, prescriber: User, now: dt.datetime) -> None:
    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as planning:
            plan_test_reminders(now=now)
        with CaptureQueriesContext(connection) as sending:
            queries.steps_wanted(DueDay.objects.values_list("pk", flat=True))
        return len(planning), len(sending)

    ContactPointFactory(client=ada)
    medication = begun(ada, prescriber, now - 4 * DAY).medication
    one = cost()
    for client in ClientFactory.create_batch(4):
        CareTeamMemberFactory(client=client, user=prescriber)
        ContactPointFactory(client=client)
        SignedPlanFactory(client=client, written_by=prescriber)
        order = STEADY | {"start_on": timezone.localdate(now - 4 * DAY).isoformat()}
        started(client, medication, prescriber, now - 4 * DAY, order)
    assert cost() == one
    assert DueDay.objects.count() == 5
