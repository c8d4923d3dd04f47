"""Nothing due is lost and nothing is sent twice while workers are killed and the broker forgets."""

import random
import time
from collections.abc import Callable

import pytest
from celery import Celery
from django.db.models import Sum

from clinic.messaging.models import DeliveryAttempt, OutboxMessage, Reminder, ReminderState
from medmgmt.celery import SEND_DUE
from medmgmt.embedded_services.valkey import Valkey
from tests.factories.clients import ClientFactory, ContactPointFactory
from tests.factories.messaging import ReminderFactory, daytime_zone
from tests.faults.conftest import Worker, kill_broker

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS = 5


def make_due(count: int) -> None:
    for _ in range(count):
        client = ClientFactory(time_zone=daytime_zone())
        ContactPointFactory(client=client)
        ReminderFactory(client=client)


def accepted() -> int:
    return Reminder.objects.filter(state=ReminderState.ACCEPTED).count()


def wait_until(is_so: Callable[[], bool], *, seconds: float, tick: Callable[[], None] = lambda: None) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if is_so():
            return True
        tick()
        time.sleep(0.1)
    return is_so()


def ticker(broker: Valkey) -> Callable[[], None]:
    """Beat, at many times its speed: ticks twice a second, and a broker that is down costs a tick and no more."""
    app = Celery(broker=broker.url.replace("unix://", "redis+socket://", 1))
    last = [0.0]

    def tick() -> None:
        if time.monotonic() - last[0] < 0.5:
            return
        last[0] = time.monotonic()
        try:
            app.send_task(SEND_DUE, retry=False)
        except app.connection().connection_errors:
            pass

    return tick


def test_200_reminders_through_five_kills_and_an_empty_broker(
    worker: Worker, broker: Valkey, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    began = time.monotonic()
    make_due(200)
    broker.start()
    tick = ticker(broker)
    for kill in range(KILLS):
        worker.start()
        before = accepted()
        assert wait_until(lambda seen=before: accepted() > seen, seconds=40, tick=tick), worker.log.read_text()
        wait_until(lambda: False, seconds=chance.uniform(0, 0.6), tick=tick)
        worker.kill()
        if kill == 1:
            kill_broker(broker)
            broker.start()
    left_by_kills = 200 - accepted()
    worker.start()
    done = wait_until(lambda: accepted() == 200, seconds=60, tick=tick)
    received = OutboxMessage.objects.aggregate(all=Sum("times_received"))["all"]
    interrupted = DeliveryAttempt.objects.filter(outcome="unknown").count()
    with capsys.disabled():
        print(  # noqa: T201 - the figures of the run
            f"\nseed {seed}: 200 due, {KILLS} kills -9, 1 empty broker; {left_by_kills} left by the last kill,"
            f" {interrupted} tries cut off; accepted {accepted()}, in the outbox {OutboxMessage.objects.count()},"
            f" received {received} times, {time.monotonic() - began:.0f} s"
        )
    assert done, worker.log.read_text()
    assert left_by_kills > 0, "the kills came too late to prove anything"
    assert OutboxMessage.objects.count() == 200
    assert set(OutboxMessage.objects.values_list("idem_key")) == set(Reminder.objects.values_list("idem_key"))
    assert not Reminder.objects.open().exists()


def test_a_sender_that_marks_before_it_sends_is_caught(worker: Worker, broker: Valkey) -> None:
    make_due(40)
    broker.start()
    worker.environment |= {"PLANTED_FAULT": "marks before it sends"}
    worker.start()
    assert wait_until(lambda: OutboxMessage.objects.exists(), seconds=40, tick=ticker(broker)), worker.log.read_text()
    worker.kill()
    worker.start()
    wait_until(lambda: OutboxMessage.objects.count() == 40, seconds=8, tick=ticker(broker))
    assert accepted() == 40
    assert OutboxMessage.objects.count() < 40


def test_with_a_dead_broker_a_worker_looks_by_itself(worker: Worker) -> None:
    make_due(20)
    worker.environment |= {"SWEEP_EVERY_S": "3"}
    worker.start()
    assert wait_until(lambda: accepted() == 20, seconds=90), worker.log.read_text()
    assert OutboxMessage.objects.count() == 20
