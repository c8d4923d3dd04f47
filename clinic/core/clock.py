"""The clinic's own clock: the day and the hour that an instant is for everybody who works there, and its holidays."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.utils import timezone


def clinic_zone() -> ZoneInfo:
    """The time zone in which the clinic opens and closes."""
    return timezone.get_default_timezone()


def local(instant: datetime) -> datetime:
    """An instant as the clinic's clock shows it."""
    return instant.astimezone(clinic_zone())


def local_day(instant: datetime) -> date:
    """The clinic's day on which an instant falls."""
    return instant.astimezone(clinic_zone()).date()


def last_day(deadline: datetime) -> date:
    """The clinic's day at whose end at the latest something is to be done: midnight ends the day before it."""
    return local_day(deadline - timedelta(microseconds=1))


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants at which a day of the clinic begins and at which the next one does."""
    zone = clinic_zone()
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def closed_days() -> holidays.HolidayBase:
    """The holidays on which the clinic is closed, by the settings; each day with its name."""
    return _holidays_of(settings.CLINIC_HOLIDAYS)


@cache
def _holidays_of(place: str) -> holidays.HolidayBase:
    country, _, state = place.partition("-")
    return holidays.country_holidays(country, subdiv=state or None)
