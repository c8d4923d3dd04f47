"""Book the next visit from the page of this one."""

from datetime import datetime
from uuid import UUID

from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.scheduling import queries as schedule
from clinic.scheduling import services as scheduling
from clinic.scheduling.models import Appointment, AppointmentKind
from clinic.staff.models import User
from clinic.visits import queries


def book_next(*, visit_id: UUID, starts_at: datetime | None, by: User, now: datetime) -> Appointment:
    """A medication check with the prescriber of the visit, at one of their free times. Raises RuleBroken.

    Asked for again, it is the appointment that stands; a time that was taken meanwhile is said to be.
    """
    visit = queries.get_draft(by, visit_id)
    if starts_at is None:
        raise RuleBroken("Choose one of the times.", field="next_visit")
    kind = AppointmentKind.FOLLOW_UP
    day = local_day(starts_at)
    free = schedule.free_times(by, client=visit.client, kind=kind, first_day=day, now=now, days=1)
    free += schedule.times_booked(visit.client, by, kind, by=by)
    modality = next((one.modality for one in free if one.starts_at == starts_at), None)
    if modality is None:
        raise RuleBroken("That time is not free any more. Choose another one.", field="next_visit")
    return scheduling.book(
        client_id=visit.client_id, clinician=by, kind=kind, starts_at=starts_at, modality=modality, by=by, now=now
    )
