"""Silence is seen: a check-in without an answer comes to the board, a series of them to the prescriber."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from clinic.audit.services import record
from clinic.checkins import queries, rules
from clinic.checkins.models import CheckIn
from clinic.checkins.rules import Occasion, Protocol
from clinic.core.clock import local_day
from clinic.staff.roles import Role
from clinic.titration.rules import gates
from clinic.worklist.models import DutyKind, Outcome
from clinic.worklist.services import close_about, open_item

# The clinic's own promise, no clinical number.
CALL_WITHIN = timedelta(days=1)


@transaction.atomic
def look_for_silence(*, now: datetime) -> int:
    """Give the care team a duty for each check-in whose message was taken over and that nobody answered in time.

    After how many hours, and after how many silences in a row about one medication the prescriber is told, the
    protocol says (48 and 2 unless the clinic changed them). One duty a check-in, however often it is asked and by
    how many at once. Answers how many were seen now.
    """
    today = local_day(now)
    protocols = queries.protocols_in_force()
    seen = 0
    for row in queries.newly_silent(protocols, today=today, now=now):
        claimed = CheckIn.objects.filter(pk=row.pk, silent_at=None).exclude(state__in=["answered", "withdrawn"])
        if claimed.update(silent_at=now, updated_at=now):
            seen += 1
            _tell_team(row, now=now)
            _tell_prescriber(row, protocols, now=now)
            record("checkin_silent", by=None, subject=row)
    return seen


def end_silence(checkin: CheckIn, *, now: datetime) -> None:
    """The client answered about this medication: what was opened because they were silent about it is over.

    Called inside the transaction that keeps the answer.
    """
    for about in queries.open_silences(checkin.dose_plan_id):
        close_about(about=about, outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)


def _tell_team(row: CheckIn, *, now: datetime) -> None:
    open_item(
        kind=DutyKind.SILENT_CHECKIN,
        about=queries.silence_about(row.pk),
        reason=f"{row.dose_plan.medication}: no answer to the check-in of {gates.day_words(row.due_on)}.",
        owner_role=Role.COORDINATOR,
        due_at=now + CALL_WITHIN,
        client=row.client,
        by=None,
        now=now,
    )


def _tell_prescriber(row: CheckIn, protocols: Mapping[Occasion, Protocol], *, now: datetime) -> None:
    newest = list(queries.newest_of_plan(row.dose_plan_id))
    count = rules.silences_in_a_row(is_silent for _, is_silent in newest)
    if count < protocols[Occasion(row.occasion)].silences_told:
        return
    # By its first silence: a series that goes on is still the same cause.
    first_of_series = newest[count - 1][0]
    open_item(
        kind=DutyKind.SILENT_CHECKIN,
        about=queries.series_about(first_of_series),
        reason=f"{row.dose_plan.medication}: {count} check-ins in a row without an answer.",
        owner_role=Role.PRESCRIBER,
        due_at=now + CALL_WITHIN,
        client=row.client,
        owner=row.dose_plan.prescriber,
        by=None,
        now=now,
    )
