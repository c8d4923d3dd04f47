"""The laws of the schedule: which times are free, which moves an appointment allows. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.core.rules import RuleBroken
from clinic.staff.roles import Role

# Minutes the clinic plans for each kind. Custom of outpatient clinics (evaluation 60-90, medication check
# 20-30, brief check 15, therapy 45-60); not a clinical limit, so any clinic may change it here.
MINUTES = {"consultation": 60, "evaluation": 60, "follow_up": 30, "brief": 15, "therapy": 60}

# Free times are offered on the quarter hour.
GRID_MINUTES = 15

ALLOWED_MOVES = {
    "booked": {"confirmed", "arrived", "no_show", "cancelled", "done"},
    "confirmed": {"arrived", "no_show", "cancelled", "done"},
    "arrived": {"done", "cancelled"},
    "done": set(),
    "no_show": set(),
    "cancelled": set(),
}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `starts_at` up to, not including, `ends_at`."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Hours:
    """One weekly block of a clinician's hours, in the clinic's wall-clock time."""

    weekday: int
    begins: dt.time
    ends: dt.time
    modality: str
    valid_from: dt.date
    valid_until: dt.date | None


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time that can be booked and how the two would meet."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    modality: str


def kinds_booked_by(role: str) -> tuple[str, ...]:
    """A therapist books therapy; prescribers and the front desk book every kind."""
    return ("therapy",) if role == Role.THERAPIST else tuple(MINUTES)


def check_booker(role: str, kind: str, *, is_own: bool) -> None:
    """A therapist books the therapy sessions that they hold themself; whatever else is booked by the care team."""
    if role == Role.THERAPIST and not (is_own and kind in kinds_booked_by(role)):
        raise RuleBroken("You book your own sessions here. Ask the care team for any other appointment.")


def may_change(role: str, *, is_own: bool) -> bool:
    """A therapist moves and marks their own appointments alone; others whatever they see."""
    return is_own or role != Role.THERAPIST


def check_changer(role: str, *, is_own: bool) -> None:
    """As `may_change`; raises RuleBroken."""
    if not may_change(role, is_own=is_own):
        raise RuleBroken("This appointment is somebody else's. Ask them or the care team to change it.")


def check_move(old: str, new: str) -> None:
    """An appointment that is over or cancelled stays as it is; one that stands can be confirmed, met or missed."""
    if new not in ALLOWED_MOVES.get(old, set()):
        raise RuleBroken(f"An appointment that is {old.replace('_', ' ')} cannot become {new.replace('_', ' ')}.")


def check_movable(status: str) -> None:
    """Only an appointment that still stands can be moved to another time."""
    if not ALLOWED_MOVES.get(status):
        raise RuleBroken(f"An appointment that is {status.replace('_', ' ')} cannot be moved. Book another one.")


def hours_on(day: dt.date, hours: Iterable[Hours], zone: ZoneInfo) -> list[tuple[Span, str]]:
    """A clinician's hours on one calendar day as instants, with the way of meeting."""
    return [
        (Span(dt.datetime.combine(day, h.begins, zone), dt.datetime.combine(day, h.ends, zone)), h.modality)
        for h in hours
        if h.weekday == day.weekday() and h.valid_from <= day and (h.valid_until is None or day <= h.valid_until)
    ]


def free_times(
    days: Iterable[dt.date],
    hours: Sequence[Hours],
    busy: Sequence[Span],
    *,
    minutes: int,
    not_before: dt.datetime,
    zone: ZoneInfo,
) -> list[FreeTime]:
    """Every quarter hour from which `minutes` fit into the clinician's hours without touching anything booked."""
    length = dt.timedelta(minutes=minutes)
    grid = dt.timedelta(minutes=GRID_MINUTES)
    found = []
    for day in days:
        for span, modality in hours_on(day, hours, zone):
            # Instants, not wall-clock times, are added: a day of 23 or 25 hours keeps its quarter hours.
            start, end = span.starts_at.astimezone(dt.UTC), span.ends_at.astimezone(dt.UTC)
            while start + length <= end:
                slot = Span(start, start + length)
                if start >= not_before and not any(slot.overlaps(taken) for taken in busy):
                    found.append(FreeTime(start, slot.ends_at, modality))
                start += grid
    return sorted(found, key=lambda time: time.starts_at)


def check_within_hours(span: Span, hours: Sequence[Hours], zone: ZoneInfo) -> None:
    """An appointment is booked only into hours in which the clinician sees clients."""
    day = span.starts_at.astimezone(zone).date()
    if not any(
        open_.starts_at <= span.starts_at and span.ends_at <= open_.ends_at for open_, _ in hours_on(day, hours, zone)
    ):
        raise RuleBroken("That is outside the clinician's hours. Choose one of the free times.", field="starts_at")


def check_works_here(name: str, *, is_active: bool) -> None:
    """Nobody is booked with a closed account, whatever hours and free times a page still shows."""
    if not is_active:
        raise RuleBroken(f"{name} works here no longer. Choose somebody else.", field="starts_at")


def check_hours(begins: dt.time, ends: dt.time, valid_from: dt.date, valid_until: dt.date | None) -> None:
    """Hours end after they begin, on the clock and on the calendar."""
    if ends <= begins:
        raise RuleBroken("The hours must end after they begin.", field="ends")
    if valid_until is not None and valid_until < valid_from:
        raise RuleBroken("The last day must not be before the first.", field="valid_until")
