"""The clock of an alert: who is told when, for as long as nobody has taken it on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from clinic.risk.rules.rota import Place

PLACES = tuple(Place)


@dataclass(frozen=True, slots=True)
class Clock:
    """After how long the second and the lead are told; the clinic's own promise, no clinical number."""

    second_after: timedelta
    lead_after: timedelta

    def of(self, place: Place) -> timedelta:
        return {Place.FIRST: timedelta(), Place.SECOND: self.second_after, Place.LEAD: self.lead_after}[place]


def places_due(raised_at: datetime, clock: Clock, *, now: datetime) -> list[Place]:
    """The places that are to be told by now of an alert that nobody has taken on."""
    return [place for place in PLACES if raised_at + clock.of(place) <= now]


def next_place(raised_at: datetime, clock: Clock, *, now: datetime) -> tuple[Place, datetime] | None:
    """Who is told next and when; None once all of them were."""
    waiting = [(place, raised_at + clock.of(place)) for place in PLACES]
    return next(((place, at) for place, at in waiting if at > now), None)


def to_tell(due: Sequence[Place], on_call: Mapping[Place, UUID], told: Collection[UUID]) -> list[tuple[Place, UUID]]:
    """Whom to tell now: who holds a place that is due and was not told yet, each person once.

    Where nobody holds a place that is due, the next one that is held is told in its stead: a gap costs no time. Who
    took a place over by hand-over is told too.
    """
    found: dict[UUID, Place] = {}
    for place in due:
        held = next((later for later in PLACES[PLACES.index(place) :] if later in on_call), None)
        if held is not None and on_call[held] not in told:
            found.setdefault(on_call[held], held)
    return [(place, user_id) for user_id, place in found.items()]
