"""When a message leaves, by the clock on the client's wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM = time(21)
QUIET_UNTIL = time(8)
MINUTE = timedelta(minutes=1)


def due_at(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall-clock minute in the client's zone, outside quiet hours.

    A time that the clock skips moves to the first valid minute after it; one that comes twice is taken the first
    time. Quiet hours 21:00 to 8:00 (calling hours of 47 CFR 64.1200(c)(1), status U) shift to 8:00.
    """
    wall = _out_of_quiet_hours(datetime.combine(on, at))
    while not _exists(wall, zone):
        wall = _out_of_quiet_hours(wall + MINUTE)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def quiet_until(now: datetime, zone: ZoneInfo) -> datetime | None:
    """In quiet hours of the client's zone the instant they end, else None: a late or repeated try waits too."""
    wall = now.astimezone(zone).replace(tzinfo=None)
    moved = _out_of_quiet_hours(wall)
    return due_at(moved.date(), moved.time(), zone) if moved != wall else None


def _out_of_quiet_hours(wall: datetime) -> datetime:
    if wall.time() >= QUIET_FROM:
        return datetime.combine(wall.date() + timedelta(days=1), QUIET_UNTIL)
    if wall.time() < QUIET_UNTIL:
        return datetime.combine(wall.date(), QUIET_UNTIL)
    return wall


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == wall
