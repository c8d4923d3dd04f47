"""The laws of the on-call rota: who is on call at an instant and until when, and where nobody is.

There are two rotas, one for office hours and one for the rest, each with a first, a second and a lead.
"""

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import combinations, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.core.rules import RuleBroken

ONE_DAY = timedelta(days=1)


class Place(StrEnum):
    """Whose turn it is to be told: the first at once, the others while nobody has taken the alert on."""

    FIRST = "first"
    SECOND = "second"
    LEAD = "lead"

    @property
    def label(self) -> str:
        return {"first": "First", "second": "Second", "lead": "Lead"}[self]


class Hours(StrEnum):
    """The two rotas."""

    OFFICE = "office"
    OUT = "out_of_hours"

    @property
    def label(self) -> str:
        return {"office": "Office hours", "out_of_hours": "Out of hours"}[self]


@dataclass(frozen=True, slots=True)
class Turn:
    """One person holds one place of one rota between two instants; `entered_at` tells which of two counts."""

    id: UUID
    user_id: UUID
    name: str
    place: Place
    hours: Hours
    starts_at: datetime
    ends_at: datetime
    entered_at: datetime


@dataclass(frozen=True)
class OfficeHours:
    """When the clinic is open: days of the week (Monday is 0) from one time to another, but not on holidays."""

    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays: Container[object]
    zone: ZoneInfo

    def at(self, moment: datetime) -> Hours:
        """Which rota counts at an instant."""
        wall = moment.astimezone(self.zone)
        is_open_day = wall.weekday() in self.weekdays and wall.date() not in self.holidays
        return Hours.OFFICE if is_open_day and self.opens <= wall.time() < self.closes else Hours.OUT

    def changes(self, start: datetime, end: datetime) -> list[datetime]:
        """The instants after `start` and before `end` at which one rota gives way to the other."""
        found, day = [], start.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            if day.weekday() in self.weekdays and day not in self.holidays:
                found += [datetime.combine(day, at, self.zone) for at in (self.opens, self.closes)]
            day += ONE_DAY
        return [moment for moment in found if start < moment < end]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which one place is held by one person, or by nobody (`turn` is None)."""

    place: Place
    hours: Hours
    turn: Turn | None
    from_at: datetime
    until_at: datetime


def on_call(turns: Iterable[Turn], place: Place, moment: datetime, office: OfficeHours) -> Turn | None:
    """Who holds a place at an instant; of two turns the one entered last counts: it was entered to cover the other."""
    hours = office.at(moment)
    holding = [
        turn
        for turn in turns
        if turn.place == place and turn.hours == hours and turn.starts_at <= moment < turn.ends_at
    ]
    return max(holding, key=lambda turn: turn.entered_at, default=None)


def stretches(
    turns: Collection[Turn], place: Place, start: datetime, end: datetime, office: OfficeHours
) -> list[Stretch]:
    """Who holds a place from one instant to another, stretch by stretch, with nobody where nobody does."""
    edges = {moment for turn in turns for moment in (turn.starts_at, turn.ends_at) if start < moment < end}
    moments = [start, *sorted({*edges, *office.changes(start, end)}), end]
    found: list[Stretch] = []
    for from_at, until_at in pairwise(moments):
        turn = on_call(turns, place, from_at, office)
        last = found[-1] if found else None
        if last and _person(last.turn) == _person(turn):
            found[-1] = Stretch(place, last.hours, last.turn, last.from_at, until_at)
        else:
            found.append(Stretch(place, office.at(from_at), turn, from_at, until_at))
    return found


def _person(turn: Turn | None) -> UUID | None:
    return turn.user_id if turn else None


def overlaps(turns: Sequence[Turn]) -> list[tuple[Turn, Turn]]:
    """Pairs of turns of one place and rota that share time: the one that is covered, then the one that counts."""
    pairs = combinations(sorted(turns, key=lambda turn: turn.entered_at), 2)
    return [
        (older, newer)
        for older, newer in pairs
        if (older.place, older.hours) == (newer.place, newer.hours)
        and older.starts_at < newer.ends_at
        and newer.starts_at < older.ends_at
    ]


def hand_over_after(moment: datetime, *, weekday: int, at: time, zone: ZoneInfo) -> datetime:
    """The next instant at which the rota of the week changes hands."""
    today = moment.astimezone(zone).date()
    days = (weekday - today.weekday()) % 7
    next_one = datetime.combine(today + timedelta(days=days), at, zone)
    return next_one if next_one > moment else datetime.combine(today + timedelta(days=days + 7), at, zone)


def check_turn(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """A turn ends after it begins and lies at least in part ahead: who was on call in the past stays as it was."""
    if ends_at <= starts_at:
        raise RuleBroken("The turn must end after it begins.", field="ends_at")
    if ends_at <= now:
        raise RuleBroken("This turn is over already: enter turns ahead.", field="ends_at")


def check_not_over(ends_at: datetime, *, now: datetime) -> None:
    """A turn that is over stays: it says who was on call."""
    if ends_at <= now:
        raise RuleBroken("This turn is over: it stays, for it says who was on call.")


def check_channels(*, by_email: bool, by_sms: bool, has_phone: bool) -> None:
    """Who may be on call can be told by at least one channel, and by text message only with a phone number."""
    if not (by_email or by_sms):
        raise RuleBroken("Choose at least one way: you are told by it when you are on call.", field="by_email")
    if by_sms and not has_phone:
        raise RuleBroken(
            "Your account has no phone number that can be texted. Ask an administrator to add it.", field="by_sms"
        )
