"""When a client may be seen again: proposed from the dose plans, with times that are really free and on no holiday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from clinic.core.clock import closed_days, day_bounds, local, local_day
from clinic.core.queries import prepared
from clinic.scheduling.models import Appointment, AppointmentKind
from clinic.scheduling.queries import free_times
from clinic.staff.models import User
from clinic.visits.models import FollowUpVisit, VisitKind
from clinic.visits.queries.visits import RunningMedication
from clinic.visits.rules.next_visit import (
    ComingStep,
    Window,
    coming_words,
    decided_words,
    pick_times,
    propose_window,
)
from clinic.visits.rules.preview import Decided

LOOKED_AHEAD = timedelta(days=14)
# All of them: a few are picked from every day.
EVERY = 2000


@dataclass(frozen=True, slots=True)
class NextVisit:
    """The next visit: booked already, else the days proposed and free times in them, or after them."""

    booked_at: datetime | None
    window: Window
    times: list[datetime]
    is_within: bool


def next_visit(
    user: User, visit: FollowUpVisit, medications: Sequence[RunningMedication], looks: Sequence[Decided], now: datetime
) -> NextVisit:
    """What is proposed to a prescriber; `looks` are changes decided and not signed yet. Three queries at most.

    What is booked for the day of the visit itself is not the next one, also where the visit is written before its time.
    """
    today = local_day(now)
    held = [one.medication.name for one in medications if _is_held_open(one)]
    window = propose_window([*_planned(medications), *_decided(looks)], today, held)
    client, after = visit.client, max(now, day_bounds(visit.visited_on)[1])
    booked_at = next(iter(_booked(client.pk, user.pk, after)), None)
    if booked_at is not None:
        return NextVisit(booked_at, window, [], is_within=True)
    days = (max(window.last_on, window.first_on + LOOKED_AHEAD) - window.first_on).days + 1
    kind = AppointmentKind.FOLLOW_UP
    free = free_times(user, client=client, kind=kind, first_day=window.first_on, now=now, days=days, most=EVERY)
    starts = [local(one.starts_at) for one in free]
    times, is_within = pick_times([one for one in starts if one.date() not in closed_days()], window.last_on)
    return NextVisit(None, window, times, is_within)


def _planned(medications: Sequence[RunningMedication]) -> list[ComingStep]:
    doses = [(one.medication.name, one.dose.next_step, one.dose.step) for one in medications]
    return [
        ComingStep(
            coming.first_on,
            coming_words(name, coming.number, coming.mg_per_day, now.mg_per_day if now else None),
        )
        for name, coming, now in doses
        if coming
    ]


def _is_held_open(medication: RunningMedication) -> bool:
    """Held today, and no day on which it is taken again."""
    dose = medication.dose
    return dose.step is not None and not dose.step.mg_per_day and dose.next_step is None and not medication.has_ended


def _decided(looks: Sequence[Decided]) -> list[ComingStep]:
    decided = [(look.proposed, look.asked.decision) for look in looks]
    return [ComingStep(proposed.on, decided_words(decision)) for proposed, decision in decided if proposed]


@prepared
def _booked(client_id: UUID, user_id: UUID, after: datetime) -> QuerySet[Appointment, datetime]:
    coming = Appointment.objects.standing().filter(client=client_id, clinician=user_id, starts_at__gte=after)
    return coming.filter(kind__in=VisitKind.values).order_by("starts_at").values_list("starts_at", flat=True)[:1]
