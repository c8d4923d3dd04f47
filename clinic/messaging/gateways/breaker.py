"""A gateway that does not answer is left alone for a while, so that its failures cost no time."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from clinic.messaging.gateways.base import Result
from clinic.messaging.rules import Outcome

OPENS_AFTER = 5
RESTS_FOR = timedelta(seconds=30)
FAILED = {Outcome.RETRY, Outcome.UNKNOWN}


class Breaker:
    """Opens after five failures in a row and rests for 30 s, or as long as the gateway asks; then one try decides.

    Each process has its own: what one of them learns costs the others five tries.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_from = 0.0

    def rest(self) -> timedelta | None:
        """How long the gateway is still to be left alone; None where it may be tried."""
        with self._lock:
            left = self._closed_from - self._clock()
            return timedelta(seconds=left) if left > 0 else None

    @property
    def is_trying(self) -> bool:
        """The rest is over and nobody knows yet whether the gateway is back: one message is enough to see."""
        return self._failures >= OPENS_AFTER

    def note(self, result: Result) -> None:
        """Learn from how a try ended; what was not tried tells nothing."""
        with self._lock:
            if result.outcome in FAILED:
                self._failures += 1
                if self._failures >= OPENS_AFTER:
                    rest = min(max(RESTS_FOR, result.wait or RESTS_FOR), timedelta(minutes=15))
                    self._closed_from = self._clock() + rest.total_seconds()
            elif result.outcome is not Outcome.NOT_TRIED:
                self._failures, self._closed_from = 0, 0.0
