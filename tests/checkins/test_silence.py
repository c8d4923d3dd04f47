"""Who does not answer is seen: by the care team after 48 hours, by the prescriber after a series."""

import datetime as dt

import pytest

from clinic.audit.models import AuditEvent
from clinic.checkins import queries
from clinic.checkins.models import CheckIn, CheckInState
from clinic.checkins.rules import Answers, Occasion, Protocol
from clinic.checkins.services import answer_checkin, look_for_silence, plan_checkins, set_protocol
from clinic.clients.models import Client, ClientStatus
from clinic.messaging.models import ReminderState
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import WorkItem
from clinic.worklist.queries import board
from clinic.worklist.services import close_item
from tests.checkins.conftest import JUNE_1, JUNE_4
from tests.factories.checkins import CheckInFactory, link_to
from tests.factories.messaging import ReminderFactory

pytestmark = pytest.mark.django_db
TWO_DAYS = dt.timedelta(hours=48)
A_MINUTE = dt.timedelta(minutes=1)


def left(checkin: CheckIn, at: dt.datetime = JUNE_4) -> CheckIn:
    """Its message was taken over by the gateway."""
    about = {"about_kind": queries.KIND, "about_id": checkin.pk}
    ReminderFactory(client=checkin.client, state=ReminderState.ACCEPTED, accepted_at=at, closed_at=at, **about)
    return checkin


def asked(dose_plan: DosePlan, day: int, **more: object) -> CheckIn:
    """A check-in of a day of June whose message left at 10 am of Denver."""
    row = CheckInFactory(dose_plan=dose_plan, due_on=dt.date(2026, 6, day), **more)
    return left(row, dt.datetime(2026, 6, day, 16, tzinfo=dt.UTC))


def duties() -> list[tuple[str, str]]:
    rows = WorkItem.objects.filter(kind="silent_checkin", closed_at=None).order_by("created_at")
    return [(row.owner_role, row.reason) for row in rows]


def test_after_48_hours_one_row_comes_to_the_board_however_often_it_is_looked(
    checkin: CheckIn, coordinator: User
) -> None:
    left(checkin)
    assert look_for_silence(now=JUNE_4 + TWO_DAYS - A_MINUTE) == 0
    now = JUNE_4 + TWO_DAYS
    assert [look_for_silence(now=now + A_MINUTE * n) for n in range(3)] == [1, 0, 0]
    assert duties() == [("coordinator", "sertraline: no answer to the check-in of Jun 4, 2026.")]
    (row,) = board(coordinator, kind="", whose="", now=now).duties
    assert [value for value, _ in row.outcomes] == ["reached", "left_message", "wrong_number", "declined"]
    assert AuditEvent.objects.filter(action="checkin_silent", client_id=checkin.client_id).count() == 1


