"""One check-in from the step to the board: asked by the client's clock, moved, sent once, missed, answered once."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.services import look_for_silence, plan_checkins, planning
from clinic.clients.models import Client
from clinic.messaging.models import Channel, OutboxMessage, Reminder
from clinic.messaging.services import send_due, stop_messages
from clinic.staff.models import User
from clinic.titration import services as titration
from clinic.titration.models import DosePlan
from clinic.titration.queries import current_version
from clinic.titration.rules import running
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_1, dose_plan  # noqa: F401 - Ada on sertraline from Monday, June 1
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import daytime_zone

pytestmark = pytest.mark.django_db
PHONE = "+18015550177"
GOOD = {"feeling": "4", "doses_missed": "0", **{f"item_{n}": "0" for n in range(1, 10)}}


def due(day: int) -> str:
    """When the message of a check-in of June leaves, by the clock on the wall in Denver."""
    checkin = CheckIn.objects.get(due_on=dt.date(2026, 6, day), state=CheckInState.PLANNED)
    at = Reminder.objects.get(about_id=checkin.pk).due_at
    return f"{at.astimezone(ZoneInfo('America/Denver')):%B %-d %H:%M}"


def its_time_comes(day: int) -> None:
    """The sender goes by the database's clock alone: what is due that day is due a minute ago."""
    due_ago = timezone.now() - dt.timedelta(minutes=1)
    Reminder.objects.update(next_try_at=due_ago + dt.timedelta(days=30))
    checkin = CheckIn.objects.get(due_on=dt.date(2026, 6, day), state=CheckInState.PLANNED)
    Reminder.objects.filter(about_id=checkin.pk).update(due_at=due_ago, next_try_at=due_ago)
    for _ in range(3):
        send_due()


def sent() -> list[str]:
    return list(OutboxMessage.objects.order_by("accepted_at").values_list("channel", flat=True))


def link_sent() -> str:
    text = OutboxMessage.objects.latest("accepted_at").text
    return "/" + next(word for word in text.split() if "://" in word).split("/", 3)[3]


def second_step_waits_a_week(dose_plan: DosePlan, by: User) -> None:  # noqa: F811
    current = current_version(dose_plan)
    now = JUNE_1 + dt.timedelta(days=1)
    titration.change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=current.number,
        order=running.order_with(current.order, {"on": "2026-06-07", "action": "pause", "days": 7}),
        reason="Slower",
        by=by,
        now=now,
    )
    plan_checkins(now=now)


def test_late_in_the_evening_waits_for_the_morning(dose_plan: DosePlan, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(planning, "ASKED_AT", dt.time(22, 30))
    plan_checkins(now=JUNE_1)
    assert due(4) == "June 5 08:00"


def test_a_check_in_from_the_step_to_the_board_and_back(
    ada: Client,
    prescriber: User,
    browser: Browser,
    dose_plan: DosePlan,  # noqa: F811
) -> None:
    cache.clear()
    ContactPointFactory(client=ada, kind="phone", value=PHONE, may_text=True, may_email=False)
    ada.contact_points.filter(kind="email").update(is_preferred=False)
    plan_checkins(now=JUNE_1)
    assert due(4) == "June 4 10:00"
    assert due(11) == "June 11 10:00"
    second_step_waits_a_week(dose_plan, prescriber)
    assert not CheckIn.objects.filter(due_on="2026-06-11", state=CheckInState.PLANNED).exists()
    plan_checkins(now=JUNE_1 + dt.timedelta(days=6))
    assert due(18) == "June 18 10:00"
    ada.time_zone = daytime_zone()
    ada.save()
    its_time_comes(4)
    assert sent() == [Channel.SMS]
    stop_messages(channel=Channel.SMS, address=PHONE, by=None, now=timezone.now())
    its_time_comes(14)
    assert sent() == [Channel.SMS, Channel.EMAIL]

    asked_at = dt.datetime(2026, 6, 14, 16, tzinfo=dt.UTC)
    asked = CheckIn.objects.get(due_on="2026-06-14", state=CheckInState.PLANNED)
    Reminder.objects.filter(about_id=asked.pk).update(accepted_at=asked_at)
    assert [look_for_silence(now=asked_at + dt.timedelta(hours=hours)) for hours in (47, 48, 49, 50)] == [0, 1, 0, 0]
    on_board = WorkItem.objects.get(kind="silent_checkin", closed_at=None)
    assert on_board.owner_role == "coordinator"

    link = link_sent()
    # An amount has its space, which the random letters of the link have not.
    for personal in ("Ada", "Byron", "sertraline", " mg"):
        assert personal not in browser.get(link).text
    browser.post(link, {"year": "1990"})
    assert "sertraline" in browser.get(link).text
    assert "Thank you" in browser.post(link, GOOD, follow=True).text
    assert Browser().get(link).status_code == 404
    assert CheckInAnswer.objects.get().checkin == asked
    on_board.refresh_from_db()
    assert (on_board.closed_at is not None, on_board.closed_by) == (True, None)
