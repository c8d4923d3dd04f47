"""The queue by hand: numbers, pauses, resending, the alarm, and what a restored database may send."""

import datetime as dt
import uuid
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.core.rules import RuleBroken
from clinic.messaging import queries, rules, services
from clinic.messaging.gateways import Result
from clinic.messaging.models import Channel, ChannelPause, OutboxMessage, Release, Reminder, ReminderState, Resending
from clinic.messaging.rules import Outcome
from clinic.messaging.tasks import watch_queue
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory
from tests.messaging.stubs import StubGateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]
ELSEWHERE = "another/00000002/5"


def due(**more: Any) -> Reminder:
    row: Reminder = ReminderFactory(**more)
    ContactPointFactory(client=row.client)
    return row


def send() -> int:
    services.send_due(channel=Channel.EMAIL)
    return OutboxMessage.objects.count()


def counts(channel: Channel = Channel.EMAIL) -> queries.ChannelCounts:
    return next(one for one in queries.channel_counts(timezone.now()) if one.channel == channel)


def alarms() -> list[str]:
    return list(WorkItem.objects.open().filter(urgent=True).values_list("reason", flat=True))


@pytest.fixture
def open_for_long(settings: Any) -> None:
    """The process that looks began an hour ago."""
    settings.PROCESS_BEGAN_AT = timezone.now() - dt.timedelta(hours=1)


@pytest.fixture
def sends_for_long() -> None:
    """Messages were first looked for an hour ago."""
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    Release.objects.create(identity=queries.identity(), reason="first", released_at=an_hour_ago)


@pytest.fixture
def operator(browser: Browser, administrator: User) -> Browser:
    browser.force_login(administrator)
    return browser


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def test_the_queue_in_numbers() -> None:
    now = timezone.now()
    row, _, _ = due(), due(due_at=now + dt.timedelta(days=1)), due(state=ReminderState.REFUSED, closed_at=now)
    due(state=ReminderState.ACCEPTED, closed_at=now - dt.timedelta(days=2))
    due(state=ReminderState.UNKNOWN)
    one = counts()
    assert (one.planned, one.due, one.unknown, one.refused, one.sent) == (1, 1, 1, 1, 0)
    assert one.oldest_due_at is not None
    assert abs(one.oldest_due_at - row.due_at) < dt.timedelta(seconds=1)
    assert 60 <= one.late_s < 70
    assert (counts(Channel.SMS).due, counts(Channel.SMS).late_s) == (0, 0)


@pytest.mark.parametrize(
    ("how", "late_s"),
    [
        ({"state": ReminderState.DUE, "attempts": 3, "waits_s": 600}, 300),
        ({"state": ReminderState.UNKNOWN, "attempts": 1, "waits_s": 10}, 300),
        # Another has taken over what a dead sender held.
        ({"state": ReminderState.CLAIMED, "attempts": 2, "waits_s": 119}, 300),
        # Its sender hangs since 100 s.
        ({"state": ReminderState.CLAIMED, "attempts": 1, "waits_s": 20}, 100),
        # Taken just now, in the client's morning.
        ({"state": ReminderState.CLAIMED, "attempts": 1, "waits_s": 120}, 0),
        # Waits for the morning.
        ({"state": ReminderState.DUE, "attempts": 0, "waits_s": 600}, 0),
        ({"state": ReminderState.DUE, "attempts": 1, "waits_s": 3600}, 0),
    ],
)
def test_what_was_tried_in_vain_is_late_from_when_it_was_due(how: dict[str, Any], late_s: int) -> None:
    now = timezone.now()
    due_at, waits_until = now - dt.timedelta(minutes=5), now + dt.timedelta(seconds=how.pop("waits_s"))
    if how["state"] == ReminderState.CLAIMED:
        how |= {"lease_until": waits_until, "lease_token": uuid.uuid4(), "next_try_at": due_at}
    due(due_at=due_at, **{"next_try_at": waits_until, **how})
    assert late_s <= counts().late_s < late_s + 10


@pytest.mark.parametrize(
    ("how", "stands"),
    [
        ({"due_s": 100}, True),
        ({"due_s": 80}, False),
        # With a sender, and with one that died just now or long ago.
        ({"due_s": 200, "state": ReminderState.CLAIMED, "lease_s": 60}, False),
        ({"due_s": 200, "state": ReminderState.CLAIMED, "lease_s": -80}, False),
        ({"due_s": 300, "state": ReminderState.CLAIMED, "lease_s": -100}, True),
        ({"due_s": 200, "state": ReminderState.ACCEPTED}, False),
    ],
)
def test_messages_stand_still_where_no_sender_lives(
    how: dict[str, Any], stands: bool, desk: Browser, open_for_long: None
) -> None:
    now = timezone.now()
    if lease_s := how.pop("lease_s", None):
        how |= {"lease_until": now + dt.timedelta(seconds=lease_s), "lease_token": uuid.uuid4()}
    due(due_at=now - dt.timedelta(seconds=how.pop("due_s")), **how)
    assert queries.stands_still(now) is stands
    for page in ("messaging:undelivered", "caseload:home"):
        assert ("nobody sends them" in desk.get(reverse(page)).content.decode()) is stands


