"""What must be true of a person before we keep them: birth date, time zone, a guardian for minors."""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from clinic.core.rules import RuleBroken

# How people call the clocks that show these letters in winter; elsewhere the same letters mean other clocks.
CALLED = {
    "NST": "Newfoundland",
    "AST": "Atlantic",
    "EST": "Eastern",
    "CST": "Central",
    "MST": "Mountain",
    "PST": "Pacific",
    "AKST": "Alaska",
    "HST": "Hawaii-Aleutian",
}
WINTER = date(2026, 1, 1)
ADULT_FROM = 18
OLDEST = 120


def age_on(birth_on: date, day: date) -> int:
    """Whole years of age on a calendar day."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def is_minor(birth_on: date, *, today: date) -> bool:
    """Under 18 years of age: a guardian consents."""
    return age_on(birth_on, today) < ADULT_FROM


def check_birth_date(birth_on: date, *, today: date) -> None:
    """A birth date is not in the future and not more than 120 years ago."""
    if birth_on > today:
        raise RuleBroken("The birth date is in the future.", field="birth_on")
    if age_on(birth_on, today) > OLDEST:
        raise RuleBroken(f"The birth date is more than {OLDEST} years ago. Check the year.", field="birth_on")


def check_guardian(birth_on: date, *, has_guardian: bool, today: date) -> None:
    """A minor (under 18) becomes an active client only with a guardian on record."""
    if is_minor(birth_on, today=today) and not has_guardian:
        raise RuleBroken("This client is under 18. Add a guardian before care becomes active.", field="guardian_name")


def check_time_zone(name: str) -> None:
    """A time zone must be one the zone database knows, or reminders would leave at the wrong hour."""
    if name not in _zones():
        raise RuleBroken("This time zone is not known. Use a name as America/Denver.", field="time_zone")


@cache
def zone_words(name: str) -> str:
    """A time zone as people call it: "Mountain Time (Denver)" for America/Denver, "Paris, Europe" for Europe/Paris."""
    region, *places = name.replace("_", " ").split("/")
    called = CALLED.get(datetime.combine(WINTER, time(12), ZoneInfo(name)).tzname() or "")
    if called and region in {"America", "Pacific"}:
        return f"{called} Time ({', '.join(reversed(places))})"
    return ", ".join([*reversed(places), region])


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
