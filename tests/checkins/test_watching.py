"""A scale that staff fill in with a client: item 9 of 1 or more raises one alert, by whoever recorded it."""

import datetime as dt

import pytest

from clinic.checkins.services import raise_scale_alerts
from clinic.checkins.tasks import raise_scale_alerts as look
from clinic.clients.models import Client
from clinic.risk.models import CallOut, RiskAlert
from clinic.scales.models import AnsweredBy
from clinic.scales.services import record_response
from clinic.staff.models import User
from tests.checkins.conftest import JUNE_4
from tests.factories.risk import on_call
from tests.factories.scales import ContentPackFactory, ScaleResponseFactory

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def fill_in(client: Client, by: User, item_9: int, answered_by: AnsweredBy = AnsweredBy.STAFF) -> None:
    record_response(
        client_id=client.pk, instrument="phq9", answers=[0] * 8 + [item_9], by=by, now=JUNE_4, answered_by=answered_by
    )


def test_item_9_with_staff_raises_one_alert_and_tells_who_is_on_call(
    ada: Client, therapist: User, prescriber: User
) -> None:
    on_call(first=prescriber)
    fill_in(ada, therapist, 1)
    assert [raise_scale_alerts(now=JUNE_4 + n * MINUTE) for n in range(3)] == [1, 0, 0]
    alert = RiskAlert.objects.get()
    assert (alert.kind, alert.raised_by, alert.client) == ("self_harm", therapist, ada)
    assert alert.reason.startswith("PHQ-9 filled in with staff")
    assert CallOut.objects.get().user == prescriber


def test_a_scale_of_the_clinics_own_is_called_by_its_title(ada: Client, therapist: User) -> None:
    ContentPackFactory(accepted_by=therapist)
    ScaleResponseFactory(
        client=ada,
        instrument="rest2",
        recorded_by=therapist,
        answered_by="staff",
        flags=["self_harm"],
        answered_at=JUNE_4,
    )
    raise_scale_alerts(now=JUNE_4)
    assert RiskAlert.objects.get().reason.startswith("Rest-2 filled in with staff")


def test_workers_that_were_down_for_days_raise_it_when_they_are_back(ada: Client, therapist: User) -> None:
    fill_in(ada, therapist, 3)
    assert raise_scale_alerts(now=JUNE_4 + dt.timedelta(days=6)) == 1


@pytest.mark.parametrize(
    ("item_9", "answered_by", "days"),
    [(0, AnsweredBy.STAFF, 0), (3, AnsweredBy.IMPORT, 0), (3, AnsweredBy.CLIENT, 0), (3, AnsweredBy.STAFF, 8)],
    ids=["nothing there", "history of elsewhere", "raised by the check-in itself", "long ago"],
)
def test_no_alert_where_there_is_none_to_raise(
    ada: Client, therapist: User, item_9: int, answered_by: AnsweredBy, days: int
) -> None:
    fill_in(ada, therapist, item_9, answered_by)
    raise_scale_alerts(now=JUNE_4 + dt.timedelta(days=days))
    assert not RiskAlert.objects.exists()


def test_the_task_looks(db: None) -> None:
    look()
    assert not RiskAlert.objects.exists()
