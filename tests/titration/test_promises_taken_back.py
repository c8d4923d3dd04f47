"""A promise to monitor that a wrong result had closed is open again once the result is withdrawn."""

import datetime as dt
from decimal import Decimal

import pytest

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.monitoring.models import Measurement
from clinic.monitoring.services import record_result, withdraw_result
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.rules.signing import EVERY_FINDING, Override, Promise
from clinic.worklist.models import Outcome, WorkItem
from clinic.worklist.services import close_item
from tests.factories.formulary import ProductFactory
from tests.factories.plans import AGREED, SignedPlanFactory
from tests.factories.titration import rising_order

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _promised(ada: Client, prescriber: User) -> None:
    """An ECG within 14 days, for a dose above the maximum."""
    SignedPlanFactory(client=ada, written_by=prescriber)
    promise = Promise("qtc", dt.date(2026, 3, 16), prescriber.pk)
    services.start_dose_plan(
        client_id=ada.pk,
        medication_id=ProductFactory().medication.pk,
        order=rising_order(MONDAY.date(), to_mg="225"),
        treats="Depression",
        consent=AGREED,
        overrides=[Override(EVERY_FINDING, "will_monitor", "Seen and discussed", promise)],
        by=prescriber,
        now=MONDAY,
    )


def later(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


def ecg(ada: Client, by: User, day: int) -> Measurement:
    taken_at = later(day)
    return record_result(
        client_id=ada.pk, kind="qtc", value=Decimal(430), unit="ms", taken_at=taken_at, by=by, now=taken_at
    )


def withdraw(result: Measurement, by: User) -> None:
    withdraw_result(measurement_id=result.pk, because="wrong_client", by=by, now=later(8))


def test_it_is_open_again_and_as_due_as_it_was(ada: Client, prescriber: User) -> None:
    result = ecg(ada, prescriber, 5)
    assert queries.open_promises(ada, now=later(6)) == []
    withdraw(result, prescriber)
    [line] = queries.open_promises(ada, now=later(15))
    assert (line.by_on, line.is_overdue) == (dt.date(2026, 3, 16), True)
    assert AuditEvent.objects.filter(action="promise_open_again", client_id=ada.pk).count() == 1
    ecg(ada, prescriber, 9)
    assert queries.open_promises(ada, now=later(15)) == []


def test_another_result_still_keeps_it(ada: Client, prescriber: User) -> None:
    wrong = ecg(ada, prescriber, 5)
    ecg(ada, prescriber, 6)
    withdraw(wrong, prescriber)
    assert queries.open_promises(ada, now=later(9)) == []


def test_one_from_before_the_promise_kept_nothing(ada: Client, prescriber: User) -> None:
    before = ecg(ada, prescriber, -2)
    ecg(ada, prescriber, 5)
    withdraw(before, prescriber)
    assert queries.open_promises(ada, now=later(9)) == []


def test_what_somebody_ended_otherwise_stays_ended(ada: Client, prescriber: User) -> None:
    duty = WorkItem.objects.get(kind="monitor")
    close_item(item_id=duty.pk, outcome=Outcome.NO_LONGER_NEEDED, by=prescriber, now=later(1))
    withdraw(ecg(ada, prescriber, 5), prescriber)
    assert queries.open_promises(ada, now=later(9)) == []
