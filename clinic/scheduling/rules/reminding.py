"""When a client is reminded of an appointment, and what they may say to it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clinic.core.rules import RuleBroken
from clinic.messaging.rules import QUIET_FROM, due_at

# The clinic's custom: a week, two days and three hours before. No clinical numbers.
DAYS_BEFORE = dt.timedelta(days=7)
HOURS_BEFORE = (dt.timedelta(hours=48), dt.timedelta(hours=3))
REMINDERS = 1 + len(HOURS_BEFORE)
# Whoever cannot be written to is phoned once, in time to find somebody else for the slot.
PHONED_AT = 2
# An hour before quiet hours begin: a message that is a little late still leaves.
EVENING = dt.time(20)
PLAN_AHEAD = dt.timedelta(days=21)

LINK_LASTS = dt.timedelta(days=7)
WORDS: Mapping[str, str] = {"en": "You have an appointment:", "es": "Tiene una cita:"}
SUBJECT: Mapping[str, str] = {"en": "You have an appointment", "es": "Tiene una cita"}
HOW_LONG: Mapping[str, str] = {"en": "works until the appointment", "es": "funciona hasta la cita"}


@dataclass(frozen=True)
class Moment:
    """When one reminder leaves, on the client's wall: the first a week, the second two days, the third hours before."""

    number: int
    on: dt.date
    at: dt.time


def moments(starts_at: dt.datetime, *, set_at: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> list[Moment]:
    """The reminders of an appointment: 7 days (same clock time), 48 hours and 3 hours before it.

    One in quiet hours leaves at 8:00, or at 20:00 of the evening before where 8:00 would come too late. One that was
    past when the time was set is not sent; of several that are late for another reason only the last one is.
    """
    local = starts_at.astimezone(zone).replace(tzinfo=None)
    walls = [local - DAYS_BEFORE]
    walls += [(starts_at.astimezone(dt.UTC) - before).astimezone(zone).replace(tzinfo=None) for before in HOURS_BEFORE]
    found: list[Moment] = []
    late: list[Moment] = []
    for number, wall in enumerate(walls, start=1):
        if due_at(wall.date(), wall.time(), zone) >= starts_at:
            # Its own quiet hours end too late.
            began_on = wall.date() if wall.time() >= QUIET_FROM else wall.date() - dt.timedelta(days=1)
            wall = dt.datetime.combine(began_on, EVENING)
        leaves_at = due_at(wall.date(), wall.time(), zone)
        if min(leaves_at, wall.replace(tzinfo=zone)) > set_at:
            (found if leaves_at > now else late).append(Moment(number, wall.date(), wall.time()))
    return late[-1:] + found


def step_of(times_moved: int, number: int) -> int:
    """Which message about an appointment a reminder is: after a move all are counted on, for they name another time."""
    return times_moved * REMINDERS + number


def steps_of(times_moved: int) -> list[int]:
    """The steps of the reminders of the time at which an appointment now stands."""
    return [step_of(times_moved, number) for number in range(1, REMINDERS + 1)]


def check_answerable(status: str, starts_at: dt.datetime, now: dt.datetime) -> None:
    """A client answers an appointment that stands and has not begun; later the clinic must be called."""
    if status == "cancelled":
        raise RuleBroken(_("This appointment is cancelled. Call us for another one."))
    if status not in {"booked", "confirmed"} or starts_at <= now:
        raise RuleBroken(_("This appointment has begun or is over. Call us if you need us."))


WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "es": "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
}


def day_words(day: dt.date, language: str) -> str:
    """A day spelled out in the client's language."""
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language].split(",")[day.month - 1]
    return f"{weekday} {day.day} de {month}" if language == "es" else f"{weekday}, {month} {day.day}"


def when_words(starts_at: dt.datetime, zone: ZoneInfo, language: str) -> str:
    """Day and time of an appointment by the clock on the client's wall, spelled out in their language."""
    local = starts_at.astimezone(zone)
    day = day_words(local.date(), language)
    if language == "es":
        return f"{day}, {local:%H:%M}"
    return f"{day}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