@pytest.mark.parametrize(("open_s", "stands"), [(80, False), (100, True)])
def test_a_clinic_that_is_just_being_started_does_not_begin_with_an_alarm(
    open_s: int, stands: bool, settings: Any
) -> None:
    now = timezone.now()
    due(due_at=now - dt.timedelta(hours=9))
    settings.PROCESS_BEGAN_AT = now - dt.timedelta(seconds=open_s)
    assert queries.stands_still(now) is stands


def test_an_administrator_sees_that_messages_stand_still_unless_a_person_paused_them(
    operator: Browser, administrator: User, open_for_long: None
) -> None:
    due(due_at=timezone.now() - dt.timedelta(minutes=5))
    pages = [reverse("messaging:operations"), reverse("caseload:home")]
    assert all("nobody sends them" in operator.get(page).content.decode() for page in pages)
    services.pause_channel(channel=Channel.EMAIL, reason="The provider is down", by=administrator, now=timezone.now())
    assert not any("nobody sends them" in operator.get(page).content.decode() for page in pages)


def test_one_message_whose_gateway_is_down_becomes_an_alarm(gateway: StubGateway, sends_for_long: None) -> None:
    row = due(due_at=timezone.now() - dt.timedelta(minutes=2))
    gateway.results = [Result(Outcome.RETRY, detail="503")]
    services.send_due(channel=Channel.EMAIL)
    row.refresh_from_db()
    assert row.next_try_at > timezone.now(), "it waits for its next try, and is no less late for it"
    watch_queue()
    assert alarms() == ["Messages by E-mail leave late, the oldest by 3 min. Tell an administrator."]
    gateway.results = []
    Reminder.objects.update(next_try_at=timezone.now() - dt.timedelta(seconds=1))
    services.send_due(channel=Channel.EMAIL)
    watch_queue()
    assert alarms() == []


def test_a_paused_channel_stands_still_and_nothing_is_lost(operator: Browser, administrator: User) -> None:
    due()
    assert (
        operator.post(reverse("messaging:pause"), {"channel": "email", "reason": "The provider is down"}).status_code
        == 302
    )
    operator.post(reverse("messaging:pause"), {"channel": "email", "reason": "again"})
    assert (send(), ChannelPause.objects.count()) == (0, 1)
    assert AuditEvent.objects.filter(action="channel_paused", by=administrator).count() == 1
    page = operator.get(reverse("messaging:operations")).content.decode()
    assert "by Amos Administrator: The provider is down" in page
    for _ in range(2):
        operator.post(reverse("messaging:resume"), {"channel": "email"})
    assert send() == 1
    assert "Earlier pauses" in operator.get(reverse("messaging:operations")).content.decode()


def test_a_pause_needs_a_reason_and_a_channel(operator: Browser) -> None:
    for wrong in ({"channel": "email", "reason": " "}, {"channel": "pigeon", "reason": "x"}):
        assert operator.post(reverse("messaging:pause"), wrong).status_code == 422
    with pytest.raises(RuleBroken, match="Say why"):
        rules.check_reason(" ")


def test_what_was_not_delivered_is_listed_and_sent_again_with_a_reason(desk: Browser, coordinator: User) -> None:
    row = due(state=ReminderState.REFUSED, closed_at=timezone.now(), closed_because="SMTP 550", attempts=1)
    row.delivery_attempts.create(at=timezone.now(), outcome="refused", detail="SMTP 550")
    assert "SMTP 550" in desk.get(reverse("messaging:undelivered")).content.decode()
    again = reverse("messaging:resend", args=[row.pk])
    assert desk.get(again).status_code == 200
    assert desk.post(again, {"reason": ""}).status_code == 422
    assert desk.post(again, {"reason": "The address was full"}).status_code == 302
    assert send() == 1
    kept = Resending.objects.get()
    assert (kept.was, kept.by, kept.reason) == ("refused", coordinator, "The address was full")
    assert Reminder.objects.get(pk=row.pk).idem_key == row.idem_key
    assert row.delivery_attempts.filter(detail="refused: SMTP 550").exists()


def test_what_the_gateway_took_over_goes_again_as_a_message_of_its_own(coordinator: User) -> None:
    row = due()
    assert send() == 1
    services.resend(reminder_id=row.pk, reason="Deleted it", by=coordinator, now=timezone.now())
    assert send() == 2


@pytest.mark.parametrize("state", [ReminderState.DUE, ReminderState.CANCELLED])
def test_what_waits_or_is_not_wanted_is_not_sent_again(coordinator: User, state: str) -> None:
    row = due(state=state)
    with pytest.raises(RuleBroken, match="Only one that ended"):
        services.resend(reminder_id=row.pk, reason="x", by=coordinator, now=timezone.now())


