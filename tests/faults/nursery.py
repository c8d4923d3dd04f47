"""A process that lets senders be born and die: `python -m tests.faults.nursery CHANNEL SEED DEATHS`.

Each child sends until it dies, at a random instant or at a named step of its way; the kernel ends it as kill -9 does.
The last one lives until nothing is open. Fail points exist here alone: nothing of them is in the portal.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

# What a sender does one after the other; a fail point lies behind each.
STEPS = ("claim", "prepare", "one hand-over", "all handed over", "marks")
BATCH = 10


def main() -> None:
    import django

    django.setup()
    from django.urls import reverse

    from clinic.messaging.purposes import register
    from clinic.messaging.rules import outcomes
    from clinic.messaging.services import fresh
    from tests.factories.messaging import purpose
    from tests.faults.herd import FRESH_S, WAIT

    if "SMTP_PORT" in os.environ:
        from django.conf import settings

        # The tests' own settings keep letters in memory.
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_PORT"])
    register(purpose())
    # Known to every child, or each would read the views of the whole portal first.
    reverse(purpose().view_name, args=["x"])
    outcomes.FIRST_WAIT, outcomes.LONGEST_WAIT = WAIT, 5 * WAIT
    fresh.FRESH_FOR_S = FRESH_S
    channel, seed, deaths = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    died = 0
    while died < deaths:
        pid = os.fork()
        if pid == 0:
            step = chance.choice([*STEPS, "", ""])
            # Soon, so that the next has rows to die on before a lease ends.
            nth = chance.randrange(1, 3 * BATCH if step == "one hand-over" else 4)
            _live(channel, step, nth, chance.uniform(0.02, 0.2))
        chance.random()
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            break
        died += 1
    sys.stdout.write(f"{died}\n")
    sys.stdout.flush()
    _send_until_nothing_is_open(channel)


def _live(channel: str, step: str, nth: int, seconds: float) -> None:
    """A child's life; it ends by a signal, or well when nothing was left to do."""
    if step:
        _plant(step, nth)
    else:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    _send_until_nothing_is_open(channel)
    os._exit(0)


def _send_until_nothing_is_open(channel: str) -> None:
    from clinic.messaging import services
    from clinic.messaging.models import Channel, Reminder

    while Reminder.objects.open().exists():
        services.send_due(channel=Channel(channel), limit=BATCH)
        time.sleep(0.05)


def _plant(step: str, nth: int) -> None:
    """Die right behind the n-th time that this step is done."""
    from clinic.messaging.services import handing_over, sending

    names = dict(zip(STEPS, ("claim", "prepare", "hand_over", "hand_over_all", "finish_all"), strict=True))
    module = handing_over if step == "one hand-over" else sending
    deed: Callable[..., Any] = getattr(module, names[step])
    left = [nth]

    def deadly(*args: Any, **words: Any) -> Any:
        result = deed(*args, **words)
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, names[step], deadly)
    if os.environ.get("PLANTED_FAULT") == "sends without asking":
        from clinic.messaging.services import preparing

        preparing.STARTED, preparing.PREPARED = "forgotten", "forgotten"  # type: ignore[attr-defined] - the wrong sender


if __name__ == "__main__":
    main()
