"""The clinic's own clock: the day and the hour that an instant is for everybody who works there."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def clinic_zone() -> ZoneInfo:
    """The time zone in which the clinic opens and closes."""
    return ZoneInfo(settings.TIME_ZONE)


def local(instant: datetime) -> datetime:
    """An instant as the clinic's clock shows it."""
    return instant.astimezone(clinic_zone())


def local_day(instant: datetime) -> date:
    """The clinic's day on which an instant falls."""
    return instant.astimezone(clinic_zone()).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants at which a day of the clinic begins and at which the next one does."""
    zone = clinic_zone()
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)
