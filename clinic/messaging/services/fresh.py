"""For how long a sender may act on what it looked at before it must look again."""

import time

# What was last looked at longer ago is looked at again before it leaves: STOP and a changed plan hold at once, and a
# sender that hung sends nothing of what others may have taken over. A row is prepared while half of its lease (60 s)
# is left at least, so what is fresh leaves under a lease that holds.
FRESH_FOR_S = 5.0
# Nobody sets it, and where the system has one (Linux) it goes on while the machine sleeps.
CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def steady_now() -> float:
    """Seconds by the clock that looks are dated with; it is read before the look.

    Assumed: a process that hangs, a machine that sleeps and a clock that is set do not stop it. A virtual machine that
    is paused as a whole may stop it: then only the mark under its own lease is sure, and the provider's keys.
    """
    return time.clock_gettime(CLOCK)


def is_fresh(looked_at: float) -> bool:
    """Whether what was looked at then may still leave: for 5 s, counted from before the look, however long a sender
    hung since.
    """
    return steady_now() - looked_at <= FRESH_FOR_S
