"""Handing a batch over, outside any transaction: one after the other, or side by side where the gateway takes that."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from itertools import zip_longest
from typing import Protocol

import structlog
from django.db import DatabaseError

from clinic.messaging.gateways import Breaker, Gateway, Message, Result, is_blind
from clinic.messaging.rules import NOT_A_THIRD_TIME, AfterUnknown, Outcome
from clinic.messaging.services.fresh import is_fresh
from clinic.messaging.services.journal import Journal

# Longer than any call may last: what has not answered by then is unknown, and nobody waits for it.
ANSWERED_WITHIN_S = 25.0
RESTS = Result(Outcome.NOT_TRIED, detail="the gateway rests")
STALE = Result(Outcome.NOT_TRIED, detail="the last look was too long ago")
log = structlog.get_logger(__name__)


class Try(Protocol):
    """A message that may now be handed over."""

    @property
    def gateway(self) -> Gateway: ...
    @property
    def message(self) -> Message: ...
    @property
    def attempt_id(self) -> int: ...
    @property
    def after_unknown(self) -> AfterUnknown | None: ...
    @property
    def looked_at(self) -> float: ...


def hand_over_all(tries: Sequence[Try], *, breaker: Breaker) -> list[Result]:
    """Hand a batch over by its gateway, as long as the look at it is fresh; the results come in the order of the
    tries.
    """
    gateway = tries[0].gateway
    if gateway.at_once > 1:
        return _side_by_side(tries, breaker)
    return list(_one_by_one(tries, breaker))


def _one_by_one(tries: Sequence[Try], breaker: Breaker) -> Iterator[Result]:
    is_written_down = is_blind(tries[0].gateway)
    ended: tuple[int, Result] | None = None
    unwritten: Result | None = None
    with Journal() as journal:
        for one, following in zip_longest(tries, tries[1:]):
            result = unwritten or _not_now(one, breaker)
            if result is None and is_written_down:
                result = unwritten = _write_down(one, ended, journal)
            if result is None:
                if following is not None:
                    one.gateway.expect(following.message)
                result = _hand_over(one, breaker)
                ended = (one.attempt_id, result)
            yield result


def _write_down(one: Try, ended: tuple[int, Result] | None, journal: Journal) -> Result | None:
    """What cannot be written down does not leave, nor does the rest of its batch."""
    try:
        journal.note_start(one.attempt_id, ended=ended)
    except DatabaseError as error:
        log.exception("the start of a try could not be marked", attempt=one.attempt_id)
        return Result(Outcome.NOT_TRIED, detail=type(error).__name__)
    return None


def _side_by_side(tries: Sequence[Try], breaker: Breaker) -> list[Result]:
    """Threads that touch no database; each takes the next message as soon as its last one is answered."""

    def one_call(one: Try) -> Result:
        return _not_now(one, breaker) or _hand_over(one, breaker)

    calls = [_pool(tries[0].gateway.at_once, os.getpid()).submit(one_call, one) for one in tries]
    wait(calls, timeout=ANSWERED_WITHIN_S)
    return [call.result() if call.done() else _hanging(call, breaker) for call in calls]


def _hanging(call: Future[Result], breaker: Breaker) -> Result:
    """A call that still waits for its turn is taken back; one that hangs may have left."""
    if call.cancel():
        return STALE
    result = Result(Outcome.UNKNOWN, detail="no answer")
    breaker.note(result)
    return result


@cache
def _pool(size: int, process: int) -> ThreadPoolExecutor:
    """Threads do not live on in a forked process: each has its own."""
    return ThreadPoolExecutor(size, thread_name_prefix="gateway")


def _not_now(one: Try, breaker: Breaker) -> Result | None:
    rest = breaker.rest()
    if rest is not None:
        return Result(RESTS.outcome, detail=RESTS.detail, wait=rest)
    return None if is_fresh(one.looked_at) else STALE


def _hand_over(one: Try, breaker: Breaker) -> Result:
    try:
        result = hand_over(one.gateway, one.message, after=one.after_unknown)
    except Exception as error:
        # An adapter's own fault: it was begun, so nobody knows.
        log.exception("a gateway's adapter failed", attempt=one.attempt_id)
        return Result(Outcome.UNKNOWN, detail=type(error).__name__)
    breaker.note(result)
    return result


def hand_over(gateway: Gateway, message: Message, *, after: AfterUnknown | None) -> Result:
    """Send, or first ask what became of an earlier try whose answer was lost."""
    if after is AfterUnknown.GIVE_UP:
        return Result(Outcome.UNKNOWN, detail=NOT_A_THIRD_TIME)
    if after is AfterUnknown.ASK:
        told = gateway.ask(message.idem_key)
        if told is not None:
            return told
    return gateway.send(message)
