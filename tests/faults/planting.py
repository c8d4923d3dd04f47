"""Senders that are wrong on purpose: each scenario must catch one of them."""

import datetime as dt
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from clinic.messaging.gateways import Message, Result, breaker
from clinic.messaging.gateways.http import HttpGateway
from clinic.messaging.models import DeliveryReport, Reminder, ReminderState, ReportedState
from clinic.messaging.rules import Outcome
from clinic.messaging.services import claiming, finishing, fresh, preparing, sending


def calls_all_accepted() -> None:
    """Takes any answer, and none, for an acceptance: what the provider did not take is lost."""
    send = HttpGateway.send

    def hopeful(gateway: HttpGateway, message: Message) -> Result:
        result = send(gateway, message)
        return Result(Outcome.ACCEPTED, result.reference or "?")

    HttpGateway.send = hopeful  # type: ignore[method-assign] - the wrong sender


def marks_before_it_sends() -> None:
    """Writes down that a batch was accepted before it leaves: a death in between loses it."""
    hand_over_all = sending.hand_over_all

    def early(tries: Sequence[preparing.Prepared], **words: Any) -> list[Result]:
        results = [Result(Outcome.ACCEPTED, "?") for _ in tries]
        finishing.finish_all([sending._done(one, Result(Outcome.ACCEPTED, "?")) for one in tries])
        time.sleep(0.5)
        hand_over_all(tries, **words)
        return results

    sending.hand_over_all = early  # type: ignore[assignment] - the wrong sender


def goes_by_its_own_clock() -> None:
    """Asks its own machine what time it is: where that runs ahead, messages leave too early."""
    claim = claiming.CLAIM

    def by_own_clock(**words: Any) -> Any:
        claiming.CLAIM = claim.replace("statement_timestamp()", f"'{timezone.now().isoformat()}'::timestamptz", 1)
        return claiming.claim(**words)

    sending.claim = by_own_clock


def looks_once() -> None:
    """Does not ask again just before sending whether it is still wanted."""
    preparing._wanted = lambda rows, *, now: list(rows)  # type: ignore[assignment] - the wrong sender


def never_gives_up() -> None:
    """Tries what can never leave for ever."""
    finishing._is_last = lambda row, result, *, now: False  # type: ignore[assignment] - the wrong sender


def waits_to_be_asked() -> None:
    """A worker that never looks by itself: while there is no broker nothing leaves."""
    from medmgmt import celery

    celery.Sweep.look = lambda sweep: None  # type: ignore[method-assign] - the wrong worker


def ends_with_its_broker() -> None:
    """A worker that ends when its broker is up and refuses: with it ends its sweep."""
    from medmgmt import celery

    celery.app.conf.broker_channel_error_retry = False


def ends_at_once() -> None:
    """Leaves the instant it is asked to, whatever it holds, and forgets what it had begun."""
    preparing._lost_answers = lambda rows: preparing.History(Counter(), {})
    signal.signal = lambda *words: None  # type: ignore[assignment, misc] - it never learns to end well


def waits_in_line() -> None:
    """Looks for one channel after the other and never lets a gateway rest: what hangs is waited for."""
    from medmgmt import celery

    apart = celery.swept
    celery.swept = lambda: [[look for looks in reversed(apart()) for look in looks]]
    breaker.OPENS_AFTER = 10**6


def forgets_its_lease() -> None:
    """Goes on where it stood, however long it was away: others may have taken its rows meanwhile."""
    fresh.FRESH_FOR_S = 3600.0
    finishing.ACCEPT = finishing.ACCEPT.replace("reminder.lease_token = done.token AND ", "")


def dates_its_look_on_waking() -> None:
    """Takes what it looked at before it hung for fresh: others had its rows meanwhile."""
    hand_over_all = sending.hand_over_all

    def late(tries: Sequence[preparing.Prepared], **words: Any) -> list[Result]:
        # Long enough to hang in.
        time.sleep(0.3)
        return hand_over_all([replace(one, looked_at=fresh.steady_now()) for one in tries], **words)

    sending.hand_over_all = late  # type: ignore[assignment] - the wrong sender


def believes_the_last_report(report: DeliveryReport, *, now: dt.datetime) -> None:
    """Takes each report for the truth when it comes, and one that came before its message for nothing."""
    rows = Reminder.objects.filter(provider_ref=report.reference)
    if report.state == ReportedState.DELIVERED:
        rows.update(state=ReminderState.ACCEPTED, delivered_at=now, closed_at=now)
    elif report.state == ReportedState.FAILED:
        rows.update(state=ReminderState.REFUSED, closed_at=now)
    report.applied_at = now
    report.save(update_fields=["applied_at"])


PLANTED: dict[str, Callable[[], None]] = {
    planted.__name__: planted
    for planted in (
        calls_all_accepted,
        marks_before_it_sends,
        goes_by_its_own_clock,
        looks_once,
        never_gives_up,
        dates_its_look_on_waking,
        ends_at_once,
        ends_with_its_broker,
        forgets_its_lease,
        waits_in_line,
        waits_to_be_asked,
    )
}
AHEAD = dt.timedelta(hours=2)