def test_two_who_look_at_once_give_one_duty(checkin: CheckIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the row before either has marked it."""
    left(checkin)
    read = queries.newly_silent
    monkeypatch.setattr(queries, "newly_silent", lambda *words, **more: read(*words, **more) * 2)
    assert look_for_silence(now=JUNE_4 + TWO_DAYS) == 1
    assert len(duties()) == 1


def test_the_row_closes_itself_when_the_answer_comes(checkin: CheckIn) -> None:
    token = link_to(left(checkin), expires_at=JUNE_4 + dt.timedelta(hours=72))
    now = JUNE_4 + TWO_DAYS
    look_for_silence(now=now)
    answer_checkin(token=token, answers=Answers(4, 0), now=now + A_MINUTE)
    assert duties() == []
    closed = WorkItem.objects.get(kind="silent_checkin")
    assert (closed.outcome, closed.closed_by) == ("no_longer_needed", None)
    look_for_silence(now=now + dt.timedelta(days=1))
    assert duties() == []


def test_a_row_that_the_team_closed_stays_closed(checkin: CheckIn, coordinator: User) -> None:
    left(checkin)
    look_for_silence(now=JUNE_4 + TWO_DAYS)
    close_item(item_id=WorkItem.objects.get().pk, outcome="left_message", by=coordinator, now=JUNE_4 + TWO_DAYS)  # type: ignore[arg-type]
    look_for_silence(now=JUNE_4 + TWO_DAYS + A_MINUTE)
    assert duties() == []


def test_a_message_that_never_left_is_no_silence(checkin: CheckIn) -> None:
    ReminderFactory(client=checkin.client, about_kind=queries.KIND, about_id=checkin.pk)
    assert look_for_silence(now=JUNE_4 + TWO_DAYS * 2) == 0


@pytest.mark.parametrize("state", [CheckInState.ANSWERED, CheckInState.WITHDRAWN])
def test_what_was_answered_or_withdrawn_is_not_silent(checkin: CheckIn, state: CheckInState) -> None:
    left(checkin)
    CheckIn.objects.update(state=state, closed_at=JUNE_4)
    assert look_for_silence(now=JUNE_4 + TWO_DAYS) == 0


def test_a_client_who_is_paused_is_not_looked_for(ada: Client, checkin: CheckIn) -> None:
    left(checkin)
    ada.status = ClientStatus.PAUSED
    ada.save()
    assert look_for_silence(now=JUNE_4 + TWO_DAYS) == 0


def test_what_is_older_than_a_week_does_not_flood_the_board(dose_plan: DosePlan) -> None:
    asked(dose_plan, 1, state=CheckInState.EXPIRED, closed_at=JUNE_4)
    assert look_for_silence(now=JUNE_1 + dt.timedelta(days=8)) == 0


def test_the_second_silence_in_a_row_tells_the_prescriber_once(dose_plan: DosePlan, prescriber: User) -> None:
    asked(dose_plan, 4)
    asked(dose_plan, 7, occasion="before_next_step")
    asked(dose_plan, 11, step_first_on=dt.date(2026, 6, 8), step_mg=50)
    told = []
    for day in (6, 9, 13):
        look_for_silence(now=dt.datetime(2026, 6, day, 16, tzinfo=dt.UTC))
        told.append([reason for role, reason in duties() if role == "prescriber"])
    assert told == [[], *[["sertraline: 2 check-ins in a row without an answer."]] * 2]
    assert WorkItem.objects.get(owner_role="prescriber").owner == prescriber


def test_an_answer_between_ends_the_series_and_its_duty(dose_plan: DosePlan) -> None:
    asked(dose_plan, 4)
    second = asked(dose_plan, 7, occasion="before_next_step")
    now = dt.datetime(2026, 6, 9, 16, tzinfo=dt.UTC)
    look_for_silence(now=now)
    assert {role for role, _ in duties()} == {"coordinator", "prescriber"}
    answer_checkin(token=link_to(second, expires_at=now + TWO_DAYS), answers=Answers(4, 0), now=now)
    assert duties() == []
    asked(dose_plan, 11, step_first_on=dt.date(2026, 6, 8), step_mg=50)
    look_for_silence(now=now + dt.timedelta(days=4))
    assert [role for role, _ in duties()] == ["coordinator"]


def test_the_clinic_sets_after_how_many_hours_and_how_many_in_a_row(checkin: CheckIn, prescriber: User) -> None:
    left(checkin)
    own = Protocol(Occasion.DAY_4, 3, silent_after_hours=24, silences_told=1)
    set_protocol(protocol=own, version=0, by=prescriber, now=JUNE_4)
    look_for_silence(now=JUNE_4 + dt.timedelta(hours=24))
    assert {role for role, _ in duties()} == {"coordinator", "prescriber"}


def test_a_silence_of_a_step_that_is_no_longer_planned_leaves_the_board(dose_plan: DosePlan, checkin: CheckIn) -> None:
    left(checkin)
    look_for_silence(now=JUNE_4 + TWO_DAYS)
    CheckIn.objects.update(step_mg=30)
    plan_checkins(now=JUNE_4 + TWO_DAYS)
    checkin.refresh_from_db()
    assert checkin.state == CheckInState.WITHDRAWN
    assert duties() == []
