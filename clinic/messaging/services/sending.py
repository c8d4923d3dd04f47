"""Sending: claim a batch, look at all of it once more, hand it over outside any transaction, mark it.

Postgres is the only truth. A sender that dies leaves its rows under a lease; when that ends another sender takes
them and finds by the tries written down which of them may have left. All times are the database's.
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext

import structlog
from django.db import OperationalError, connection

from clinic.messaging.gateways import Breaker, Result, breaker_of, gateway_for
from clinic.messaging.models import Channel
from clinic.messaging.queries import database_now
from clinic.messaging.rules import Outcome
from clinic.messaging.services.claiming import BATCH, Claimed, claim
from clinic.messaging.services.finishing import Done, finish, finish_all
from clinic.messaging.services.handing_over import hand_over_all
from clinic.messaging.services.operations import may_leave
from clinic.messaging.services.preparing import Prepared, prepare

# A batch grows until it takes about this long: far less than what was looked at stays fresh.
BATCH_TAKES_S = 1.5
FIRST_BATCH = 40
# Together well within a lease: a database that comes back in time learns what left while it was away.
WAITS_FOR_DATABASE_S = (1, 2, 4, 8, 15)
log = structlog.get_logger(__name__)


def send_due(*, channel: Channel | None = None, limit: int = BATCH, for_seconds: float = 30) -> int:
    """Send what is due by one channel, or by each in turn, until nothing is or the time is up; how many were handled.

    Asked by two at once it does everything once: each holds other rows.
    """
    until = time.monotonic() + for_seconds
    if not may_leave(now=database_now()):
        return 0
    return sum(_drain(each, limit=limit, until=until) for each in ([channel] if channel else Channel))


def _drain(channel: Channel, *, limit: int, until: float) -> int:
    gateway, breaker = gateway_for(channel), breaker_of(channel)
    handled, size = 0, min(FIRST_BATCH, limit)
    with gateway.kept_open() if gateway else nullcontext():
        while batch := _next_batch(channel, breaker, limit=size):
            began = time.monotonic()
            _send_batch(batch, breaker)
            handled += len(batch)
            if time.monotonic() >= until:
                break
            size = _next_size(len(batch), time.monotonic() - began, limit=limit)
    return handled


def _next_size(sent: int, took_s: float, *, limit: int) -> int:
    """How many a gateway of this pace takes in good time: many of a quick one, few of a slow one."""
    return max(1, min(limit, int(sent * BATCH_TAKES_S / max(took_s, 0.001))))


def _next_batch(channel: Channel, breaker: Breaker, *, limit: int) -> list[Claimed]:
    """A resting gateway gets nothing, so that nothing is claimed in vain; what is past its day still becomes a duty."""
    if breaker.rest() is not None:
        return claim(limit=limit, channel=channel, past_cap=True)
    return claim(limit=1 if breaker.is_trying else limit, channel=channel)


def _send_batch(batch: Sequence[Claimed], breaker: Breaker) -> None:
    """All together; a batch of which one row cannot be prepared goes by halves, until that row is alone."""
    try:
        tries = prepare(batch)
    except Exception as error:
        if len(batch) > 1:
            middle = len(batch) // 2
            _send_batch(batch[:middle], breaker)
            _send_batch(batch[middle:], breaker)
            return
        log.exception("a reminder could not be prepared", reminder_id=str(batch[0].reminder_id))
        # Nothing was begun, so nothing can have left.
        _mark([Done(batch[0].reminder_id, batch[0].lease_token, None, Result(Outcome.RETRY, detail=_kind(error)))])
        return
    if tries:
        results = hand_over_all(tries, breaker=breaker)
        _mark([_done(one, result) for one, result in zip(tries, results, strict=True)])


def _done(one: Prepared, result: Result) -> Done:
    return Done(one.held.reminder_id, one.held.lease_token, one.attempt_id, result)


def _kind(error: Exception) -> str:
    return type(error).__name__


def _mark(done: Sequence[Done]) -> None:
    """Write down how a batch ended; what cannot be marked at all stays under its lease and is looked at after it."""
    for wait_s in WAITS_FOR_DATABASE_S:
        try:
            finish_all(done)
            return
        except OperationalError as error:
            log.warning("the database did not take the outcomes of a batch", error=_kind(error), rows=len(done))
            connection.close()
            time.sleep(wait_s)
        except Exception:
            log.exception("the outcomes of a batch could not be marked together", rows=len(done))
            break
    for one in done:
        _mark_alone(one)


def _mark_alone(done: Done) -> None:
    try:
        finish(done)
    except Exception:
        log.exception("the outcome of a reminder could not be marked", reminder_id=str(done.reminder_id))
