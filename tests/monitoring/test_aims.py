"""AIMS on an antipsychotic: before the start, every 6 months at high risk, else every 12; closed by one entered."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.clients.models import Client
from clinic.intake.models import EvaluationDiagnosis
from clinic.monitoring import queries, services
from clinic.monitoring.rules import State
from clinic.monitoring.rules.protocols import Person, is_at_risk_of_dyskinesia
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.intake import PsychiatricEvaluationFactory
from tests.factories.scales import ScaleResponseFactory
from tests.monitoring.test_due_pages import DAY, begun, text

pytestmark = pytest.mark.django_db
LOW = Person(40, Decimal(90), "male")


@pytest.mark.parametrize(
    ("person", "is_high"),
    [
        (LOW, False),
        (Person(55, None, "male"), False),
        (Person(56, None, "male"), True),
        (Person(40, None, "female"), True),
        (Person(40, None, "unknown", frozenset({"F41.1", "G25"})), False),
        (Person(40, None, "male", frozenset({"F10.20"})), True),
        (Person(40, None, "male", frozenset({"F33.1"})), True),
        (Person(40, None, "male", frozenset({"F70"})), True),
    ],
)
def test_who_is_at_high_risk(person: Person, is_high: bool) -> None:
    assert is_at_risk_of_dyskinesia(person, 55) is is_high


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def haloperidol(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun nine days ago; a man of middle age of whom no diagnosis is known."""
    Client.objects.filter(pk=ada.pk).update(sex="male", birth_on=timezone.localdate(now) - 40 * 365 * DAY)
    return begun(ada, prescriber, now - 9 * DAY, ingredient="haloperidol")


def answered(client: Client, at: dt.datetime, *, is_complete: bool = True) -> None:
    ScaleResponseFactory(client=client, instrument="aims", answered_at=at, total=2, is_complete=is_complete)


def aims(client: Client, now: dt.datetime) -> tuple[str, State]:
    [item] = [one for one in queries.due_of_client(client.pk, now) if one.protocol.kinds == ("aims",)]
    return item.protocol.key, item.state


def on_the_chart(browser: Browser, user: User, client: Client) -> str:
    return text(browser, user, f"/chart/{client.pk}/")


def test_never_done_until_one_is_entered(
    browser: Browser, haloperidol: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    assert aims(ada, now) == ("antipsychotic_aims_before", State.NEVER_DONE)
    assert "AIMS, blood count" in on_the_chart(browser, prescriber, ada)
    answered(ada, now - DAY, is_complete=False)
    assert aims(ada, now)[1] is State.NEVER_DONE
    answered(ada, now - DAY)
    assert aims(ada, now) == ("antipsychotic_aims_later", State.NOT_YET)
    assert "AIMS, blood count" not in on_the_chart(browser, prescriber, ada)


def test_a_year_later_it_is_overdue_and_at_high_risk_half_a_year(
    browser: Browser, haloperidol: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    answered(ada, now - DAY)
    assert aims(ada, now + 200 * DAY) == ("antipsychotic_aims_later", State.NOT_YET)
    assert aims(ada, now + 400 * DAY) == ("antipsychotic_aims_later", State.OVERDUE)
    Client.objects.filter(pk=ada.pk).update(sex="female")
    assert aims(ada, now + 200 * DAY) == ("antipsychotic_aims_high", State.OVERDUE)


def test_diagnoses_of_signed_evaluations_and_of_the_plan_count(
    haloperidol: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    answered(ada, now - DAY)
    evaluation = PsychiatricEvaluationFactory(client=ada, prescriber=prescriber)
    EvaluationDiagnosis.objects.create(evaluation=evaluation, code="F33.1", text="Depression", rank=1)
    assert aims(ada, now)[0] == "antipsychotic_aims_later"
    evaluation.signed_at, evaluation.signed_by, evaluation.content_hash = now, prescriber, "0" * 64
    evaluation.save()
    assert aims(ada, now)[0] == "antipsychotic_aims_high"


def test_the_duty_ends_with_it_and_the_number_of_queries_is_flat(
    haloperidol: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    services.look_at_due(now=now)
    duty = WorkItem.objects.get(kind=DutyKind.MONITORING_DUE, reason__contains="AIMS")
    answered(ada, now - DAY)
    with CaptureQueriesContext(connection) as read:
        queries.due_everywhere(now)
    assert len(read) == 6
    services.look_at_due(now=now)
    duty.refresh_from_db()
    assert duty.closed_at is None  # blood count and others stand in the same duty and are still missing
    assert "AIMS" not in " ".join(line.measured for line in queries.lines_of_client(ada, now))
