"""What a sender looked at is acted on for a few seconds, counted from before the look, however long it hung since."""

import time
import uuid
from collections.abc import Sequence

import pytest
from django.conf import settings

from clinic.messaging import services
from clinic.messaging.gateways import http
from clinic.messaging.models import Channel, Reminder
from clinic.messaging.services import fresh, handing_over, preparing, sending
from clinic.messaging.services.claiming import Claimed
from clinic.messaging.services.holding import HeldRow
from clinic.messaging.services.preparing import Prepared
from medmgmt.production import SHORTEST_LEASE_S
from tests.factories.messaging import make_many_due
from tests.messaging.stubs import StubGateway

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unwanted")]


def states() -> list[str]:
    return sorted(Reminder.objects.values_list("state", flat=True))


def test_what_was_looked_at_too_long_ago_is_looked_at_again(
    gateway: StubGateway, monkeypatch: pytest.MonkeyPatch, unwanted: set[uuid.UUID]
) -> None:
    rows = make_many_due(3)
    monkeypatch.setattr(fresh, "FRESH_FOR_S", 0.05)

    def slow() -> None:
        time.sleep(0.1)
        unwanted.update(row.about_id for row in rows)

    gateway.on_send = slow
    services.send_due(channel=Channel.EMAIL, limit=3)
    assert len(gateway.sent) == 1
    assert states() == ["accepted", "cancelled", "cancelled"]


def test_whoever_hung_between_the_look_and_the_first_message_sends_none(
    gateway: StubGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many_due(2)
    prepare = sending.prepare

    def hangs(batch: Sequence[Claimed]) -> list[Prepared]:
        tries = prepare(batch)
        time.sleep(0.1)
        return tries

    with monkeypatch.context() as patched:
        patched.setattr(fresh, "FRESH_FOR_S", 0.05)
        patched.setattr(sending, "prepare", hangs)
        services.send_due(channel=Channel.EMAIL, for_seconds=0)
    assert (gateway.sent, states()) == ([], ["due", "due"])
    services.send_due(channel=Channel.EMAIL)
    assert len(gateway.sent) == 2


def test_a_look_is_dated_from_before_it(gateway: StubGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_many_due(1)[0]
    held = services.claim(limit=1, channel=Channel.EMAIL)
    still_held = preparing.still_held

    def hangs(batch: Sequence[Claimed]) -> list[HeldRow]:
        time.sleep(0.1)
        return still_held(batch)

    monkeypatch.setattr(preparing, "still_held", hangs)
    began = fresh.steady_now()
    [one] = preparing.prepare(held)
    assert one.held.reminder_id == row.pk
    assert began <= one.looked_at < began + 0.1


def test_what_is_looked_at_is_fresh_for_less_than_the_lease_that_it_needs() -> None:
    """The shortest that production takes; half of it at least is left when a row is looked at."""
    assert handing_over.ANSWERED_WITHIN_S + fresh.FRESH_FOR_S <= SHORTEST_LEASE_S / 2
    assert settings.CELERY_TASK_TIME_LIMIT + http.TIMEOUT_S <= SHORTEST_LEASE_S <= settings.MESSAGE_LEASE_SECONDS
