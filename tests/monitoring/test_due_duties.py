"""Duties about what is due, and about values that cannot wait."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring import queries, services
from clinic.monitoring.rules import Given
from clinic.monitoring.rules.critical import critical_words
from clinic.monitoring.tasks import look_at_due
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import close_item
from tests.factories.monitoring import MeasurementFactory
from tests.monitoring.test_due_pages import DAY, begun, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def lithium(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun nine days ago, no level taken."""
    return begun(ada, prescriber, now - 9 * DAY)


def duty(kind: DutyKind, reason: str) -> WorkItem:
    return WorkItem.objects.get(kind=kind, reason__startswith=reason)


def test_what_is_due_is_a_duty_once_however_often_it_looks(lithium: DosePlan, now: dt.datetime) -> None:
    assert services.look_at_due(now=now) == 2
    look_at_due()
    assert WorkItem.objects.open().filter(kind=DutyKind.MONITORING_DUE).count() == 2
    level = duty(DutyKind.MONITORING_DUE, "Lithium level, for Lithium carbonate")
    assert timezone.localdate(level.due_at) == lithium.began_on + 8 * DAY
    assert (level.owner_role, level.client) == ("coordinator", lithium.client)


def test_a_result_in_its_window_ends_the_duty_and_one_outside_does_not(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    services.look_at_due(now=now)
    enter(ada, prescriber, now - DAY / 24, "lithium", "0.7", "mmol/L")
    assert duty(DutyKind.MONITORING_DUE, "Lithium level").closed_at is None
    enter(ada, prescriber, now - 3 * DAY, "lithium", "0.7", "mmol/L")
    ended = duty(DutyKind.MONITORING_DUE, "Lithium level")
    assert (ended.outcome, ended.closed_by) == (Outcome.DONE, None)


def test_once_the_result_is_withdrawn_it_is_due_again(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    services.look_at_due(now=now)
    [kept] = services.record_results(
        client_id=ada.pk, results=[Given("lithium", Decimal("1.6"), "mmol/L")], taken_at=now - 3 * DAY,
        by=prescriber, now=timezone.now(),
    )  # fmt: skip
    assert duty(DutyKind.CRITICAL_RESULT, "Lithium level 1.6").closed_at is None
    services.withdraw_result(measurement_id=kept.pk, because="typed_wrong", by=prescriber, now=timezone.now())
    assert duty(DutyKind.MONITORING_DUE, "Lithium level").closed_at is None
    assert duty(DutyKind.CRITICAL_RESULT, "Lithium level 1.6").outcome == Outcome.NO_LONGER_NEEDED


def test_a_look_ends_what_was_measured_and_what_is_asked_no_more(
    lithium: DosePlan, ada: Client, now: dt.datetime
) -> None:
    services.look_at_due(now=now)
    Client.objects.filter(pk=ada.pk).update(status="discharged")
    services.look_at_due(now=now)
    assert set(WorkItem.objects.values_list("outcome", flat=True)) == {Outcome.NO_LONGER_NEEDED}


def test_what_another_system_brought_ends_it_at_the_next_look(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    services.look_at_due(now=now)
    about = {"client": ada, "kind": "lithium", "unit": "mmol/L", "value": Decimal("0.7")}
    MeasurementFactory(taken_at=now - 3 * DAY, **about)
    services.look_at_due(now=now)
    assert duty(DutyKind.MONITORING_DUE, "Lithium level").outcome == Outcome.DONE


def test_what_a_person_closed_stays_closed(lithium: DosePlan, coordinator: User, ada: Client, now: dt.datetime) -> None:
    services.look_at_due(now=now)
    level = duty(DutyKind.MONITORING_DUE, "Lithium level")
    close_item(item_id=level.pk, outcome=Outcome.NO_LONGER_NEEDED, by=coordinator, now=now)
    services.look_at_due(now=now)
    assert queries.open_due(ada.pk) == [one for one in queries.open_due() if one != level.about]
    assert "Lithium level" not in {line.measured for line in queries.lines_of_client(ada, now)}


@pytest.mark.parametrize(
    ("kind", "value", "takes_clozapine", "begins"),
    [
        ("lithium", "1.49", False, ""),
        ("lithium", "1.5", False, "1.5 mmol/L or more"),
        ("anc", "499", True, "below 500: interrupt"),
        ("anc", "500", True, "500 to 999: interrupt"),
        ("anc", "999", True, "500 to 999: interrupt"),
        ("anc", "1000", True, "1,000 to 1,499: continue"),
        ("anc", "1499", True, "1,000 to 1,499: continue"),
        ("anc", "1500", True, ""),
        ("anc", "499", False, ""),
        ("sodium", "120", False, ""),
    ],
)
def test_what_is_critical(kind: str, value: str, takes_clozapine: bool, begins: str) -> None:
    words = critical_words(kind, Decimal(value), takes_clozapine=takes_clozapine)
    assert words.startswith(begins)
    assert bool(words) is bool(begins)


def test_a_critical_value_is_an_urgent_duty_of_the_prescriber_once(
    lithium: DosePlan, ada: Client, prescriber: User, coordinator: User, now: dt.datetime
) -> None:
    for _ in range(2):
        enter(ada, coordinator, now - DAY, "lithium", "1.5", "mmol/L")
    told = WorkItem.objects.get(kind=DutyKind.CRITICAL_RESULT)
    assert (told.owner, told.urgent, told.client) == (prescriber, True, ada)
    enter(ada, coordinator, now - DAY, "anc", "600", "cells/µL")
    assert WorkItem.objects.filter(kind=DutyKind.CRITICAL_RESULT).count() == 1


def test_without_a_plan_here_any_prescriber_may_take_it(ada: Client, coordinator: User, now: dt.datetime) -> None:
    enter(ada, coordinator, now - DAY, "lithium", "2.1", "mmol/L")
    told = WorkItem.objects.get(kind=DutyKind.CRITICAL_RESULT)
    assert (told.owner, told.owner_role) == (None, "prescriber")
