"""Scales sent by link before a visit: which are due, and how the link stands."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from clinic.checkins.rules.schedule import PHQ9_EVERY
from clinic.core.rules import RuleBroken

NO_WAY = "Agreed to no messages about check-ins"
ON_ITS_WAY = frozenset({"due", "claimed", "unknown"})
OUT = "accepted"


class ScaleLink(NamedTuple):
    """How a link with scales stands in words, tone and icon, if there is anything to say; whether one may be sent."""

    sign: tuple[str, str, str] | None
    may_send: bool


def scales_due(goals: Collection[str], last: Mapping[str, date], *, on: date) -> list[str]:
    """The scales that the goals name, PHQ-9 where they name none, and that were not answered in the 14 days before.

    Source: clinical facts section 3, "2, 4, 6-8, 12 weeks after a start or change", status U: the shortest of them.
    Raises RuleBroken where each was answered.
    """
    named = [code for code in ("phq9", "gad7") if code in goals] or ["phq9"]
    due = [code for code in named if code not in last or on - last[code] >= PHQ9_EVERY]
    if not due:
        raise RuleBroken("Each scale of the goals was answered in the last 14 days.")
    return due


def check_way(*, has_way: bool) -> None:
    """Scales go by link only to a client who agreed to messages about check-ins."""
    if not has_way:
        raise RuleBroken(f"{NO_WAY}. Hand over the tablet, or record the scale together.")


def is_out(state: str) -> bool:
    """Whether a message waits, is being sent or has left: then none is sent beside it."""
    return state in ON_ITS_WAY or state == OUT


def scale_link(state: str, *, has_way: bool) -> ScaleLink:
    """How the link stands by the state of its message, empty where none was sent; what did not arrive is sent anew."""
    if state in ON_ITS_WAY:
        return ScaleLink(("Link to the scale on its way", "note", "send"), may_send=False)
    if state == OUT:
        return ScaleLink(("Link to the scale sent, no answer yet", "note", "send"), may_send=False)
    if not has_way:
        return ScaleLink((NO_WAY, "quiet", "ban"), may_send=False)
    if state:
        return ScaleLink(("Link to the scale did not arrive", "warn", "alert-triangle"), may_send=True)
    return ScaleLink(None, may_send=True)
