"""What is to be done for a client whose prescriber or therapist works here no longer, and by when."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from clinic.scheduling.rules.reminding import when_words
from clinic.staff.roles import Role

# The clinic's own promise, no clinical number.
FIND_WITHIN = dt.timedelta(days=2)
ONE_DAY = dt.timedelta(days=1)


def handing_on_words(name: str, roles: Sequence[str], appointments: Sequence[dt.datetime], zone: ZoneInfo) -> str:
    """Whom to find for one client and what to move, in the words of the board; `appointments` are in their order."""
    found = " and another ".join(Role(role).label.lower() for role in roles)
    words = [f"{name} works here no longer."]
    if found:
        words.append(f"Find another {found}.")
    if appointments:
        when = when_words(appointments[0], zone, "en")
        more = len(appointments) - 1
        words.append(f"Move {len(appointments)} appointments, the first" if more else "Move the appointment")
        words.append(f"of {when}.")
    return " ".join(words)


def hand_on_by(appointments: Sequence[dt.datetime], now: dt.datetime) -> dt.datetime:
    """Within two days, and a day before the first appointment, or before it begins where it is nearer than that."""
    latest = now + FIND_WITHIN
    if not appointments:
        return latest
    day_before = appointments[0] - ONE_DAY
    return min(latest, day_before if day_before > now else appointments[0])


def is_urgent(appointments: Sequence[dt.datetime], now: dt.datetime) -> bool:
    """Somebody comes within two days to a person who is not there."""
    return bool(appointments) and appointments[0] <= now + FIND_WITHIN
