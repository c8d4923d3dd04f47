"""Who is on call, now and in the days ahead."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from clinic.core.clock import clinic_zone, closed_days, local_day
from clinic.risk.models import OnCallTurn
from clinic.risk.rules import rota as laws
from clinic.risk.rules.rota import Hours, OfficeHours, Place, Stretch, Turn
from clinic.staff.models import User
from clinic.staff.roles import ON_CALL_ROLES
from clinic.staff.ties import Tie

# How far ahead the page looks for gaps, and the line that says until when; no clinical number.
LOOK_AHEAD = timedelta(days=14)
GAPS_SHOWN = 4


def office_hours() -> OfficeHours:
    """The clinic's opening hours and holidays, from the settings."""
    return OfficeHours(
        opens=settings.CLINIC_OPENS_AT,
        closes=settings.CLINIC_CLOSES_AT,
        weekdays=frozenset(settings.CLINIC_OPEN_WEEKDAYS),
        holidays=closed_days(),
        zone=clinic_zone(),
    )


def turns_between(start: datetime, end: datetime) -> list[Turn]:
    """The turns that stand in a time, earliest first."""
    rows = OnCallTurn.objects.standing().between(start, end).select_related("user")
    return [
        Turn(
            id=row.pk,
            user_id=row.user_id,
            name=row.user.full_name,
            place=Place(row.place),
            hours=Hours(row.hours),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            entered_at=row.added_at,
        )
        for row in rows
    ]


def people_on_call(now: datetime) -> dict[Place, UUID]:
    """Who holds which place now."""
    turns, office = turns_between(now, now + timedelta(seconds=1)), office_hours()
    held = {place: laws.on_call(turns, place, now, office) for place in Place}
    return {place: turn.user_id for place, turn in held.items() if turn}


@dataclass(frozen=True)
class OnCallNow:
    """What the pages say of who is on call: each place with whom and until when; `is_gap` when nobody is first."""

    hours: Hours
    hours_until: datetime | None
    places: list[Stretch]
    looked_until: datetime

    @property
    def then(self) -> Hours:
        return Hours.OUT if self.hours is Hours.OFFICE else Hours.OFFICE

    @property
    def is_gap(self) -> bool:
        return self.places[0].turn is None


def on_call_now(now: datetime) -> OnCallNow:
    """Who is on call now and until when, looked at two weeks ahead."""
    end, office = now + LOOK_AHEAD, office_hours()
    turns = turns_between(now, end)
    return OnCallNow(
        hours=office.at(now),
        hours_until=next(iter(office.changes(now, end)), None),
        places=[laws.stretches(turns, place, now, end, office)[0] for place in Place],
        looked_until=end,
    )


@dataclass(frozen=True)
class Gaps:
    """When nobody holds a place: the first few times and how many there are besides."""

    place: Place
    soonest: list[Stretch]
    more: int


@dataclass(frozen=True)
class Line:
    """One line of the page: who is first, second and lead of one rota between the same two instants."""

    hours: Hours
    starts_at: datetime
    ends_at: datetime
    places: list[tuple[Place, list[Turn]]]


@dataclass(frozen=True)
class RotaPage:
    """The rota ahead: its turns, where nobody is on call, where two are, and the holidays that count as closed."""

    now: OnCallNow
    lines: list[Line]
    gaps: list[Gaps]
    overlaps: list[tuple[Turn, Turn]]
    holidays: list[tuple[date, str]]
    until: datetime


def rota_page(now: datetime) -> RotaPage:
    """The rota from now on; gaps and holidays of the next two weeks and two months."""
    end = now + LOOK_AHEAD
    ahead = turns_between(now, datetime.max.replace(tzinfo=now.tzinfo) - timedelta(days=2))
    return RotaPage(
        now=on_call_now(now),
        lines=_lines(ahead),
        gaps=[gaps for place in Place if (gaps := _gaps(ahead, place, now, end)).soonest],
        overlaps=laws.overlaps(ahead),
        holidays=holidays_ahead(local_day(now)),
        until=end,
    )


def _lines(turns: list[Turn]) -> list[Line]:
    by_time: dict[tuple[datetime, datetime, Hours], list[Turn]] = defaultdict(list)
    for turn in turns:
        by_time[turn.starts_at, turn.ends_at, turn.hours].append(turn)
    return [
        Line(hours, starts_at, ends_at, [(place, [one for one in held if one.place == place]) for place in Place])
        for (starts_at, ends_at, hours), held in sorted(by_time.items(), key=lambda item: item[0])
    ]


def _gaps(turns: list[Turn], place: Place, now: datetime, end: datetime) -> Gaps:
    found = [one for one in laws.stretches(turns, place, now, end, office_hours()) if one.turn is None]
    return Gaps(place, found[:GAPS_SHOWN], max(0, len(found) - GAPS_SHOWN))


def holidays_ahead(today: date, *, days: int = 60) -> list[tuple[date, str]]:
    """The days of the next two months on which the clinic is closed by the calendar."""
    closed = closed_days()
    ahead = [today + timedelta(days=n) for n in range(days)]
    return [(day, closed[day]) for day in ahead if day in closed]


def next_hand_over(now: datetime) -> datetime:
    """When the rota of the week next changes hands."""
    return laws.hand_over_after(
        now,
        weekday=settings.ON_CALL_HAND_OVER_WEEKDAY,
        at=settings.ON_CALL_HAND_OVER_AT,
        zone=clinic_zone(),
    )


def turns_of(user: User, now: datetime) -> list[Tie]:
    """How many turns on call of somebody are not over."""
    turns = OnCallTurn.objects.filter(user=user, withdrawn_at=None, ends_at__gt=now).count()
    return [Tie(turns, "turn on call, now or to come", "turns on call, now or to come")]


def may_be_on_call() -> Collection[User]:
    """Everybody who works here in a role that deals with danger."""
    return User.objects.working().filter(roles__overlap=ON_CALL_ROLES)
