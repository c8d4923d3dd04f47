"""Duties about clients of people who work here no longer: made and ended by looking, so a lost look costs nothing."""

import datetime as dt

from django.db import transaction

from clinic.core.clock import clinic_zone
from clinic.scheduling import queries, rules
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, Outcome
from clinic.worklist.services import close_about, open_item, restate_about


@transaction.atomic
def look_for_leavers(*, now: dt.datetime) -> int:
    """Give the care team one duty for each client and person who left: whom to find for them and what to move.

    It says what is left to do, and ends once all of it is done, the client was discharged or the account is open
    again. Asked again it changes nothing more. Answers how many stand.
    """
    wanted, standing = queries.left_behind(now), queries.open_duties_about_leavers()
    # In one order: who looks at the same moment waits, and neither waits for the other.
    for cause in sorted(standing.keys() - wanted.keys()):
        close_about(about=standing[cause].about, outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)
    for cause, one in sorted(wanted.items()):
        _say(one, cause, standing.get(cause), now=now)
    return len(wanted)


def _say(one: queries.LeftBehind, cause: str, said: queries.Standing | None, *, now: dt.datetime) -> None:
    reason = rules.handing_on_words(one.name, one.roles, one.appointments, clinic_zone())
    urgent, due_at = rules.is_urgent(one.appointments, now), rules.hand_on_by(one.appointments, now)
    if said is None:
        open_item(
            kind=DutyKind.LEAVER,
            about=queries.next_about(cause),
            reason=reason,
            owner_role=Role.COORDINATOR,
            due_at=due_at,
            client=one.client,
            urgent=urgent,
            by=None,
            now=now,
        )
    elif (said.reason, said.urgent) != (reason, urgent):
        restate_about(about=said.about, reason=reason, due_at=due_at, urgent=urgent)
