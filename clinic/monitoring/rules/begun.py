"""What a client begins to take from elsewhere, where that matters beside a medication from here; pure."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from clinic.monitoring.rules.protocols import asks_for_begun, groups_of


class Begun(NamedTuple):
    """Something that is taken from elsewhere today: since when, and what a protocol may name it by."""

    on: date
    name: str
    groups: frozenset[str]


def begun_of(told: Iterable[tuple[str, date]], ingredients: Iterable[str]) -> list[Begun]:
    """What is taken from elsewhere beside medications of these ingredients, from its name and first day.

    Nothing where no protocol of theirs asks; a name that nobody knows is left out.
    """
    if not any(map(asks_for_begun, ingredients)):
        return []
    known = ((on, name, groups_of(name)) for name, on in told)
    return [Begun(on, name, groups) for on, name, groups in known if groups]


def newest_beside(begun: Iterable[Begun], beside: frozenset[str], *, after: date, today: date) -> Begun | None:
    """The newest of these ingredients and classes that was begun after a medication was; None where none was."""
    found = [one for one in begun if one.groups & beside and after < one.on <= today]
    return max(found, key=lambda one: (one.on, one.name), default=None)
