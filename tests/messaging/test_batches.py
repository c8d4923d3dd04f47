"""A batch keeps every promise of a row: it is prepared and marked together, and no row of it suffers for another."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.utils import timezone

from clinic.messaging import services
from clinic.messaging.gateways import Breaker, Message, Result, breaker_of
from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState
from clinic.messaging.rules import Outcome
from clinic.messaging.services import finishing, handing_over, journal, preparing, sending
from clinic.messaging.services.finishing import Done
from clinic.messaging.services.journal import Journal
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory, make_many_due
from tests.messaging.stubs import StubGateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]
RETRY = Result(Outcome.RETRY, detail="503")


def states() -> list[str]:
    return sorted(Reminder.objects.values_list("state", flat=True))


def due_again() -> None:
    soon = timezone.now() - dt.timedelta(seconds=1)
    Reminder.objects.open().update(next_try_at=soon, lease_until=None, lease_token=None, state=ReminderState.DUE)


def test_a_batch_of_forty_takes_as_many_statements_as_one_of_two(
    gateway: StubGateway, django_assert_max_num_queries: Any
) -> None:
    make_many_due(40)
    with django_assert_max_num_queries(30):
        assert services.send_due(channel=Channel.EMAIL) == 40
    assert states() == ["accepted"] * 40
    assert len({message.text for message in gateway.sent}) == 40


def test_a_poisoned_row_of_a_batch_goes_alone_and_the_others_leave(gateway: StubGateway) -> None:
    make_many_due(6)
    Reminder.objects.filter(pk=Reminder.objects.order_by("pk")[2].pk).update(about_kind="nobody's")
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted"] * 5 + ["due"]
    assert len(gateway.sent) == 5


def test_a_gateway_is_told_what_comes_next(gateway: StubGateway) -> None:
    make_many_due(3)
    services.send_due(channel=Channel.EMAIL)
    assert gateway.expected == gateway.sent[1:]


def test_a_batch_is_as_large_as_its_gateway_is_quick() -> None:
    assert sending._next_size(40, 0.04, limit=400) == 400
    assert sending._next_size(40, 0.5, limit=400) == 120
    assert sending._next_size(40, 12, limit=400) == 5
    assert sending._next_size(1, 10, limit=400) == 1


def test_one_outcome_that_cannot_be_marked_does_not_hold_up_the_others(
    gateway: StubGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many_due(4)
    poisoned = Reminder.objects.order_by("pk")[1].pk
    marked_alone = sending.finish

    def together(done: Any) -> None:
        raise ValueError

    def alone(done: Done) -> bool:
        if done.reminder_id == poisoned:
            raise ValueError
        return marked_alone(done)

    monkeypatch.setattr(sending, "finish_all", together)
    monkeypatch.setattr(sending, "finish", alone)
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted"] * 3 + ["claimed"]


def test_answers_of_all_kinds_in_one_batch(gateway: StubGateway) -> None:
    make_many_due(4)
    gateway.results = [RETRY, Result(Outcome.REFUSED, detail="550"), Result(Outcome.UNKNOWN, detail="ReadTimeout")]
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted", "due", "refused", "unknown"]
    assert sorted(DeliveryAttempt.objects.values_list("outcome", flat=True)) == [
        "accepted",
        "refused",
        "retry",
        "unknown",
    ]
    assert WorkItem.objects.get().kind == DutyKind.MESSAGE_FAILED


def test_what_is_taken_back_while_it_is_held_does_not_leave(gateway: StubGateway) -> None:
    row = make_many_due(2)[0]
    services.claim()
    assert services.cancel_reminders(about_kind="test", about_ids=[row.about_id], because="x", now=timezone.now()) == 0
    due_again()
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted", "cancelled"]
    assert gateway.sent[0].idem_key != row.idem_key


def test_what_is_taken_back_on_its_way_is_counted(gateway: StubGateway) -> None:
    row = make_many_due(1)[0]
    now = timezone.now()
    gateway.on_send = lambda: services.cancel_reminders(
        about_kind="test", about_ids=[row.about_id], because="moved", now=now
    )
    services.send_due(channel=Channel.EMAIL)
    row.refresh_from_db()
    assert (row.state, row.taken_back_at) == (ReminderState.ACCEPTED, now)


def test_what_was_taken_back_and_is_refused_is_nobodys_duty(gateway: StubGateway) -> None:
    row = make_many_due(1)[0]
    gateway.results = [Result(Outcome.REFUSED, detail="550")]
    gateway.on_send = lambda: services.cancel_reminders(
        about_kind="test", about_ids=[row.about_id], because="moved", now=timezone.now()
    )
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["refused"]
    assert not WorkItem.objects.exists()


def test_a_gateway_that_fails_five_times_rests_and_its_rows_wait_untried(gateway: StubGateway) -> None:
    make_many_due(9)
    gateway.results = [RETRY] * 9
    services.send_due(channel=Channel.EMAIL)
    assert len(gateway.sent) == 5
    assert DeliveryAttempt.objects.filter(outcome=Outcome.NOT_TRIED, detail="the gateway rests").count() == 4
    due_again()
    assert services.send_due(channel=Channel.EMAIL) == 0
    assert not WorkItem.objects.exists()


def test_behind_a_resting_gateway_what_is_past_its_day_still_becomes_a_duty(gateway: StubGateway) -> None:
    make_many_due(7)
    gateway.results = [RETRY] * 9
    services.send_due(channel=Channel.EMAIL)
    late = Reminder.objects.order_by("pk")[3].pk
    for _ in range(2):
        due_again()
        Reminder.objects.filter(pk=late).update(due_at=timezone.now() - dt.timedelta(hours=25))
        services.send_due(channel=Channel.EMAIL)
    assert WorkItem.objects.get().kind == DutyKind.CALL_CLIENT
    assert Reminder.objects.get(pk=late).state == ReminderState.GAVE_UP


def test_a_row_far_behind_is_not_given_up_untried_at_once(gateway: StubGateway) -> None:
    row = make_many_due(1)[0]
    Reminder.objects.update(due_at=timezone.now() - dt.timedelta(hours=25))
    (held,) = services.claim()
    finishing.finish(Done(row.pk, held.lease_token, None, handing_over.RESTS))
    assert states() == ["due"]


def test_one_message_finds_out_whether_the_gateway_is_back(gateway: StubGateway) -> None:
    clock = [0.0]
    breaker = Breaker(lambda: clock[0])
    for _ in range(5):
        breaker.note(RETRY)
    assert breaker.rest() == dt.timedelta(seconds=30)
    clock[0] = 31
    assert (breaker.rest(), breaker.is_trying) == (None, True)
    make_many_due(3)
    assert len(sending._next_batch(Channel.EMAIL, breaker, limit=3)) == 1
    breaker.note(Result(Outcome.NOT_TRIED))
    assert breaker.is_trying
    breaker.note(Result(Outcome.REFUSED))
    assert not breaker.is_trying
    assert len(sending._next_batch(Channel.EMAIL, breaker, limit=3)) == 2


def test_a_gateway_may_ask_for_a_longer_rest_of_a_quarter_of_an_hour_at_most() -> None:
    breaker = Breaker(lambda: 0.0)
    for wait in (1, 1, 1, 1, 60):
        breaker.note(Result(Outcome.RETRY, wait=dt.timedelta(seconds=wait)))
    assert breaker.rest() == dt.timedelta(seconds=60)
    breaker.note(Result(Outcome.RETRY, wait=dt.timedelta(days=1)))
    assert breaker.rest() == dt.timedelta(minutes=15)


def test_each_channel_has_a_breaker_of_its_own() -> None:
    for _ in range(5):
        breaker_of("sms").note(RETRY)
    assert breaker_of("sms").rest() is not None
    assert breaker_of("email").rest() is None


def test_several_messages_are_with_a_gateway_at_once_and_none_of_its_threads_asks_the_database(
    gateway: StubGateway,
) -> None:
    make_many_due(8)
    gateway.at_once = 4
    together = threading.Barrier(4, timeout=10)
    names: set[str] = set()

    def meet() -> None:
        names.add(threading.current_thread().name)
        assert connection.connection is None
        together.wait()

    gateway.on_send = meet
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted"] * 8
    assert len(names) == 4


def test_a_call_that_hangs_is_unknown_and_one_that_never_had_its_turn_is_not_tried(
    gateway: StubGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many_due(3)
    gateway.at_once, gateway.can_ask = 2, False
    monkeypatch.setattr(handing_over, "ANSWERED_WITHIN_S", 0.2)
    let_go = threading.Event()
    gateway.on_send = lambda: let_go.wait(10)
    services.send_due(channel=Channel.EMAIL, for_seconds=0)
    let_go.set()
    assert states() == ["due", "unknown", "unknown"]
    assert sorted(DeliveryAttempt.objects.values_list("detail", flat=True)) == [
        "no answer",
        "no answer",
        "the last look was too long ago",
    ]


def blind(gateway: StubGateway) -> StubGateway:
    gateway.keeps_keys = gateway.can_ask = False
    return gateway


def test_with_a_blind_gateway_only_the_message_in_flight_is_unknown_after_a_crash(gateway: StubGateway) -> None:
    make_many_due(5)
    blind(gateway).on_send = lambda: crash_at(gateway, 3)
    with pytest.raises(KeyboardInterrupt):
        services.send_due(channel=Channel.EMAIL)
    assert sorted(DeliveryAttempt.objects.values_list("outcome", flat=True)) == [
        "accepted",
        "accepted",
        "prepared",
        "prepared",
        "started",
    ]
    gateway.on_send = lambda: None
    due_again()
    Reminder.objects.update(attempts=1)
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted"] * 5
    sent = [message.idem_key for message in gateway.sent]
    assert len(sent) == 6, "two were written down as accepted, one left twice, two left for the first time"
    assert len(set(sent)) == 5


def crash_at(gateway: StubGateway, number: int) -> None:
    if len(gateway.sent) == number:
        raise KeyboardInterrupt


def test_what_cannot_be_written_down_does_not_leave(gateway: StubGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many_due(3)
    blind(gateway)

    def broken(journal: Journal, attempt_id: int, *, ended: object) -> None:
        if ended:
            raise OperationalError

    monkeypatch.setattr(Journal, "note_start", broken)
    services.send_due(channel=Channel.EMAIL, for_seconds=0)
    assert len(gateway.sent) == 1
    assert states() == ["accepted", "due", "due"]


def test_a_mark_that_the_database_refuses_is_an_error_and_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MARK", b"UPDATE messaging_nothing SET id = $1, at = $2, outcome = $3, detail = $4")
    with pytest.raises(ProgrammingError), transaction.atomic(), Journal() as marks:
        marks.note_start(1, ended=None)


def test_marks_go_on_after_a_transaction_that_was_rolled_back(gateway: StubGateway) -> None:
    make_many_due(2)
    blind(gateway)
    for _ in range(2):
        services.send_due(channel=Channel.EMAIL, limit=1, for_seconds=0)
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing")
    assert states() == ["accepted"] * 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'mark%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failures", [2, 9], ids=["in time", "only row by row"])
def test_a_database_that_comes_back_learns_what_left_meanwhile(
    gateway: StubGateway, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    make_many_due(1)
    finish_all, left = sending.finish_all, [failures]

    def away(done: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise OperationalError
        finish_all(done)

    monkeypatch.setattr(sending, "finish_all", away)
    monkeypatch.setattr(sending, "WAITS_FOR_DATABASE_S", (0, 0, 0))
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["accepted"]


def test_an_adapter_that_breaks_is_unknown(gateway: StubGateway) -> None:
    row = ReminderFactory()
    ContactPointFactory(client=row.client)
    gateway.results = [RuntimeError("the adapter broke")]
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["unknown"]


def test_a_channel_without_a_gateway_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    make_many_due(1)
    for module in (sending, preparing, finishing):
        monkeypatch.setattr(module, "gateway_for", lambda channel: None)
    services.send_due(channel=Channel.EMAIL)
    assert states() == ["refused"]


def test_the_task_sends_by_one_channel(gateway: StubGateway) -> None:
    from clinic.messaging.tasks import send_due

    make_many_due(2)
    send_due("sms")
    assert gateway.sent == []
    send_due("email")
    assert len(gateway.sent) == 2
    assert isinstance(gateway.sent[0], Message)


def test_a_message_to_staff_stands_before_every_reminder_that_waits() -> None:
    waiting = make_many_due(3)
    client = waiting[0].client
    services.plan_staff_messages(
        client=client, about_kind="alert", about_id=uuid.uuid4(), channels=[Channel.SMS], now=timezone.now()
    )
    [first] = services.claim(limit=1)
    assert Reminder.objects.get(pk=first.reminder_id).about_kind == "alert"
