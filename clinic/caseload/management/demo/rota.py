"""Who is on call at the demo clinic: weeks that change hands on Mondays, in office hours and out of them."""

import datetime as dt

from clinic.caseload.management.demo.cast import Staff
from clinic.caseload.management.demo.clock import at
from clinic.risk.rules.rota import Hours, Place
from clinic.risk.services import add_turn

WEEKS_BACK, WEEKS_AHEAD = 2, 5


def fill_rota(staff: Staff, today: dt.date) -> None:
    """Prescribers and therapists take turns; the first prescriber leads. The last week out of hours is still open."""
    monday = today - dt.timedelta(days=today.weekday())
    now = at(monday - dt.timedelta(weeks=WEEKS_BACK), 6)
    clinicians = [*staff.prescribers[1:], *staff.therapists]
    for week in range(-WEEKS_BACK, WEEKS_AHEAD):
        starts, ends = (at(monday + dt.timedelta(weeks=week + more), 8) for more in (0, 1))
        for nth, hours in enumerate(Hours):
            if hours is Hours.OUT and week == WEEKS_AHEAD - 1:
                continue
            first, second = (clinicians[(week + nth * 2 + place) % len(clinicians)] for place in (0, 1))
            for place, user in ((Place.FIRST, first), (Place.SECOND, second), (Place.LEAD, staff.prescribers[0])):
                add_turn(
                    user=str(user.pk),
                    place=place,
                    hours=hours,
                    starts_at=starts,
                    ends_at=ends,
                    by=staff.administrator,
                    now=now,
                )