def test_what_is_sent_again_is_still_looked_at(coordinator: User, unwanted: set[uuid.UUID]) -> None:
    row = due(state=ReminderState.REFUSED)
    unwanted.add(row.about_id)
    services.resend(reminder_id=row.pk, reason="x", by=coordinator, now=timezone.now())
    assert send() == 0


def test_messages_that_stand_still_are_an_urgent_row_that_closes_itself(sends_for_long: None) -> None:
    row = due()
    watch_queue()
    assert alarms() == []
    since = timezone.now() - dt.timedelta(seconds=91)
    Reminder.objects.filter(pk=row.pk).update(due_at=since, next_try_at=since)
    for _ in range(2):
        watch_queue()
    (reason,) = alarms()
    assert reason == "Messages by E-mail leave late, the oldest by 2 min. Tell an administrator."
    send()
    watch_queue()
    assert alarms() == []
    late = due(due_at=timezone.now() - dt.timedelta(minutes=5))
    watch_queue()
    assert len(alarms()) == 1
    assert late.pk


def test_a_queue_is_not_late_before_anybody_has_ever_looked_at_it() -> None:
    now = timezone.now()
    due(due_at=now - dt.timedelta(hours=9))
    assert services.watch_queue(now=now) == 0
    assert services.watch_queue(now=now + dt.timedelta(seconds=89)) == 0
    assert alarms() == []
    assert services.watch_queue(now=now + dt.timedelta(seconds=91)) == 1
    assert len(alarms()) == 1


def test_a_paused_channel_is_no_alarm(administrator: User, sends_for_long: None) -> None:
    due(due_at=timezone.now() - dt.timedelta(minutes=5))
    services.pause_channel(channel=Channel.EMAIL, reason="x", by=administrator, now=timezone.now())
    assert services.watch_queue(now=timezone.now()) == 0


def test_a_fresh_database_sends() -> None:
    due()
    assert send() == 1
    assert (Release.objects.get().identity, Release.objects.get().released_by) == (queries.identity(), None)


def test_from_a_restored_one_nothing_leaves_until_a_person_says_so(operator: Browser) -> None:
    due()
    Release.objects.create(identity=ELSEWHERE, reason="first", released_at=timezone.now())
    assert send() == 0
    watch_queue()
    (reason,) = alarms()
    assert "read back from a backup" in reason
    page = operator.get(reverse("messaging:operations")).content.decode()
    assert "nothing leaves: this database was read back from a backup" in page.lower()
    assert operator.post(reverse("messaging:release"), {"reason": "Looked at all of it"}).status_code == 302
    assert (send(), alarms()) == (1, [])
    assert AuditEvent.objects.filter(action="messages_released").count() == 1


def test_what_is_not_held_is_not_released(administrator: User) -> None:
    assert services.release_messages(reason="x", by=administrator, now=timezone.now()) is False
    assert not Release.objects.exists()


def command(*words: str) -> str:
    out = StringIO()
    call_command("messages", *words, stdout=out)
    return out.getvalue()


def test_the_command_says_and_does_the_same(administrator: User, coordinator: User) -> None:
    row = due(state=ReminderState.REFUSED, closed_at=timezone.now())
    assert "email: planned 0, due 0, being sent 0, unknown 0, late by 0 s; in 24 h sent 0, refused 1" in command()
    by = ["--by", administrator.email]
    assert "PAUSED: provider" in command("pause", "email", *by, "--reason", "provider")
    assert "PAUSED" not in command("resume", "email", *by)
    Release.objects.create(identity=ELSEWHERE, reason="first", released_at=timezone.now())
    assert "HELD" in command()
    assert "HELD" not in command("release", *by, "--reason", "looked")
    assert "due 1" in command("resend", str(row.pk), "--by", coordinator.email, "--reason", "asked")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["pause", "email", "--by", "nobody@clinic.example", "--reason", "x"], "Name with --by"),
        (["pause", "email", "--by", "cora@clinic.example", "--reason", "x"], "Name with --by"),
        (["pause", "pigeon", "--by", "amos@clinic.example", "--reason", "x"], "There is no channel pigeon"),
        (["pause", "email", "--by", "amos@clinic.example"], "Say why"),
        (["resend", "nine", "--by", "cora@clinic.example", "--reason", "x"], "by its id"),
    ],
)
def test_the_command_refuses(administrator: User, coordinator: User, words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        command(*words)


def test_a_database_read_back_has_another_identity() -> None:
    Release.objects.create(identity=queries.identity(), reason="first", released_at=timezone.now())
    assert not queries.is_held()
    with patch("clinic.messaging.queries.operations.identity", return_value=ELSEWHERE):
        assert queries.is_held()
